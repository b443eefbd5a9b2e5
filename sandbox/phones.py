"""Who may stand in the "from" and "to" of a text."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_SHORT_CODE = re.compile(r"\d{3,8}")
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


def is_number(value: str) -> bool:
    """Whether this is a phone number in E.164 form, e.g. "+12125550142"."""
    return _NUMBER.fullmatch(value) is not None


def is_sender(value: str) -> bool:
    """Whether a text can come from here: a number, a short code ("72975") or a sender name ("SHOPNEWS")."""
    return any(kind.fullmatch(value) for kind in (_NUMBER, _SHORT_CODE, _ALPHANUMERIC))
