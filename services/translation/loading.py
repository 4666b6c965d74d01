"""Reads a translation from YAML and checks it against the catalogue: a mistake is named before a record comes."""

from functools import cache
from importlib.resources import files

import msgspec

from services import strict_yaml
from services.translation.checking import check
from services.translation.declaration import Translation
from services.translation.errors import BadTranslation

SHIPPED: tuple[str, ...] = ("segment", "shopify", "stripe", "zendesk")
"""The translations that are shipped, by name: one YAML file each."""


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
        said = strict_yaml.shaped(text, Translation, "a field of a translation")
    except strict_yaml.BadYaml as error:
        raise BadTranslation(file, error.place, error.reason) from None
    translation = msgspec.structs.replace(said, file=file)
    check(translation)
    return translation
