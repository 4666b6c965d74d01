"""Webhooks are signed as the specification says."""

from datetime import UTC, datetime

import pytest

from services.outgoing.signing import BadSecret, headers, key_of, new_secret


def test_the_published_example_is_signed_as_published() -> None:
    """The vector of the Standard Webhooks libraries' own tests."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - of everybody
    at = datetime.fromtimestamp(1614265330, UTC)

    signed = headers([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')

    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_is_long_enough_and_never_the_same() -> None:
    """As the specification asks, 24 to 64 bytes; what is none is not repeated."""
    one, other = new_secret(), new_secret()

    assert one != other
    assert len(key_of(one)) == 32
    for bad in ("", "whsec_c2hvcnQ=", "whsec_not base64 at all, and long enough", "whsec_" + "A" * 88):
        with pytest.raises(BadSecret) as refused:
            key_of(bad)
        assert not bad or bad not in str(refused.value)
