"""The one judge of every text that leaves: what it says must stand somewhere, and some things are never said.

Pure. `Grounds(clinic).of(...)` collects what a turn may quote; `judge(text, ground, request)` names the first rule that
a text breaks, for the output guard and for whoever may still word a draft anew.
"""

from core.receptionist.guard.ground import CRISIS_LINE, Ground, Grounds
from core.receptionist.guard.judge import judge
from core.receptionist.guard.verdict import Rule, Verdict

__all__ = ["CRISIS_LINE", "Ground", "Grounds", "Rule", "Verdict", "judge"]
