"""Ids are derived, never drawn: replaying yesterday must give yesterday's ids.

Whatever comes from an identifier of a person (MRN, visit, account number) goes through `keyed_hash` under the tenant's key
(HMAC-SHA-256, RFC 2104), so that an id on a topic, in a log or on a metric tells nothing to who lacks the key.  Ids made from
such ids need no key again: `derived_id`.
"""

import hashlib
import hmac

_SIGNS = "abcdefghijklmnopqrstuvwxyz234567"  # base32, RFC 4648, lower case
_PAIRS = [first + second for first in _SIGNS for second in _SIGNS]
_SHIFTS = range(120, -1, -10)  # 26 characters: 130 bits, no realistic collision in a hospital's life


def _name(digest: bytes) -> str:
    # Two signs at a time: a fifth of the time of base64.b32encode, which intake would spend a tenth of its day in.
    number = int.from_bytes(digest[:17], "big") >> 6
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def _message(parts: tuple[str, ...]) -> bytes:
    # Length-prefixed, so that ("ab", "c") and ("a", "bc") differ; surrogates that a sender smuggled in must not stop us.
    raw = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join([len(part).to_bytes(4, "big") + part for part in raw])


def keyed_hash(key: bytes, *parts: str) -> str:
    """An id that only the holder of the tenant's key can connect with the identifier it stands for."""
    return _name(hmac.digest(key, _message(parts), "sha256"))


def derived_id(*parts: str) -> str:
    """An id made of other ids and public words."""
    return _name(hashlib.sha256(_message(parts)).digest())


def content_hash(content: bytes | str) -> str:
    """The hash by which a text or message is recognised again."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()
