"""How long to wait for the rest of what somebody is typing: one answer for a burst of texts."""

from __future__ import annotations

import re
from datetime import timedelta

from core.config.schema import Burst

_QUESTION = re.compile(r"\?\s*$")
#: A greeting or a beginning: more is on its way.
_OPENING = re.compile(
    r"^\W*(hi|hey|hello|hiya|yo|good (morning|afternoon|evening|day)|hola|so|and|also|ok so|um+|btw|wait)\W*$",
    re.IGNORECASE,
)


def window(text: str, burst: Burst) -> timedelta:
    """The wait after this text: longer after a fragment ("Hi"), shorter after a full question."""
    words = text.split()
    if _OPENING.match(text) or text.rstrip().endswith((",", "...", "…", "-", "and", "or")):
        return burst.fragment
    if len(words) >= 4 and _QUESTION.search(text):
        return burst.question
    return burst.text if len(words) > 1 or not words else burst.fragment if len(words[0]) <= 2 else burst.text
