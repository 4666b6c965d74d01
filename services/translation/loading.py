"""Reads a translation from YAML and checks it against the catalogue: a mistake is named before a record comes."""

import re
from functools import cache
from importlib.resources import files

import msgspec

from services import strict_yaml
from services.translation.checking import check
from services.translation.declaration import Translation
from services.translation.errors import BadTranslation

SHIPPED: tuple[str, ...] = ("segment", "shopify", "stripe", "zendesk")
"""The translations that are shipped, by name: one YAML file each."""

_AT = re.compile(r"^(?P<reason>.*) - at `(?:key` in `)?\$\.?(?P<field>.*)`$", re.DOTALL)
_NAMED = re.compile(r"^Object (?P<problem>missing required|contains unknown) field `(?P<name>[^`]*)`$")


@cache
def shipped(name: str) -> Translation:
    """Return a translation that is shipped. Raises BadTranslation for a name that is not in ``SHIPPED``."""
    if name not in SHIPPED:
        raise BadTranslation(name, "", f"is no translation that is shipped; those are {', '.join(SHIPPED)}")
    text = files("services.translation").joinpath("shipped", f"{name}.yaml").read_text(encoding="utf-8")
    return parse(text, f"{name}.yaml")


def parse(text: str, file: str) -> Translation:
    """Return the translation that a text describes; ``file`` names it in messages. Raises BadTranslation."""
    try:
        document = strict_yaml.document(text)
    except strict_yaml.BadYaml as error:
        raise BadTranslation(file, error.place, error.reason) from None
    try:
        translation = msgspec.structs.replace(msgspec.convert(document, Translation), file=file)
    except msgspec.ValidationError as error:
        raise _explained(file, error) from None
    check(translation)
    return translation


def _explained(file: str, error: msgspec.ValidationError) -> BadTranslation:
    match = _AT.match(str(error))
    reason, place = (match["reason"], match["field"]) if match else (str(error), "")
    if named := _NAMED.match(reason):
        place = f"{place}.{named['name']}".lstrip(".")
        reason = "is missing" if named["problem"] == "missing required" else "is not a field of a translation"
    return BadTranslation(file, place, reason[:1].lower() + reason[1:])
