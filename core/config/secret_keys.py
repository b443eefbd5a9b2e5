"""The operator's secret keys as they are written: Fernet keys with commas between them."""

from __future__ import annotations

import base64
import binascii


def split(keys: str) -> list[str]:
    """The keys of a list with commas."""
    return [key.strip() for key in keys.split(",") if key.strip()]


def malformed(key: str) -> str | None:
    """What is wrong with a key, in words that do not show it; None when nothing is."""
    try:
        if len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32:
            return None
    except (binascii.Error, ValueError):
        pass
    return "is no Fernet key: 32 bytes in URL-safe base64, 44 characters"
