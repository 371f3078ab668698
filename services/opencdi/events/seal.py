"""The gate's seal: a `ProviderQuery` is made with it or read from bytes (DOMAIN B65).  Only the gate holds it (.importlinter)."""

from typing import Final

SEAL: Final = object()
