"""Ids are derived, never drawn: replaying yesterday must give yesterday's ids.

Whatever comes from an identifier of a person (MRN, visit, account number) goes through `keyed_hash` under the tenant's key
(HMAC-SHA-256, RFC 2104), so that an id on a topic, in a log or on a metric tells nothing to who lacks the key.  Ids made from
such ids need no key again: `derived_id`.
"""

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash

# Every message costs some two dozen ids, so their making is a part of intake's day: two signs at a time (of three there are so many
# that they are seldom in the processor's cache) and a key prepared once take half the time of base64.b32encode and hmac.digest.
_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"  # base32, RFC 4648, lower case
_TWO = [first + second for first in _SIGNS for second in _SIGNS]
_PLACES = range(120, -1, -10)  # of 130 bits


def _name(digest: bytes) -> str:
    """26 characters: 130 bits, no realistic collision in a hospital's life."""
    number, two = int.from_bytes(digest[:17], "big") >> 6, _TWO
    return "".join([two[number >> place & 1023] for place in _PLACES])


def _message(parts: tuple[str, ...]) -> bytes:
    # Length-prefixed, so that ("ab", "c") and ("a", "bc") differ; surrogates that a sender smuggled in must not stop us.
    return b"".join([len(raw := part.encode("utf-8", "surrogatepass")).to_bytes(4, "big") + raw for part in parts])


@lru_cache(maxsize=1024)  # a key a tenant
def _pads(key: bytes) -> "tuple[_Hash, _Hash]":
    """The inner and the outer hash of HMAC, begun with the key (RFC 2104, section 4)."""
    whole = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in whole)), hashlib.sha256(bytes(byte ^ 0x5C for byte in whole))


def keyed_hash(key: bytes, *parts: str) -> str:
    """An id that only the holder of the tenant's key can connect with the identifier it stands for."""
    began_inner, began_outer = _pads(key)
    inner, outer = began_inner.copy(), began_outer.copy()
    inner.update(_message(parts))
    outer.update(inner.digest())
    return _name(outer.digest())


def derived_id(*parts: str) -> str:
    """An id made of other ids and public words."""
    return _name(hashlib.sha256(_message(parts)).digest())


def content_hash(content: bytes | str) -> str:
    """The hash by which a text or message is recognised again."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


_ORDINAL = re.compile(r"[-/]\d+$")


def message_of(entry_id: str) -> str:
    """The id of the message that an entry came from: the entry's without its ordinal.  A derived id has none and is returned as it is."""
    return _ORDINAL.sub("", entry_id)
