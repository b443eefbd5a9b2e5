"""The judgement of one text. Pure; rules that concern safety speak before rules that concern figures."""

from __future__ import annotations

from core.receptionist.guard.claims import forbidden
from core.receptionist.guard.ground import Ground
from core.receptionist.guard.values import ungrounded
from core.receptionist.guard.verdict import Rule, Verdict
from deskbell.turn import RequestStatus


def judge(text: str, on: Ground, request: RequestStatus | None = None, *, asks: str | None = None) -> Verdict | None:
    """The first rule that a text breaks, None when it may go out.

    `asks` is given while a draft can still be worded anew: the field that the plan asks for, empty for none. The draft
    must then ask just that, and be short enough; without it the guard mends both, and neither is judged.
    """
    for line in on.fixed:
        text = text.replace(line, " ")
    rule = forbidden(text, request) or ungrounded(text, on)
    return Verdict(Rule(rule)) if rule else None
