"""Whether a patient wants a person instead of a machine, or has a complaint that belongs to one."""

from __future__ import annotations

import re

from core.receptionist import injection

_PERSON = re.compile(
    r"\b(?:(?:talk|speak|chat) (?:to|with) (?:a |an |some|any|the |your |ur )?(?:real |actual |live |"
    r"human )?(?:person|human|one|someone|body|agent|"
    r"representative|rep|manager|receptionist|front desk|nurse|doctor|provider|staff|operator|owner|somebody|"
    r"anyone|team)"
    r"|(?:real|actual|live) (?:person|human)|(?:an? |the )?(?:human|representative|operator|live agent)(?: please|"
    r" pls|$)|^\W*(?:agent|human|person)\W*$"
    r"|(?:some(?:one|body)|person|you|u|staff|they|nurse|doctor|manager|team|y'all) (?:\w+ )?(?:please |"
    r"pls )?(?:just )?(?:call|phone|ring) (?:me|us)"
    r"|(?:please |pls |just )?(?:call|phone) me(?= (?:back|please|pls|at|on|when|asap|today|tomorrow|now|later|"
    r"tonight|this|after|before|in)\b|\W*$)"
    r"|give me a (?:call|ring|buzz)|(?:have|get) (?:some(?:one|body)|a person|them|her|him) (?:to )?(?:call|phone|"
    r"contact)"
    r"|(?:want|need|like|get|request|prefer) (?:a |to get a )?(?:phone )?(?:call ?back|call(?= (?:from|please|"
    r"back)|$))|call ?back please"
    r"|(?:want|need|get|like) (?:a |an )(?:person|human|real person)|transfer me)\b"
)
_COMPLAINT = re.compile(
    r"\b(?:(?:want|need|get|demand|give me|owed|for) (?:a |my |the )?(?:full )?(?:refund|money back)|complaint|"
    r"complain|lawyers?|attorney|(?:will|going to|gonna|i'?ll|to|could|should) sue|"
    r"chargeback|dispute|scam(?:med)?|fraud|ripped off|botched|overcharged|double charged|charged (?:me )?twice|"
    r"unhappy with|"
    r"(?:very|so|really|extremely|super|pretty) (?:disappointed|upset|unhappy|mad|angry|pissed|dissatisfied)|"
    r"not (?:at all |very |really )?(?:happy|satisfied) (?:with|about) (?:the|your|how|this)\b|terrible (?:service|"
    r"experience)|rude|worst (?:experience|service|place)|unprofessional)\b"
)
#: Abuse is met as a complaint is: calmly, by a person.
_ABUSE = re.compile(
    r"\bf(?:u+|\*+|-+)c?\*?k\w*|\bf\*{2,}|\b(?:stfu|bitch\w*|assholes?|idiots?|morons?|screw you|(?:you|u) suck|"
    r"bullshit)\b"
    r"|\b(?:this is|you(?:'re| are|r)|ur) (?:so |all |just |a )*(?:stupid|dumb|useless|ridiculous|garbage|a joke)\b"
)
_NOT_A_PERSON = re.compile(r"\b(?:don'?t|do not|no need to|rather not|not) (?:\w+ )?(?:call|phone|speak|talk)\b")


def wants_person(low: str) -> bool:
    """Asked for a person or for a call."""
    return bool(_PERSON.search(low)) and not _NOT_A_PERSON.search(low)


def complains(low: str) -> bool:
    """A complaint, a refund, a dispute: nothing for a machine to sell into."""
    return bool(_COMPLAINT.search(low) or _ABUSE.search(low))


def probes(low: str) -> bool:
    """Asks for instructions, keys or other people's data, or tries to give us a role."""
    return injection.holds(low)
