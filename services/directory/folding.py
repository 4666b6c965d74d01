"""How what people type and what customers are called are made alike: without case, accents and marks."""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
DIGIT = re.compile(r"\d")
MOST_WORDS = 16
MOST_CHARACTERS = 64
FEWEST_DIGITS = 5


def folded(text: str) -> str:
    """Return a text in small letters, without accents; letters that only look otherwise are the same."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(each for each in plain if not unicodedata.combining(each)).casefold()


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order, each cut to MOST_CHARACTERS; marks part them."""
    return [word[:MOST_CHARACTERS] for word in WORD.findall(folded(text))[:MOST_WORDS]]


def email(text: str) -> str:
    """Return an e-mail address as it is kept; empty where it is none."""
    plain = text.strip().casefold()
    return plain[:320] if "@" in plain.strip("@") else ""


def phone(text: str) -> str:
    """Return the digits of a phone number, without zeros in front; empty where they are too few.

    A country's prefix stays: who leaves it out is found by the end of the number, see ``ending``.
    """
    digits = "".join(DIGIT.findall(unicodedata.normalize("NFKC", text))).lstrip("0")
    return digits if len(digits) >= FEWEST_DIGITS else ""


def ending(digits: str) -> str:
    """Return a phone number from behind, as which it is kept, so that its last digits are a beginning."""
    return digits[::-1]
