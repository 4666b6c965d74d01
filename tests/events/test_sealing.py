"""Personal fields pass one seam: closed on the wire, open to who may read, absent once the person is erased."""

import base64
import hashlib
from itertools import cycle

import msgspec
import pytest
from msgspec import inspect

from events.catalog.customers import CustomerRegistered
from events.codec import Codec, personal_fields
from events.envelope import Envelope
from events.errors import BadEvent
from events.sealing import MARK
from tests.events.samples import SAMPLES, SAMPLES_BY_TYPE

PERSONAL = tuple(sample for sample in SAMPLES if personal_fields(type(sample.data)))
every_personal = pytest.mark.parametrize("sample", PERSONAL, ids=lambda sample: sample.data.event_type)


class KeyPerSubject:
    """A small reversible seal: each subject has a key, and without it nothing opens. Not for production."""

    def __init__(self) -> None:
        """Start with nobody erased."""
        self._erased: set[str] = set()

    def erase(self, subject: str) -> None:
        """Throw a subject's key away."""
        self._erased.add(subject)

    def close(self, subject: str, field: str, plain: bytes) -> str:
        """Return the bytes under the subject's key, as text."""
        return base64.b64encode(self._mixed(subject, field, plain)).decode()

    def open(self, subject: str, field: str, sealed: str) -> bytes | None:
        """Return the bytes again, or None for who was erased."""
        if subject in self._erased:
            return None
        return self._mixed(subject, field, base64.b64decode(sealed, validate=True))

    def _mixed(self, subject: str, field: str, value: bytes) -> bytes:
        stream = hashlib.sha512(f"{subject}/{field}".encode()).digest()
        return bytes(byte ^ key for byte, key in zip(value, cycle(stream), strict=False))


def read_as(sample: Envelope, codec: Codec) -> Envelope:
    """Return what a codec reads from a sample's wire form, with the sample's own version upcast in the same way."""
    return codec.decode(codec.encode(sample))


@every_personal
def test_no_personal_value_can_be_read_on_the_wire(sample: Envelope) -> None:
    """Whoever copies the topic learns nothing about a person; the rest of the fact stays readable."""
    wire = msgspec.json.decode(Codec(KeyPerSubject()).encode(sample))
    plain = msgspec.json.decode(Codec().encode(sample))
    names = personal_fields(type(sample.data))

    for name in names:
        assert wire["data"][name].startswith(MARK)
        sealed, held = wire["data"].pop(name), plain["data"].pop(name)
        for text in held.values() if isinstance(held, dict) else [held]:
            assert not text or text not in sealed
    assert wire == plain


@every_personal
def test_a_personal_value_comes_back_as_it_was(sample: Envelope) -> None:
    """Folds behind the codec see the fact as if there were no seal."""
    assert read_as(sample, Codec(KeyPerSubject())) == read_as(sample, Codec())


@every_personal
def test_an_erased_person_s_fields_read_as_absent(sample: Envelope) -> None:
    """They hold their defaults; all else of the fact stays, so that counts and sums do not change."""
    seal = KeyPerSubject()
    codec = Codec(seal)
    wire = codec.encode(sample)
    info = inspect.type_info(type(sample.data))
    assert isinstance(info, inspect.StructType)
    absent = {
        field.name: field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        for field in info.fields
        if field.name in personal_fields(type(sample.data))
    }

    seal.erase(sample.subject)

    assert codec.decode(wire).data == msgspec.structs.replace(sample.data, **absent).upcast()


def test_erasing_one_person_leaves_the_others_readable() -> None:
    """A key belongs to one subject."""
    seal = KeyPerSubject()
    ada = SAMPLES_BY_TYPE["regulars.customer.registered.v1"]
    grace = msgspec.structs.replace(ada, subject="customer:grace")
    codec = Codec(seal)
    of_ada, of_grace = codec.encode(ada), codec.encode(grace)

    seal.erase("customer:grace")

    assert codec.decode(of_ada).data == ada.data
    assert codec.decode(of_grace).data == CustomerRegistered(country="GB", language="en", store="leeds", channel="till")


def test_the_same_fact_has_the_same_sealed_bytes() -> None:
    """As long as the seal closes alike: the codec itself adds nothing that varies."""
    sample = SAMPLES_BY_TYPE["regulars.customer.registered.v1"]

    assert Codec(KeyPerSubject()).encode(sample) == Codec(KeyPerSubject()).encode(sample)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (b'{"a":"sealed:v1:AA=="}', "type: is missing"),
        (
            b'{"type":"regulars.complaint.raised.v1","subject":"customer:1","data":{"text":"sealed:v1:AA=="}}',
            "data.text: is marked as sealed, but was not sealed here",
        ),
        (
            b'{"type":"regulars.complaint.raised.v1","subject":"customer:1","data":{"text":"sealed:v1:?"}}',
            "data.text: is marked as sealed, but was not sealed here",
        ),
        (b'["sealed:v1:AA=="]', "event: must be a JSON object"),
        (b'{"type":[],"note":"sealed:v1:AA=="}', "type: expected `str`"),
        (
            b'{"type":"regulars.complaint.raised.v1","data":[],"note":"sealed:v1:"}',
            "data: expected `object`, got `array`",
        ),
        (b'{"type":"regulars.complaint.raised.v1","data":{},"note":"sealed:v1:"}', "data.complaint: is missing"),
    ],
)
def test_a_mark_in_a_malformed_event_gets_a_sentence_like_any_other(value: bytes, sentence: str) -> None:
    """The seam is on the way in as well: what is no event must not break it."""
    with pytest.raises(BadEvent) as refused:
        Codec(KeyPerSubject()).decode(value)

    assert str(refused.value) == sentence
