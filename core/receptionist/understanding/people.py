"""Whether a patient wants a person instead of a machine, or brings what belongs to one: a complaint, abuse."""

from __future__ import annotations

import re

from core.receptionist import injection

_SOMEBODY = (
    r"(?:person|human(?: being)?|one|someone|body|agent|representative|rep|manager|supervisor|receptionist|front desk|"
    r"nurse|doctor|provider|staff|operator|owner|somebody|anyone|team)"
)
_PERSON = re.compile(
    rf"\b(?:(?:talk|speak|chat) (?:to|with) (?:a |an |some|any|the |your |ur )?(?:real |actual |live |"
    rf"human )?{_SOMEBODY}"
    r"|(?:real|actual|live) (?:person|human)|(?:an? |the )?(?:human|representative|operator|live agent)(?: please|"
    r" pls|$)|^\W*(?:agent|human|person)\W*$|(?:^|[.!?,]\s*)agent\W*$"
    r"|(?:some(?:one|body)|person|you|u|staff|they|nurse|doctor|manager|team|y'all) (?:\w+ )?(?:please |"
    r"pls )?(?:just )?(?:call|phone|ring) (?:me|us)"
    r"|(?:please |pls |just )?(?:call|phone|ring) me(?= (?:back|please|pls|at|on|when|asap|today|tomorrow|now|later|"
    r"tonight|this|after|before|in)\b|\W*$)"
    r"|give me a (?:call|ring|buzz)|(?:have|get) (?:some(?:one|body)|a person|them|her|him) (?:to )?(?:call|phone|"
    r"contact)"
    r"|(?:want|need|like|get|request|prefer) (?:a |to get a )?(?:phone )?(?:call ?back|call(?= (?:from|please|"
    r"back)|$))|call ?back please"
    r"|(?:want|need|get|like)(?: me)? (?:a |an )(?:person|human(?: being)?|real person)|transfer me)\b"
)
_NOT_A_PERSON = re.compile(r"\b(?:don'?t|do not|no need to|rather not|not) (?:\w+ )?(?:call|phone|speak|talk)\b")

_COMPLAINT = re.compile(
    r"\b(?:(?:want|need|get|demand|give me|owed|for|or) (?:a |my |the )?(?:full )?(?:refund|money back)|"
    r"(?:want|need|or|give me|get) my money|"
    r"refund me|(?:file|make|have|got|lodge) (?:a |an? formal )?complaint|(?:filing|making) (?:a )?complaint|complain|"
    r"(?:my|a|hear from|contact(?:ing)?|call(?:ing)?) (?:lawyers?|attorney)\b(?! (?:friend|sent|works|is ))|"
    r"(?:will|going to|gonna|i'?ll|to|could|should) sue|suing|chargeback|"
    r"(?:to|will|gonna|i'?ll|am|i'?m|filing a|file a|opening a) disput(?:e|ing)|dispute (?:this|the|it|with)|"
    r"scam(?:med|mers?)?\b|fraud\w*|ripped (?:me )?off|rip ?off|botched|over ?charged|"
    r"double charged|charged (?:me )?(?:twice|double)|(?:paid|charged) for (?:\w+ ){1,4}(?:never|didn'?t) (?:got|get|"
    r"had|"
    r"received?)|never got what i paid|(?<!not )unhappy with|"
    r"(?:very|so|really|extremely|super|pretty|beyond) (?:disappointed|upset|unhappy|mad|angry|pissed|dissatisfied|"
    r"frustrated)|disappointed (?:in|with|by)|not (?:at all |very |really )?(?:happy|satisfied|impressed|pleased) "
    r"(?:with|about|by) (?:the|your|how|this|my)\b|"
    r"(?:terrible|horrible|awful|bad|worst|poor|disgusting) (?:service|experience|job|treatment|place|"
    r"customer service)|"
    r"(?:so |was |is |were |are |very |really )rude\b|unprofessional|unacceptable|"
    r"(?:1|one|zero|0|bad|negative) ?-?stars?\b|leav(?:e|ing) (?:a |you a )(?:bad|negative|1|one) ?-?(?:star )?review|"
    r"report(?:ing)? (?:you|u|this|y'all) (?:guys )?to|better business bureau|\bbbb\b|"
    r"(?:didn'?t|did not|hasn'?t|never) work(?:ed)? (?:at all|for me)|(?:redo|redone|fix(?:ed)?) (?:it )?for free|"
    r"(?:you|u|they) (?:\w+ )?(?:ruined|messed up|screwed up|fucked up|butchered) (?:my|it|me))(?!\w)"
)
#: Turned down, or asked about in general: "no complaints", "do you do refunds if I cancel?"
_NO_COMPLAINT = re.compile(
    r"\b(?:no|zero|not a) (?:complaints?|scam)\b|\bnot (?:mad|upset|unhappy|angry|complaining)\b|\bcan'?t complain\b"
    r"|\brefunds? if\b|\brefund policy\b|\bnot (?:going to|gonna) (?:complain|dispute)\b"
)
_INSULT = (
    r"(?:stupid|dumb|useless|worthless|ridiculous|garbage|trash|pathetic|a joke|an? (?:\w+ )?(?:idiot|moron|joke|"
    r"clown|dumbass))"
)
#: Met calmly, by the offer of a person.
_ABUSE = re.compile(
    r"\bf(?:u+|\*+|-+|@)c?\*?k(?:ing?|ers?|ed|in|off|u)?\b(?! (?:yes|yeah|yea|ya)\b)|\bf\*{2,}|\b(?:stfu|gtfo|kys|"
    r"bitch\w*|"
    r"assholes?|a-?holes?|dickheads?|idiots?|morons?|retards?|cunts?|screw you|piss off|(?:you|u|y'all) suck|bullshit|"
    r"shut (?:up|it)|go to hell|eat shit|(?:piece|bunch|load) of (?:shit|crap)|suck my|send (?:me )?nudes|"
    r"(?:hey|hi|hello) sexy|what(?:'s| are|s| r) (?:you|u) wearing|pendej[oa]s?|(?:de|la) mierda|put[oa]s?|"
    r"cabr[oó]n\w*|"
    r"(?:chinga|vete a) \w+)\b"
    rf"|\b(?:(?<!if )(?<!how )this is|(?:you|u) people are|(?:you|u)(?:'re| are|r)|ur|you guys are) (?:so |all |just |"
    rf"such |a |an |really )*{_INSULT}(?! (?:good|cheap|low|great|nice|cute)\b)\b"
    r"|\b(?:stupid|dumb|useless|fucking) (?:bot|machine|robot|clinic|people|computer)\b"
)


def wants_person(low: str) -> bool:
    """Asked for a person or for a call."""
    return bool(_PERSON.search(low)) and not _NOT_A_PERSON.search(low)


def complains(low: str) -> bool:
    """A complaint or abuse: nothing for a machine to sell into."""
    return complains_of_us(low) or abuses(low)


def complains_of_us(low: str) -> bool:
    """A complaint, a refund that is asked for, a dispute."""
    return bool(_COMPLAINT.search(low)) and not _NO_COMPLAINT.search(low)


def abuses(low: str) -> bool:
    """Insults and worse: met calmly, with a person."""
    return bool(_ABUSE.search(low))


def probes(low: str) -> bool:
    """Asks for instructions, keys or other people's data, or tries to give us a role."""
    return injection.holds(low)
