"""The guard under its former name."""

from core.receptionist.guard import CRISIS_LINE, Ground, Grounds, judge
from deskbell.turn import RequestStatus

__all__ = ["CRISIS_LINE", "Ground", "Grounds", "violation"]


def violation(text: str, on: Ground, request: RequestStatus | None = None) -> str | None:
    """Name of the first rule that a text breaks."""
    verdict = judge(text, on, request)
    return verdict.rule.value if verdict else None
