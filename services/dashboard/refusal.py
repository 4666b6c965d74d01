"""What was refused of a form, as templates ask for it: the sentence, the field, and what was typed."""

import dataclasses
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple

STRANGE = re.compile(r"[^A-Za-z0-9_-]+")
KEY_BYTES = 12


class Sent(NamedTuple):
    """A form that was sent: the page where it stands, its name there, and what it says."""

    back: str
    form: str
    key: str
    version: str
    said: Mapping[str, str]


@dataclass(frozen=True)
class Refusal:
    """What was refused: the form, the sentence, the field that is wrong, and what was typed."""

    form: str = ""
    message: str = ""
    field: str = ""
    status: HTTPStatus = HTTPStatus.OK
    said: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def of(self, form: str) -> bool:
        """Return whether it is this form that was refused."""
        return bool(self.message) and self.form == form

    def error(self, form: str, name: str = "") -> str:
        """Return the sentence that stands beside a field; without a name the one that stands above the form."""
        known = self.field if self.field in self.said else ""
        return self.message if self.of(form) and known == name else ""

    def value(self, form: str, name: str, usual: object = "") -> object:
        """Return what was typed into a field, or what stands there otherwise."""
        return self.said.get(name, usual) if self.of(form) else usual


NOTHING_REFUSED = Refusal()


def anchor(name: str) -> str:
    """Return a name as the id of an element."""
    return STRANGE.sub("-", name)


def fresh_key() -> str:
    """Return a key that no form had before: what is sent twice under it counts once."""
    return secrets.token_urlsafe(KEY_BYTES)


def pair(value: str) -> tuple[str, str]:
    """Return a value as a choice that is called by itself."""
    return value, value or "not said"
