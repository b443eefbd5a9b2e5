"""What a file expects is compared with what a turn did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.rehearsal.expectations import unmet
from core.rehearsal.moment import KnownFact, Moment, Notice, State

Make = Callable[..., Moment]
REPLY = "Thanks, Dana. Have you been to us before?"
AFTER = State(
    facts={
        "first_name": KnownFact("Dana", 1, "rule"),
        "last_name": KnownFact("Cole", 1, "rule"),
        "when": KnownFact({"text": "Wednesday after 4 pm", "windows": []}, 1, "rule"),
        "variant": KnownFact("", 1, "rule"),
    },
    request="ready",
    events=1,
)
STEP = {"act": "complete", "asks": "new_or_returning"}
TURN = {
    "outcome": "done",
    "trace": {
        "decisions": [{"stage": "assistant", "decision": "step", "details": STEP}],
        "effects": ["Say reply by assistant", "MoveRequest ready", "NotifyStaff lead", "SetTimer follow_up"],
    },
}


def faults(moment: Make, script: dict[str, Any], **how: Any) -> list[str]:
    played = moment(REPLY, script=script, turns=(TURN,), after=AFTER, notices=(Notice("lead", "New: Dana", False),))
    return [fault.expected for fault in unmet(played, **how)]


@pytest.mark.parametrize(
    "script",
    [
        {"expect": {"contains": ["thanks, DANA"], "never": "booked", "matches": "^thanks.*before\\?$"}},
        {"expect": {"asks": "new_or_returning", "texts": 1, "silent": False}},
        {"facts": {"name": "dana cole", "when": "Wednesday after 4 pm"}, "absent": ["service", "variant"]},
        {"plan": "complete", "decides": ["step"], "request": "ready", "led_by": "bot"},
        {"effects": [{"notify": "lead"}, {"request": "ready"}, {"timer": "follow_up"}]},
    ],
)
def test_what_holds_is_not_told(moment: Make, script: dict[str, Any]) -> None:
    assert faults(moment, script) == []


@pytest.mark.parametrize(
    "script",
    [
        {"expect": {"contains": "botox"}},
        {"expect": {"never": "DANA"}},
        {"expect": {"matches": "^before"}},
        {"expect": {"asks": "when"}},
        {"expect": {"asks": "nothing"}},
        {"expect": {"texts": 2}},
        {"expect": {"silent": True}},
        {"facts": {"last_name": "Coal"}},
        {"facts": {"service": "Botox"}},
        {"absent": ["when"]},
        {"plan": "talk"},
        {"plan": "none"},
        {"decides": ["emergency"]},
        {"effects": []},
        {"effects": [{"notify": "emergency"}]},
        {"effects": [{"hand_over": "any"}]},
        {"effects": [{"consent": "out"}]},
        {"request": "none"},
        {"led_by": "staff"},
    ],
)
def test_what_does_not_hold_is_one_fault(moment: Make, script: dict[str, Any]) -> None:
    assert len(faults(moment, script)) == 1


def test_a_hand_over_is_known_by_its_reason(moment: Make) -> None:
    turn = {"outcome": "done", "trace": {"decisions": [], "effects": ["HandOver person"]}}
    for reason, count in (("person", 0), ("any", 0), ("complaint", 1)):
        played = moment(script={"effects": [{"hand_over": reason}]}, turns=(turn,))
        assert len([*unmet(played)]) == count


def test_without_wording_only_what_hangs_on_no_words_counts(moment: Make) -> None:
    wrong = {"expect": {"contains": "botox", "asks": "when", "silent": True}, "plan": "talk", "facts": {"name": "X Y"}}
    assert len(faults(moment, wrong)) == 5
    assert len(faults(moment, wrong, wording=False)) == 3


def test_a_field_that_is_planned_but_not_asked_in_the_text_is_a_fault(moment: Make) -> None:
    played = moment("Thanks.", script={"expect": {"asks": "new_or_returning"}}, turns=(TURN,))
    assert len([*unmet(played)]) == 1
