"""Whether a text says hello in the clinic's name: the first one to a patient may, no other, and no text twice."""

from __future__ import annotations

import re

from core.receptionist.guard.legible import folded, legible
from deskbell.clinic import Clinic


def greetings(text: str, clinic: Clinic) -> int:
    """How often a text greets by the clinic's own line, or with a hello and the clinic's name."""
    low = folded(legible(text))
    own = folded(legible(clinic.say(clinic.wording.greeting).strip()))
    own_count = low.count(own) if own else 0
    name = re.escape(folded(legible(clinic.name)))
    rest = low.replace(own, " ") if own else low
    return own_count + len(re.findall(rf"\b(?:hi|hello|hey|welcome|greetings)\b[^.!?]{{0,30}}\b{name}", rest))
