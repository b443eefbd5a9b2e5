"""Whether a patient has been to the clinic before."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from core.receptionist.understanding import replies

NEW: Literal["new"] = "new"
RETURNING: Literal["returning"] = "returning"

_SAID = re.compile(
    r"(?P<returning>\bnot (?:a )?new\b(?: (?:patient|client|customer|here))?|\bnot my first (?:time|visit|rodeo)"
    r"|\b(?:existing|current|regular|established|previous|former|past|old|long ?time) (?:patient|client|customer|"
    r"pt)\b|\bi (?:saw|have seen) (?:dr|you)\b"
    r"|\breturning\b(?! (?:your|the|a) )|\ba regular\b|\b(?:patient|client) of yours\b"
    r"|\b(?:i'?ve|i have|have|we'?ve) been (?:(?:there|here|in|to you|to y'all|with you)\b|before\b|a (?:patient|"
    r"client)\b"
    r"|(?:coming|going) (?:there|here|to you)\b|seeing (?:dr|you)\b|(?:once|twice|many|several|a few|a couple)\b)"
    r"|\bbeen (?:there|here|in|to you guys|to you)?\s?(?:before|b4|a few times|a couple times|many times|"
    r"several times|once|"
    r"twice)\b|\bbeen a (?:while|minute) since\b|\b(?:my|the) last (?:visit|appointment|appt|"
    r"time (?:i was )?(?:there|here|in))\b"
    r"|\bi (?:came|went) (?:in|there|here|to you(?: guys)?)\b|\bi was (?:in|there|here|with you)\b|\b(?:second|"
    r"third|2nd|3rd|fourth) (?:time|visit)\b"
    r"|\bseen you (?:guys )?before\b|\bya (?:he (?:ido|estado)|fui|soy paciente)\b|\bhe (?:ido|estado) antes\b)"
    r"|(?P<new>\bnever (?:been|visited|come|came|used you|seen you|gone)\b(?:[ ,]+(?:there|here|in|"
    r"to you(?: guys)?|before))*"
    r"|\b(?:haven'?t|have not|hasn'?t|havn'?t) (?:ever )?(?:been|visited|come|gone)\b(?! (?:able|feeling|happy|"
    r"sleeping))"
    r"(?:[ ,]+(?:there|here|in|to you(?: guys)?|before|yet))*"
    r"|\bnot (?:to|at|in) (?:this|your) (?:location|one|office|clinic|place)\b|\bnot been (?:there|here|in|before|"
    r"to you)\b"
    r"|\b(?:my |a |be )?(?:very )?(?:first|1st) (?:time|visit|appointment|appt|timer)\b"
    r"(?! (?:getting|having|doing|trying|with|for|i|using|available|slot|that|you|in the morning|of))"
    r"|\b(?:brand )?new (?:patient|pt|client|customer|guest|here|to you|to y'all|to the (?:clinic|office|practice|"
    r"spa|place))\b"
    r"|\b(?:i'?m|i am|am) (?:brand |totally |completely )?new\b|\bbrand new\b"
    r"|\bnunca he (?:ido|estado|venido)\b|\bno he (?:ido|estado|venido)\b|\bprimera (?:vez|visita|cita)\b"
    r"|\b(?:soy|paciente) nuev[oa]\b)"
)
_BARE = re.compile(
    r"(?:^|[,\n.;/|-])\s{0,9}(?:(?P<new>new|newbie|first|first[- ]timer)|(?P<returning>returning|existing|"
    r"regular))\s*(?=$|[,\n.;/|!-])"
    r"|(?<!thing )(?<!like )(?<!what's )(?<!whats )(?<=\w )(?P<at_end>new)\s*$"
)
#: Says it without the words for it. Not enough by itself, but enough to believe a model that read it so.
_SEEMS_RETURNING = re.compile(
    r"\b(?:(?:back|in) again|come back|coming back|be back|like last time|same as (?:before|last)|my usual|"
    r"long time no|years? ago|months? ago|been a while|you (?:did|have seen|saw|treated) (?:me|my)|otra vez|de nuevo)\b"
)
_SEEMS_NEW = re.compile(
    r"\b(?:just (?:found|discovered|moved|heard)|found (?:you|y'all|your)|heard (?:about|of) (?:you|y'all|your)|"
    r"new to (?:this|all this|the area|town)|recommended (?:you|y'all|your)|saw your (?:ad|page|post|instagram|ig))\b"
)
_SOMEBODY = re.compile(r"\b(?:my|a) (?:\w+ )?(?:friend|mom|sister|daughter|husband|wife|brother|son|boss|cousin)\b")


@dataclass(frozen=True, slots=True)
class Visit:
    value: Literal["new", "returning"]
    start: int
    end: int


def find_visit(low: str) -> Visit | None:
    """What a `plain` text says of it; the latest statement wins."""
    found = [*_SAID.finditer(low), *_BARE.finditer(low)]
    if not found:
        return None
    last = max(found, key=lambda one: one.end())
    return Visit(RETURNING if last["returning"] else NEW, last.start(), last.end())


def visit_meant(low: str, *, asked: bool) -> str:
    """What a `plain` clause says or lets see of it; empty when nothing, or both."""
    visit = find_visit(low)
    if visit:
        return visit.value
    answer = replies.says_yes(low) if asked else None
    if answer is not None:
        return RETURNING if answer else NEW
    returning, new = bool(_SEEMS_RETURNING.search(low)), bool(_SEEMS_NEW.search(low))
    if returning is new or _SOMEBODY.search(low):
        return ""
    return RETURNING if returning else NEW
