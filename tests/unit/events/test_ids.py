import hmac
from base64 import b32encode

from hypothesis import given
from hypothesis import strategies as st

from opencdi.events.ids import derived_id, keyed_hash


@given(st.binary(min_size=1), st.text(st.characters(blacklist_categories=("Cs",))))
def test_a_keyed_hash_is_130_bits_of_hmac_sha256_in_base32(key: bytes, part: str) -> None:
    raw = part.encode()
    digest = hmac.digest(key, len(raw).to_bytes(4, "big") + raw, "sha256")
    assert keyed_hash(key, part) == b32encode(digest).decode().lower()[:26]


def test_parts_do_not_run_together() -> None:
    assert derived_id("ab", "c") != derived_id("a", "bc")
