"""Names for people whom the data knows by a number only. They are made up, and meant to look it.

What a customer is called follows from their number alone. Mail goes to example.org, which is nobody's, and telephone
numbers are of the range that Ofcom keeps free for drama.
"""

from random import Random
from typing import NamedTuple

_FIRST_NAMES = """
Ada Agnes Alba Alfie Amara Anton Arlo Astrid Barnaby Beatrix Bruno Cato Celeste Clara Cosmo Cyril Dara Delia Dexter
Edith Effie Elio Elsie Emil Enid Ezra Fern Fleur Florin Freya Gideon Greta Gus Hana Hector Hester Hugo Ida Idris
Imogen Ines Iris Ivo Jasper Juno Kaito Kezia Lars Leila Linus Lotte Lucian Mabel Magnus Maren Maud Milo Mina Mirren
Nadia Ned Nell Nico Noor Odette Olive Omar Orla Otis Otto Pearl Petra Pia Quentin Rafe Ravi Rhea Romy Rosa Rufus
Sami Saskia Selma Silas Sol Sorrel Tamsin Tess Theo Tilda Uma Una Vera Wilf Willa Xanthe Yara Yusuf Zeno Zora
"""
_SURNAME_STARTS = """
Amber Apple Ash Barley Bell Birch Bramble Candle Cinder Clover Copper Ember Fern Fox Ginger Hazel Heather Honey Juniper
Kettle Larch Lantern Maple Marigold Nettle Otter Pepper Pebble Quill Robin Saffron Sparrow Teasel Thimble Thistle Velvet
Willow Winter Wren Yarrow
"""
_SURNAME_ENDS = """
beck brook bury combe croft dale field ford garth gate ham hollow hurst ley mere shaw stow thorpe wick worth
"""
FIRST_NAMES = _FIRST_NAMES.split()
SURNAME_STARTS = _SURNAME_STARTS.split()
SURNAME_ENDS = _SURNAME_ENDS.split()
STREETS = ("Larch Lane", "Orchard Row", "Lantern Street", "Mill Steps", "Teapot Yard", "Harbour Walk", "Clover Rise")
TOWNS = ("Little Sampleton", "Exampleford", "Placeholm", "Upper Instance", "Mockbury", "Specimen-on-Sea")


class Person(NamedTuple):
    """What somebody might say of themselves."""

    name: str
    email: str
    phone: str
    birthday: str
    address: str


def person_of(dice: Random, number: str) -> Person:
    """Return the person behind a customer's number; ``dice`` belongs to that number."""
    first = dice.choice(FIRST_NAMES)
    last = dice.choice(SURNAME_STARTS) + dice.choice(SURNAME_ENDS)
    year, month, day = 1938 + dice.randrange(55), 1 + dice.randrange(12), 1 + dice.randrange(28)
    return Person(
        name=f"{first} {last}",
        email=f"{first}.{last}.{number}@example.org".lower(),
        phone=f"+44 1632 960{dice.randrange(1000):03d}",
        birthday=f"{year}-{month:02d}-{day:02d}",
        address=f"{1 + dice.randrange(90)} {dice.choice(STREETS)}, {dice.choice(TOWNS)}",
    )
