"""What hurts: a worry after a treatment, which a provider has to hear of, and pain that somebody wants seen to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.receptionist.understanding.services import Mention
from core.receptionist.understanding.words import Clause

_SYMPTOM = re.compile(
    r"\b(?:swollen|swell(?:ing|s)?|bruis\w+|lump\w*|bump\w*|droop\w*|uneven|lopsided|asymmetr\w+|numb\w*|bleed\w*|sore|"
    r"hurts?|hurting|pain\w*|ach(?:es?|ing|y)|infect\w+|pus|itch\w*|rash|tender|red|redness|hard|fever|burn\w*|"
    r"blister\w*|scab\w*|tingl\w+|headache|throbb\w+|wrong|worried|(?:feels?|feeling) (?:\w+ )?(?:heavy|tight|weird|"
    r"strange|odd|funny|off|hot))\b"
)
_BY_US = re.compile(
    r"\b(?:you|u|y'all|you guys|they|the dentist|dr\.? \w+) (?:pulled|did|put|filled|gave|injected|treated|worked)\b"
    r"|\b(?:after|since|from) (?:my|the|our) (?:last )?(?:treatment|procedure|visit|appointment|appt|surgery|"
    r"injections?|"
    r"shots?|session)\b|\bstitches\b"
)
#: A part of the body that stands for a treatment on the menu: "my lips are uneven" is no worry after one.
_BODY = re.compile(r"lips?|(?:wisdom )?(?:tooth|teeth)|face|facials?|cavity|.*ache|.*pain")
_PAIN = re.compile(
    r"\b(?:tooth ?ache|killing me|in (?:\w+ )?pain|agony|(?:bad|severe|terrible|awful|so much|lots? of|tooth) pain|"
    r"hurt(?:s|ing)|hurt (?:so|really|bad)|throbbing|aching)\b"
)
_NO_PAIN = re.compile(r"\b(?:if|scared|afraid|nervous|worried|lol|haha|no|not|doesn'?t|don'?t|does|will|would|how)\b")


def after_treatment(clause: Clause, mentions: Sequence[Mention]) -> bool:
    """A complaint of the body about something that was done: "I got Botox last week and one side is droopy"."""
    if not _SYMPTOM.search(clause.text):
        return False
    return bool(_BY_US.search(clause.text)) or any(_had(clause, one) for one in mentions if one.services)


def in_pain(clauses: Sequence[Clause]) -> bool:
    """Whether the patient says that it hurts now, and does not only ask or fear that something might."""
    return any(_PAIN.search(one.text) and not one.asks and not _NO_PAIN.search(one.text) for one in clauses)


def _had(clause: Clause, mention: Mention) -> bool:
    start, end = mention.start - clause.start, mention.end - clause.start
    if _SYMPTOM.search(clause.text[start:end]):
        return False
    own = re.search(r"\b(?:my|the) (?:\w+ )?$", clause.text[:start])
    return not _BODY.fullmatch(clause.text[start:end]) and (mention.past or bool(own))
