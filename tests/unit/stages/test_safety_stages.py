"""Takeover, card guard and emergency: who is told what, and whether the stages inside are asked at all."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.receptionist.cards import CUT
from core.stages.card_guard import CardGuard
from core.stages.emergency import EmergencyLine
from core.stages.takeover import Takeover
from deskbell import HandOver, NotifyStaff, Remember, Say, StaffReplied, TextReceived, TimerDue, Turn

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def notices(turn: Turn) -> list[tuple[str, bool]]:
    return [(effect.kind, effect.urgent) for effect in turn.effects if isinstance(effect, NotifyStaff | HandOver)]


# ---- takeover --------------------------------------------------------------------------------------------------


async def test_while_staff_lead_the_bot_is_silent_and_staff_are_told(bench: Any) -> None:
    turn = bench.turn("are you there?", owner="staff")
    assert await bench.run(Takeover, turn, says=["Hi"]) == 0
    assert turn.replies == []
    assert notices(turn) == [("reply_waiting", False)]


async def test_while_staff_lead_an_emergency_is_urgent_and_withheld(bench: Any) -> None:
    turn = bench.turn("I can't breathe", owner="staff")
    await bench.run(Takeover, turn)
    assert notices(turn) == [("reply_waiting", True)]
    assert turn.withheld == {1}


async def test_a_staff_reply_alone_makes_the_bot_say_nothing(bench: Any) -> None:
    for owner in ("bot", "staff"):
        turn = bench.turn(events=[StaffReplied(1, NOW, "Sam", "reply")], owner=owner)
        assert await bench.run(Takeover, turn, says=["Hi"]) == 0
        assert turn.effects == []
        assert turn.notes[0].decision == "staff_reply"


async def test_the_bot_goes_on_with_texts_and_timers_when_it_leads(bench: Any) -> None:
    assert await bench.run(Takeover, bench.turn("hi")) == 1
    events = [StaffReplied(1, NOW, "Sam", "release"), TimerDue(2, NOW, "reminder")]
    assert await bench.run(Takeover, bench.turn(events=events)) == 1


HANDED_OVER = {"takeover": "nobody_yet"}


async def test_until_somebody_comes_an_emergency_is_let_through_and_nothing_else(bench: Any) -> None:
    worse = bench.turn("I can't breathe", owner="staff", memory=HANDED_OVER)
    assert await bench.run(Takeover, worse) == 1
    other = bench.turn("ok thanks, and how much is botox?", owner="staff", memory=HANDED_OVER)
    assert await bench.run(Takeover, other, says=["Hi"]) == 0
    assert other.replies == []


async def test_a_question_back_after_an_emergency_is_let_through_until_somebody_comes(bench: Any) -> None:
    first = bench.turn("my throat is closing")
    await bench.run(EmergencyLine, first)
    memory = {effect.key: effect.value for effect in first.effects if isinstance(effect, Remember)} | HANDED_OVER
    assert await bench.run(Takeover, bench.turn("what should I do?", owner="staff", memory=memory)) == 1
    events = [StaffReplied(1, NOW, "Sam", "reply"), TextReceived(2, NOW, "what should I do?")]
    came = bench.turn(events=events, owner="staff", memory=memory)
    assert await bench.run(Takeover, came, says=["Hi"]) == 0
    assert Remember("takeover", None) in came.effects


async def test_a_hand_over_is_remembered_until_somebody_comes(bench: Any) -> None:
    def hand_over(turn: Turn) -> None:
        turn.add(HandOver("asked for a person", kind="person"))

    turn = bench.turn("can I talk to somebody")
    await bench.run(Takeover, turn, act=hand_over)
    assert Remember("takeover", "nobody_yet") in turn.effects
    plain = bench.turn("hi")
    await bench.run(Takeover, plain, says=["Hi"])
    assert not any(isinstance(effect, Remember) for effect in plain.effects)


# ---- card guard ------------------------------------------------------------------------------------------------


async def test_a_text_without_a_card_passes(bench: Any) -> None:
    turn = bench.turn("Botox on Tuesday?")
    assert await bench.run(CardGuard, turn, says=["Sure."]) == 1
    assert [say.text for say in turn.replies] == ["Sure."]


@pytest.mark.parametrize("text", [CUT, f"here's my card {CUT} thanks", f"Visa {CUT} zip 10001", f"ok {CUT}!"])
async def test_a_card_alone_is_answered_without_asking_further(bench: Any, text: str) -> None:
    turn = bench.turn(bench.text(text, card_removed=True))
    assert await bench.run(CardGuard, turn, says=["Noted."]) == 0
    assert len(turn.replies) == 1
    assert turn.withheld == {1}


async def test_a_card_beside_a_question_gets_one_text_that_answers_both(bench: Any) -> None:
    turn = bench.turn(bench.text(f"{CUT} and how much is botox?", card_removed=True))
    assert await bench.run(CardGuard, turn, says=["Botox is $13 per unit."]) == 1
    assert len(turn.replies) == 1
    assert turn.replies[0].text.endswith("Botox is $13 per unit.")
    assert "card" in turn.replies[0].text


async def test_a_card_over_two_texts_is_noticed_and_both_are_withheld(bench: Any) -> None:
    turn = bench.turn("4111 1111", "1111 1111")
    assert await bench.run(CardGuard, turn, says=["?"]) == 0
    assert turn.withheld == {1, 2}
    assert len(turn.replies) == 1


async def test_an_emergency_beside_a_card_keeps_the_first_words(bench: Any) -> None:
    turn = bench.turn(bench.text(f"{CUT} I can't breathe", card_removed=True))

    def emergency(turn: Turn) -> None:
        turn.add(Say("Call 911 now.", by="emergency"))

    await bench.run(CardGuard, turn, act=emergency)
    assert [say.text for say in turn.replies] == ["Call 911 now."]
    assert turn.withheld == {1}


# ---- emergency -------------------------------------------------------------------------------------------------


async def test_an_emergency_gets_the_line_first_and_staff_are_paged_without_the_words(bench: Any) -> None:
    turn = bench.turn("I had filler and my vision is blurry, zebra")
    assert await bench.run(EmergencyLine, turn, says=["Book now!"]) == 0
    assert turn.replies[0].text == bench.clinic.say(bench.clinic.wording.emergency)
    assert notices(turn) == [("emergency", True)]
    assert turn.withheld == {1}
    assert not any("zebra" in effect.reason for effect in turn.effects if isinstance(effect, HandOver))
    assert not any("zebra" in repr(note) for note in turn.notes)


async def test_only_the_texts_that_tell_of_it_are_withheld(bench: Any) -> None:
    turn = bench.turn("Hi, Dana Cole here", "my chest hurts")
    await bench.run(EmergencyLine, turn)
    assert turn.withheld == {2}


async def test_an_emergency_over_two_texts_withholds_both(bench: Any) -> None:
    turn = bench.turn("help I can't", "breathe")
    assert await bench.run(EmergencyLine, turn) == 0
    assert turn.withheld == {1, 2}


async def test_self_harm_adds_the_crisis_line_where_911_is(bench: Any) -> None:
    turn = bench.turn("I want to kill myself")
    await bench.run(EmergencyLine, turn)
    assert turn.replies[0].text.startswith(bench.clinic.say(bench.clinic.wording.emergency))
    assert "988" in turn.replies[0].text
    bench.clinic = bench.clinic.model_copy(update={"emergency_number": "112"})
    abroad = bench.turn("I want to kill myself")
    await bench.run(EmergencyLine, abroad)
    assert "988" not in abroad.replies[0].text


@pytest.mark.parametrize(("minutes", "calls"), [(5, 0), (119, 0), (121, 1)])
async def test_a_question_back_gets_the_line_again_for_a_while(bench: Any, minutes: int, calls: int) -> None:
    first = bench.turn("my throat is closing")
    await bench.run(EmergencyLine, first)
    memory = {effect.key: effect.value for effect in first.effects if isinstance(effect, Remember)}
    later = NOW + timedelta(minutes=minutes)
    events = [TextReceived(2, later, "what should I do?")]
    turn = bench.turn(events=events, memory=memory, now=later)
    assert await bench.run(EmergencyLine, turn) == calls
    assert len(turn.replies) == 1 - calls


async def test_other_texts_pass(bench: Any) -> None:
    turn = bench.turn("I'm dying to get botox")
    assert await bench.run(EmergencyLine, turn, says=["Lovely."]) == 1
    assert notices(turn) == []
