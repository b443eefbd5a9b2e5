"""The consent stage: who is recorded, who is answered, and when nothing is sent at all."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.stages.consent import Consent
from deskbell import Keyword, RecordConsent, Remember, TextKind, TimerDue, Turn


def recorded(turn: Turn) -> list[bool]:
    return [effect.opted_out for effect in turn.effects if isinstance(effect, RecordConsent)]


def remembered(turn: Turn) -> dict[str, Any]:
    return dict(turn.memory) | {effect.key: effect.value for effect in turn.effects if isinstance(effect, Remember)}


async def test_stop_is_recorded_and_confirmed_once_and_nothing_else_happens(bench: Any) -> None:
    turn = bench.turn("STOP")
    assert await bench.run(Consent, turn, says=["How can we help?"]) == 0
    assert recorded(turn) == [True]
    assert [say.kind for say in turn.replies] == [TextKind.CONSENT]


async def test_stop_that_the_carrier_answered_is_recorded_in_silence(bench: Any) -> None:
    turn = bench.turn(bench.text("STOP", carrier=Keyword.STOP))
    assert await bench.run(Consent, turn) == 0
    assert recorded(turn) == [True]
    assert turn.replies == []
    assert next(effect for effect in turn.effects if isinstance(effect, RecordConsent)).source == "carrier"


async def test_the_carriers_mark_outweighs_the_words(bench: Any) -> None:
    turn = bench.turn(bench.text("¡Adiós!", carrier=Keyword.STOP))
    await bench.run(Consent, turn)
    assert recorded(turn) == [True]


@pytest.mark.parametrize(
    "text", ["STOP", "please stop texting me", "hello?", "Botox tomorrow?", "not interested", "yes"]
)
async def test_whoever_opted_out_gets_silence_and_no_turn(bench: Any, text: str) -> None:
    turn = bench.turn(text, opted_out=True)
    assert await bench.run(Consent, turn, says=["Hi!"]) == 0
    assert turn.effects == []


async def test_a_timer_of_whoever_opted_out_goes_nowhere(bench: Any) -> None:
    due = TimerDue(1, datetime(2026, 3, 2, tzinfo=UTC), "reminder")
    turn = bench.turn(events=[due], opted_out=True)
    assert await bench.run(Consent, turn, says=["Reminder!"]) == 0
    assert turn.effects == []


async def test_help_is_answered_even_after_an_opt_out(bench: Any) -> None:
    turn = bench.turn("HELP", opted_out=True)
    assert await bench.run(Consent, turn) == 0
    assert [say.kind for say in turn.replies] == [TextKind.CONSENT]
    assert bench.clinic.phone_shown in turn.replies[0].text


async def test_help_that_the_carrier_answered_stays_silent(bench: Any) -> None:
    turn = bench.turn(bench.text("HELP", carrier=Keyword.HELP))
    assert await bench.run(Consent, turn, says=["Hi"]) == 0
    assert turn.replies == []


async def test_help_beside_a_question_leaves_the_question_to_the_stages_inside(bench: Any) -> None:
    turn = bench.turn("help", "how much is botox?")
    assert await bench.run(Consent, turn, says=["$13 a unit."]) == 1
    assert [say.kind for say in turn.replies] == [TextKind.CONSENT, TextKind.REPLY]


async def test_start_restores_and_confirms(bench: Any) -> None:
    turn = bench.turn("START", opted_out=True)
    assert await bench.run(Consent, turn, says=["Hi"]) == 0
    assert recorded(turn) == [False]
    assert [say.kind for say in turn.replies] == [TextKind.CONSENT]


async def test_start_that_the_carrier_answered_restores_in_silence(bench: Any) -> None:
    turn = bench.turn(bench.text("yes", carrier=Keyword.START), opted_out=True)
    assert await bench.run(Consent, turn, says=["Hi"]) == 0
    assert recorded(turn) == [False]
    assert turn.replies == []


async def test_after_start_another_text_of_the_turn_is_answered(bench: Any) -> None:
    turn = bench.turn("START", "how much is botox?", opted_out=True)
    assert await bench.run(Consent, turn, says=["$13 a unit."]) == 1


async def test_start_of_a_subscribed_contact_marked_by_the_carrier_is_silent(bench: Any) -> None:
    turn = bench.turn(bench.text("START", carrier=Keyword.START))
    assert await bench.run(Consent, turn, says=["Hi"]) == 0
    assert turn.effects == []


@pytest.mark.parametrize("text", ["start", "Yes", "yes please"])
async def test_start_and_yes_of_a_subscribed_contact_are_talk(bench: Any, text: str) -> None:
    turn = bench.turn(text)
    assert await bench.run(Consent, turn) == 1
    assert recorded(turn) == []


async def test_a_yes_that_the_carrier_takes_for_an_opt_in_still_answers_our_question(bench: Any) -> None:
    turn = bench.turn(bench.text("YES", carrier=Keyword.START))
    assert await bench.run(Consent, turn) == 1
    assert recorded(turn) == []


async def test_stop_beside_other_texts_sends_the_confirmation_and_nothing_else(bench: Any) -> None:
    turn = bench.turn("how much is botox?", "stop", "wait, Tuesday?")
    assert await bench.run(Consent, turn, says=["$13 a unit."]) == 0
    assert recorded(turn) == [True]
    assert [say.kind for say in turn.replies] == [TextKind.CONSENT]


@pytest.mark.parametrize(("texts", "expected"), [(["START", "STOP"], [True]), (["STOP", "START"], [False])])
async def test_the_last_consent_word_of_a_turn_decides(bench: Any, texts: list[str], expected: list[bool]) -> None:
    turn = bench.turn(*texts)
    await bench.run(Consent, turn)
    assert recorded(turn) == expected
    assert len(turn.replies) == 1


async def test_start_then_stop_of_whoever_opted_out_changes_nothing(bench: Any) -> None:
    turn = bench.turn("START", "STOP", opted_out=True)
    assert await bench.run(Consent, turn) == 0
    assert turn.effects == []


async def test_an_unclear_text_is_asked_about_once(bench: Any) -> None:
    turn = bench.turn("not interested")
    assert await bench.run(Consent, turn, says=["Hi"]) == 0
    assert recorded(turn) == []
    assert len(turn.replies) == 1
    assert "STOP" in turn.replies[0].text


@pytest.mark.parametrize("answer", ["yes", "Yes please", "not interested", "stop"])
async def test_after_asking_a_yes_or_the_same_again_is_honoured(bench: Any, answer: str) -> None:
    first = bench.turn("not interested")
    await bench.run(Consent, first)
    turn = bench.turn(answer, memory=remembered(first))
    assert await bench.run(Consent, turn) == 0
    assert recorded(turn) == [True]
    assert [say.kind for say in turn.replies] == [TextKind.CONSENT]


async def test_after_asking_ordinary_talk_goes_on_and_a_later_yes_answers_something_else(bench: Any) -> None:
    first = bench.turn("not interested")
    await bench.run(Consent, first)
    second = bench.turn("how much is botox?", memory=remembered(first))
    assert await bench.run(Consent, second) == 1
    third = bench.turn("yes", memory=remembered(second))
    assert await bench.run(Consent, third) == 1
    fourth = bench.turn("not interested", memory=remembered(second))
    await bench.run(Consent, fourth)
    assert recorded(fourth) == [True]


async def test_ordinary_talk_passes_untouched(bench: Any) -> None:
    turn = bench.turn("Cancel my appointment please")
    assert await bench.run(Consent, turn) == 1
    assert turn.effects == []
