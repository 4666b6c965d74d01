"""What a source has to be before it is registered, so that nobody finds out while messages come in."""

import re

from events.event import MAX_KEY_CHARACTERS
from services.ingest.errors import RegistryRefused
from services.ingest.plans import plan_of
from services.ingest.source import Source
from services.ingest.texts import storable
from services.ingest.tracking_plan import BadPlan
from services.ingest.translating import translator_of
from services.translation.errors import BadTranslation

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,47}")


def checked(source: Source) -> Source:
    """Return a source that can be served. Raises RegistryRefused."""
    if not NAME.fullmatch(source.name):
        message = (
            f"name: {source.name!r} is no name of a source: write up to 48 small letters, digits, dots, hyphens and"
            " underscores, of which the first is a letter or a digit."
        )
        raise RegistryRefused(message)
    if not 1 <= len(source.store) <= MAX_KEY_CHARACTERS:
        message = f"store: it has {len(source.store)} characters; it can have 1 to {MAX_KEY_CHARACTERS}."
        raise RegistryRefused(message)
    if source.events_per_second is not None and not 1 <= source.events_per_second < 2**31:
        message = f"events per second: {source.events_per_second} is no rate; the least is 1."
        raise RegistryRefused(message)
    for field in ("store", "secret", "translation", "plan"):
        if not storable(getattr(source, field)):
            message = f"{field}: it holds a character that no text may: U+0000, or half of a surrogate pair."
            raise RegistryRefused(message)
    try:
        translator_of(source)
        plan_of(source)
    except (BadTranslation, BadPlan) as error:
        raise RegistryRefused(str(error)) from None
    return source
