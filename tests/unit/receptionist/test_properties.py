"""What holds in every conversation, whatever is texted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.receptionist.facts import Known
from core.receptionist.guard import Grounds, judge
from core.receptionist.memory import Pending
from core.receptionist.sms import count
from core.receptionist.understanding import Reader
from core.receptionist.understanding.times import read_when
from core.receptionist.when import When
from deskbell import RequestStatus

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)

SAYINGS = [
    "hi", "hello??", "ok", "hm", "thanks", "asdfgh", "😀", "???", "", "yes", "no", "idk", "either", "whatever",
    "im dana", "Dana Cole", "cole", "this is maria lopez", "just dana", "rather not say",
    "botox", "lip filler", "filler", "botox or hydrafacial", "actually microneedling", "laser", "legs", "massage?",
    "my skin is dull", "the second one", "both", "do you do coolsculpting", "I'd like to book",
    "never been", "been before", "first time", "new",
    "tues after 4", "sunday", "mornings", "tomorrow at 9pm", "whenever", "not mondays", "2-4", "after 3",
    "what are your hours?", "where are you", "how much is botox", "how much", "can I bring my dog?", "are you open now",
    "is it safe?", "is this a bot?", "mia", "dr ortiz please", "my cat is blue", "I need to reschedule my appointment",
]  # fmt: skip
#: Conversations, drawn from what patients say and from noise.
CONVERSATIONS = st.lists(st.sampled_from(SAYINGS) | st.text(max_size=30), min_size=1, max_size=14)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _run(patient: Any, texts: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """The replies and decisions, up to the hand-over to a person."""

    async def talk() -> list[tuple[str, dict[str, Any]]]:
        turns = []
        for text in texts:
            if patient.handed_over:
                break
            reply = await patient.texts(text)
            turns.append((reply, patient.decision))
        return turns

    return asyncio.run(talk())


@QUICK
@given(texts=CONVERSATIONS)
def test_a_known_field_is_never_asked(new_patient: Callable[..., Any], texts: list[str]) -> None:
    patient = new_patient()

    async def talk() -> None:
        for text in texts:
            if patient.handed_over:
                return
            await patient.texts(text)
            asked = patient.decision["asks"]
            if asked == "name":
                assert not {"first_name", "last_name"} <= patient.facts.keys()
            elif asked and not patient.decision["clears_up"]:
                assert asked not in patient.facts

    asyncio.run(talk())


@QUICK
@given(texts=CONVERSATIONS)
def test_no_question_is_put_three_times_in_a_row_nor_twice_in_the_same_words(
    new_patient: Callable[..., Any], texts: list[str]
) -> None:
    before: list[tuple[str, str]] = []
    for reply, decision in _run(new_patient(), texts):
        asked = decision["asks"]
        if asked is None or decision["clears_up"] or (before and before[-1][0] != asked):
            before = []
        if asked and not decision["clears_up"]:
            assert len(before) < 2
            assert not before or before[-1][1] != reply
            before.append((asked, reply))


@QUICK
@given(texts=CONVERSATIONS)
def test_every_text_has_one_question_at_most_and_fits_and_is_grounded(
    new_patient: Callable[..., Any], texts: list[str]
) -> None:
    patient = new_patient()

    async def talk() -> None:
        for text in texts:
            if patient.handed_over:
                return
            reply = await patient.texts(text)
            assert reply.count("?") <= 1
            assert count(reply).segments <= 3
            ours = reply.replace(patient.facts.get("first_name", " "), "")
            assert not ours or count(ours).encoding == "gsm7"
            on = Grounds(patient.clinic).of(patient.known, [], patient.clock.now())
            assert judge(reply, on, patient.turn.request) is None, reply

    asyncio.run(talk())


@QUICK
@given(
    texts=st.lists(
        st.sampled_from(["ok", "hm", "asdfgh", "😀", "k", "???", "lkjh", "hmm ok", ""]), min_size=9, max_size=9
    )
)
def test_a_conversation_that_says_nothing_comes_to_an_end(new_patient: Callable[..., Any], texts: list[str]) -> None:
    patient = new_patient()
    asked = [decision["asks"] for _, decision in _run(patient, texts) if decision["asks"]]
    assert patient.handed_over
    assert len(asked) <= 4


@QUICK
@given(texts=CONVERSATIONS)
def test_a_request_completes_once_and_only_with_a_wish(new_patient: Callable[..., Any], texts: list[str]) -> None:
    patient = new_patient()
    _run(patient, texts)
    leads = [one for one in patient.notices if one.kind == "lead"]
    opened = 1 + patient.closed
    assert len(leads) <= opened
    if patient.request is RequestStatus.READY:
        assert {"service", "concern", "when"} & patient.facts.keys()


_VOCABULARY = """
    Dana Cole dana cole Maria botox filler tuesday hoping looking fix my forehead morning yes no the a please want need
    2125550142 212-555-0142 London Chanel hope will may rose i you we can come after 4 mom friend's new
"""
WORDS = st.sampled_from(_VOCABULARY.split())


@settings(max_examples=200, deadline=None)
@given(said=st.lists(WORDS, min_size=1, max_size=8).map(" ".join))
def test_without_a_pattern_no_words_make_a_name(reader: Reader, said: str) -> None:
    reading = reader.read(said, now=NOW, pending=Pending("when"))
    assert not reading.fields & {"first_name", "last_name"}


@settings(max_examples=120, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_read_without_fail_and_proofs_lie_within_it(reader: Reader, text: str) -> None:
    for field in ("", "name", "service", "new_or_returning", "when", "provider"):
        for one in reader.read(text, now=NOW, pending=Pending(field), known=Known(service="Lip Filler")).found:
            assert 0 <= one.start <= one.end <= len(text)


DAYS = ["mon", "tues", "weds", "thursday", "fri", "saturday", "tomorrow", "next week", "weekdays", "this friday", ""]
BOUNDS = ["after", "before", "at", "around", "from", "until", "by", "not before"]


@settings(max_examples=120, deadline=None)
@given(
    day=st.sampled_from(DAYS),
    bound=st.sampled_from(BOUNDS),
    hour=st.integers(1, 12),
    half=st.sampled_from(["", "am", "pm"]),
)
def test_a_time_survives_its_json_and_keeps_its_bound(
    reader: Reader, day: str, bound: str, hour: int, half: str
) -> None:
    when = read_when(f"{day} {bound} {hour}{half}".strip(), NOW, reader.clinic.hours, asked=True)
    assert when is not None
    assert When.from_json(when.to_json()) == when
    hours = when.windows[0].hours
    assert hours is not None
    assert hours.start_strict is (bound == "after")
    assert hours.end_strict is (bound == "before")
    for moment in (hours.start, hours.end):
        assert moment is None or moment.hour % 12 == hour % 12
