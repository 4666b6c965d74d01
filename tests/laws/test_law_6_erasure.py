"""Law 6, erasure: once a person's key is gone, every projection is as if the log had never held what is personal.

Parametrised over every projection. What a person is called in the house, such as ``customer:42``, is no personal field:
it stays, under what they bought as under who looked at them. What looks tell besides is tested where it is told
(tests/dashboard/test_looks.py): nothing that was typed, and nothing of anybody but such identifiers.
"""

from collections.abc import Sequence
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.codec import Codec, personal_fields
from events.envelope import Envelope
from projections._engine import reference
from projections._engine.declaration import Projection
from tests.laws.histories import SUBJECTS, history, of_every_type
from tests.laws.sampler import FOLDED
from tests.laws.thoroughness import QUICK

every_projection = pytest.mark.parametrize("projection", FOLDED, ids=lambda each: each.name)


class Vault:
    """Keeps what is personal of each subject, until it is told to let go of it."""

    def __init__(self) -> None:
        """Hold everybody's key."""
        self.erased: set[str] = set()

    def close(self, subject: str, field: str, plain: bytes) -> str:
        """Return the sealed form."""
        return f"{subject}|{field}|{plain.hex()}"

    def open(self, subject: str, field: str, sealed: str) -> bytes | None:
        """Return what was sealed, or None where the key is gone."""
        if subject in self.erased:
            return None
        return bytes.fromhex(sealed.removeprefix(f"{subject}|{field}|"))


def without_personal(envelope: Envelope) -> Envelope:
    """Return a fact as it would have been told by somebody who knows nothing personal."""
    fields = {field.name: field for field in msgspec.structs.fields(envelope.data)}
    usual = {}
    for name in personal_fields(type(envelope.data)):
        field = fields[name]
        usual[name] = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    return msgspec.structs.replace(envelope, data=msgspec.structs.replace(envelope.data, **usual))


def erased(told: Sequence[Envelope], subject: str) -> list[Envelope]:
    """Return what a sealed log tells when a subject's key is gone."""
    vault = Vault()
    codec = Codec(vault)
    sealed = [codec.encode(envelope) for envelope in told]
    vault.erased.add(subject)
    return [codec.decode(value) for value in sealed]


@every_projection
@settings(QUICK, max_examples=2)
@given(seed=st.integers(0, 2**32), subject=st.sampled_from(SUBJECTS))
def test_an_erased_person_was_never_known(projection: Projection, seed: int, subject: str) -> None:
    """Rows are equal, their own and everybody else's."""
    dice = Random(seed)
    told = [*history(dice, projection, 12), *of_every_type(dice)]

    never = [without_personal(each) if each.subject == subject else each for each in told]
    plain = Codec()

    rows = reference.fold(projection, erased(told, subject))
    assert rows == reference.fold(projection, [plain.decode(plain.encode(each)) for each in never])
