"""What holds after every turn of every conversation, without a file having to say so.

A rule is a function that yields what is wrong; its docstring says what should be. The rules are written apart from the
receptionist's guards and share no word list with them: what a guard overlooks is meant to be seen here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.rehearsal.invariants import asking, money, privacy, sending, truth
from core.rehearsal.invariants.scene import Scene
from core.rehearsal.moment import Moment
from core.rehearsal.outcome import Fault

__all__ = ["RULES", "Scene", "broken"]

Rule = Callable[[Scene, Moment], Iterator[str]]

RULES: tuple[Rule, ...] = (*sending.RULES, *asking.RULES, *truth.RULES, *money.RULES, *privacy.RULES)


def broken(scene: Scene, moment: Moment) -> Iterator[Fault]:
    """Every rule that the moment breaks; `scene` holds the moments before it."""
    for rule in RULES:
        for came in rule(scene, moment):
            yield Fault((rule.__doc__ or "").strip(), came, rule=rule.__name__)
