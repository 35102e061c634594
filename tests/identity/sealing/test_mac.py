"""The quick message authentication code against the library's."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from identity.sealing.mac import Mac


@given(key=st.binary(max_size=200), messages=st.lists(st.binary(max_size=300), max_size=3))
def test_it_is_hmac_sha256(key: bytes, messages: list[bytes]) -> None:
    """For keys shorter and longer than a block, message after message."""
    mac = Mac(key)
    assert [mac.digest(one) for one in messages] == [hmac.digest(key, one, "sha256") for one in messages]
