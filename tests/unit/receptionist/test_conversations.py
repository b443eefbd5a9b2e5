"""Whole conversations with the assistant stage alone: what is asked, kept, told to staff and said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from core.receptionist.guard import Grounds, judge
from core.receptionist.sms import count
from deskbell import Line, ManualClock, Media, MoveRequest, NotifyStaff, Remember, RequestStatus, Say, TextKind

NewPatient = Callable[..., Any]
PICTURE = Media("https://carrier.example/1.jpg", "image/jpeg")


async def test_one_text_with_everything_completes_the_request(new_patient: NewPatient) -> None:
    patient = new_patient(booking={"ask": ["name", "service", "new_or_returning", "when"]})
    reply = await patient.texts("Hey, Dana Cole here, never been, lip filler, mornings are best")
    assert patient.request is RequestStatus.READY
    assert "?" not in reply
    assert "Dana" in reply
    assert "Lip Filler" in reply
    assert "mornings" in reply
    assert [(one.kind, one.summary) for one in patient.notices] == [
        ("lead", "New request: Dana Cole, Lip Filler, mornings")
    ]


async def test_the_questions_come_in_order_and_one_at_a_time(patient: Any) -> None:
    asked = []
    for text in ("hi", "dana cole", "lip filler", "no", "tues after 4", "mia"):
        reply = await patient.texts(text)
        assert reply.count("?") <= 1
        asked.append(patient.pending)
    assert asked == ["name", "service", "new_or_returning", "when", "provider", ""]
    assert patient.request is RequestStatus.READY
    assert patient.facts == {
        "first_name": "Dana",
        "last_name": "Cole",
        "service": "Lip Filler",
        "new_or_returning": "new",
        "when": "Tuesday after 4 pm",
        "provider": "Mia Chen",
    }


async def test_the_order_of_questions_is_the_clinics(new_patient: NewPatient) -> None:
    patient = new_patient(booking={"ask": ["when", "service", "name"]})
    asked = []
    for text in ("hi", "mondays", "botox", "dana cole"):
        await patient.texts(text)
        asked.append(patient.pending)
    assert asked == ["when", "service", "name", ""]
    assert patient.request is RequestStatus.READY


async def test_only_the_missing_half_of_a_name_is_asked(patient: Any) -> None:
    await patient.texts("hi, im dana")
    assert patient.pending == "last_name"
    await patient.texts("cole")
    assert patient.facts == {"first_name": "Dana", "last_name": "Cole"}


async def test_a_provider_is_asked_only_where_two_do_the_service(patient: Any) -> None:
    await patient.texts("im dana cole, botox, never been, fridays")
    assert patient.request is RequestStatus.READY


async def test_a_variant_is_asked_where_the_menu_needs_one(patient: Any) -> None:
    await patient.texts("im dana cole, laser, new, fridays")
    assert patient.pending == "variant"
    await patient.texts("legs")
    assert patient.facts["variant"] == "Legs"
    assert patient.request is RequestStatus.READY


async def test_the_greeting_is_said_once(patient: Any) -> None:
    first = await patient.texts("hi")
    later = [await patient.texts(text) for text in ("dana cole", "hello again", "hi")]
    assert "this is Harbor Skin Studio" in first
    assert not any("this is Harbor Skin Studio" in reply for reply in later)


async def test_after_a_text_of_ours_such_as_to_a_missed_call_nobody_is_greeted(patient: Any) -> None:
    patient.history = [Line(patient.clock.now(), "bot", "Sorry we missed your call. How can we help?")]
    assert "this is Harbor Skin Studio" not in await patient.texts("hi")


async def test_a_greeting_that_asks_leaves_one_question(new_patient: NewPatient) -> None:
    patient = new_patient(wording={"greeting": "Hi, this is {clinic}! How can we help?"})
    reply = await patient.texts("hello")
    assert reply.startswith("Hi, this is Harbor Skin Studio!")
    assert reply.count("?") == 1


async def test_a_burst_is_read_together_and_answered_once(patient: Any) -> None:
    reply = await patient.texts("hi", "do you do laser", "my name is", "Dana Cole")
    assert reply.count("?") == 1
    assert patient.facts["first_name"] == "Dana"
    assert patient.facts["service"] == "Laser Hair Removal"
    assert patient.known["service"].evidence == 2
    assert patient.known["first_name"].evidence == 4


async def test_gibberish_gets_the_question_that_stands_in_other_words(patient: Any) -> None:
    first = await patient.texts("hi")
    second = await patient.texts("asdfgh")
    assert patient.pending == "name"
    assert second != first
    await patient.texts("hm")
    assert patient.pending == "service"


async def test_an_unanswered_question_waits_for_its_second_turn(patient: Any) -> None:
    asked = []
    for text in ("hi", "ok", "botox", "ok", "first time", "fridays"):
        await patient.texts(text)
        asked.append(patient.pending)
    assert asked == ["name", "service", "name", "new_or_returning", "when", ""]
    assert patient.request is RequestStatus.READY


async def test_a_patient_who_cannot_be_understood_reaches_a_person(patient: Any) -> None:
    assert await patient.texts("asdfgh")
    assert patient.handed_over == []
    await patient.texts("lkjhgf")
    assert len(patient.handed_over) == 1
    assert patient.pending == ""


async def test_a_question_is_answered_before_ours_and_ours_is_not_repeated(patient: Any) -> None:
    await patient.texts("hi I'd like botox")
    assert patient.pending == "name"
    reply = await patient.texts("where are you?")
    assert "18 Wharf Street" in reply
    assert "?" not in reply
    await patient.texts("Dana Cole")
    assert patient.facts["last_name"] == "Cole"


async def test_somebody_who_only_asks_is_invited_once(patient: Any) -> None:
    first = await patient.texts("what are your hours?")
    second = await patient.texts("and where are you?")
    third = await patient.texts("do you have a website?")
    assert "Mon-Thu 9 am-5 pm, Fri 9 am-6 pm, Sat 10 am-2 pm" in first
    assert first.count("?") == 1
    assert second == "We're at 18 Wharf Street, New York."
    assert third == "Our website is https://harborskin.example"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how much is botox?", "$13 per unit"),
        ("laser price", "from $99"),
        ("how long does a hydrafacial take?", "45 minutes"),
        ("what is botox?", "softens lines"),
        ("what's your phone number?", "(212) 555-0134"),
        ("what services do you offer", "Botox, Lip Filler, Cheek Filler"),
        ("are you open saturday?", "10 am-2 pm"),
        ("are you open sunday?", "We're closed on Sunday"),
        ("are you open right now?", "until 5 pm"),
        ("are you open on march 17?", "We're closed"),
        ("is this a bot?", "automated"),
        ("is botox safe?", "provider"),
    ],
)
async def test_answers_come_from_the_clinics_own_facts(patient: Any, question: str, answer: str) -> None:
    assert answer in await patient.texts(question)


async def test_an_answer_from_the_knowledge_lends_its_source_to_the_guard(patient: Any) -> None:
    patient.shelf.put("parking", "There is a garage on Wharf Street for $7 an hour.")
    reply = await patient.texts("is there parking?")
    assert "$7 an hour" in reply
    assert Remember("grounding", ["There is a garage on Wharf Street for $7 an hour."]) in patient.turn.effects
    assert patient.notices == []


async def test_what_nobody_wrote_down_is_not_guessed_but_passed_to_staff(patient: Any) -> None:
    reply = await patient.texts("im Dana Cole, can I bring my dog?")
    assert "our team" in reply.lower()
    assert [(one.kind, "dog" in one.summary) for one in patient.notices] == [("question", False)]


async def test_a_price_that_is_not_on_the_menu_is_not_invented(new_patient: NewPatient) -> None:
    patient = new_patient(services=[{"name": "Botox"}])
    reply = await patient.texts("how much is botox?")
    assert "$" not in reply
    assert patient.notices[0].kind == "question"


async def test_what_is_not_sold_is_said_so_and_something_else_offered(patient: Any) -> None:
    reply = await patient.texts("do you do coolsculpting?")
    assert "don't offer CoolSculpting" in reply
    assert "Botox, Lip Filler and Cheek Filler" in reply
    await patient.texts("the second one")
    assert patient.facts["service"] == "Lip Filler"


async def test_a_concern_is_met_with_options_and_counts_as_the_service(patient: Any) -> None:
    reply = await patient.texts("my skin looks so tired, what can you do?")
    assert "HydraFacial" in reply
    asked = []
    for text in ("dana cole", "never been", "fridays"):
        asked.append(patient.pending)
        await patient.texts(text)
    assert asked == ["name", "new_or_returning", "when"]
    assert patient.request is RequestStatus.READY
    assert patient.facts["concern"]
    assert not any("tired" in one.summary for one in patient.notices)


async def test_two_candidates_are_asked_about(patient: Any) -> None:
    reply = await patient.texts("I want filler")
    assert "Lip Filler or Cheek Filler?" in reply
    await patient.texts("cheeks")
    assert patient.facts["service"] == "Cheek Filler"


async def test_a_closed_day_is_said_plainly_with_the_nearest_open_ones(patient: Any) -> None:
    await patient.texts("im dana cole, botox, never been")
    reply = await patient.texts("sunday")
    assert "closed on Sunday" in reply
    assert "Saturday" in reply
    assert "Monday" in reply
    assert "when" not in patient.facts
    await patient.texts("saturday then")
    assert patient.facts["when"] == "Saturday"
    assert patient.request is RequestStatus.READY


async def test_refusing_a_last_name_is_accepted(patient: Any) -> None:
    await patient.texts("hi im dana, botox, new, fridays")
    assert patient.pending == "last_name"
    await patient.texts("just dana")
    assert patient.request is RequestStatus.READY


async def test_not_knowing_a_service_counts_as_wanting_advice(patient: Any) -> None:
    await patient.texts("im dana cole")
    await patient.texts("not sure, what do you recommend?")
    assert patient.pending == "new_or_returning"


async def test_identity_outlives_the_request_and_another_service_opens_another(patient: Any) -> None:
    await patient.texts("im dana cole, botox, never been, fridays")
    assert patient.request is RequestStatus.READY
    await patient.texts("I'd like microneedling")
    assert MoveRequest(RequestStatus.CLOSED) in patient.turn.effects
    assert patient.facts == {
        "first_name": "Dana",
        "last_name": "Cole",
        "new_or_returning": "new",
        "service": "Microneedling",
    }
    assert patient.pending == "when"
    await patient.texts("tuesdays")
    assert [one.kind for one in patient.notices] == ["lead", "lead"]


async def test_before_the_request_is_complete_the_latest_service_wins_and_the_rest_stays(patient: Any) -> None:
    await patient.texts("botox on friday")
    await patient.texts("actually hydrafacial")
    assert patient.facts["service"] == "HydraFacial"
    assert patient.facts["when"] == "Friday"


async def test_a_change_after_completion_is_confirmed_and_told_to_staff_once(patient: Any) -> None:
    await patient.texts("im dana cole, botox, never been, tuesday after 3")
    reply = await patient.texts("can we do thursday instead?")
    assert "Thursday after 3 pm" in reply
    assert [one.kind for one in patient.notices] == ["lead", "lead_changed"]


async def test_after_completion_nothing_more_is_asked(patient: Any) -> None:
    await patient.texts("im dana cole, botox, never been, fridays")
    replies = [await patient.texts(text) for text in ("where are you?", "thanks!", "ok", "great", "thank you")]
    assert not any("?" in reply for reply in replies)
    assert replies[2:] == ["", "", ""]


async def test_words_that_only_staff_can_use_are_passed_on(patient: Any) -> None:
    await patient.texts("im dana cole, botox, never been, fridays")
    assert await patient.texts("my gate code changed btw")
    assert patient.notices[-1].kind == "message"


@pytest.mark.parametrize("status", [RequestStatus.PAID, RequestStatus.BOOKED, RequestStatus.PENDING])
async def test_who_has_paid_is_not_asked_whether_they_want_to_book(patient: Any, status: RequestStatus) -> None:
    patient.request = status
    for text in ("hi", "what are your hours?", "ok", "hello?"):
        assert "?" not in await patient.texts(text)


@pytest.mark.parametrize("text", ["can I talk to a person?", "please call me", "HUMAN"])
async def test_asking_for_a_person_hands_over_at_once_with_a_promise(patient: Any, text: str) -> None:
    reply = await patient.texts("im Dana Cole, botox")
    reply = await patient.texts(text)
    assert "today before 5 pm" in reply
    assert "?" not in reply
    assert patient.handed_over == ["Asked for a person: Dana Cole, Botox"]


async def test_a_complaint_is_handed_over_and_nothing_is_sold(patient: Any) -> None:
    reply = await patient.texts("I want a refund for my botox")
    assert patient.handed_over
    assert "Botox" not in reply


async def test_an_insult_is_met_calmly_with_a_person_and_nothing_is_sold(patient: Any) -> None:
    reply = await patient.texts("botox price? ur a useless piece of shit bot")
    assert patient.handed_over == ["Wrote in anger"]
    assert "person" in reply
    assert not any(word in reply for word in ("$", "Botox", "?", "sorry to hear"))


@pytest.mark.parametrize(
    ("moment", "promise"),
    [
        (datetime(2026, 3, 4, 15, 0, tzinfo=UTC), "today before 5 pm"),
        (datetime(2026, 3, 4, 21, 30, tzinfo=UTC), "tomorrow between 9 am and 5 pm"),
        (datetime(2026, 3, 4, 12, 0, tzinfo=UTC), "today between 9 am and 5 pm"),
        (datetime(2026, 3, 7, 20, 0, tzinfo=UTC), "on Monday between 9 am and 5 pm"),
        (datetime(2026, 3, 17, 2, 0, tzinfo=UTC), "on Wednesday between 9 am and 5 pm"),
    ],
)
async def test_the_promise_follows_opening_hours(patient: Any, moment: datetime, promise: str) -> None:
    patient.clock = ManualClock(moment)
    assert promise in await patient.texts("can someone call me")


async def test_without_hours_the_wording_stays_neutral(new_patient: NewPatient) -> None:
    patient = new_patient(hours=None)
    replies = [await patient.texts(text) for text in ("are you open now?", "im dana cole, new, botox, sunday at 11 pm")]
    assert not any("closed" in reply.lower() for reply in replies)
    assert patient.request is RequestStatus.READY


async def test_a_picture_alone_is_for_a_person_to_look_at(patient: Any) -> None:
    reply = await patient.texts("", media=[PICTURE])
    assert "look at it" in reply
    assert [one.kind for one in patient.notices] == ["picture"]


async def test_a_picture_with_a_text_does_not_stop_the_booking(patient: Any) -> None:
    await patient.texts("im dana cole, botox", media=[PICTURE])
    assert patient.facts["service"] == "Botox"
    assert patient.pending == "new_or_returning"


async def test_withheld_words_still_book_but_go_no_further(patient: Any) -> None:
    patient.shelf.put("allergy", "We ask about allergies at the visit.")
    await patient.texts(
        "im dana cole, my rosacea redness is awful, botox on friday. what about my allergy?", withheld=True
    )
    assert patient.facts == {"first_name": "Dana", "last_name": "Cole", "service": "Botox", "when": "Friday"}
    assert patient.shelf.asked == []
    assert not any("rosacea" in str(one) for one in patient.turn.effects)


async def test_when_the_knowledge_fails_the_fixed_line_goes_out_and_staff_are_paged(patient: Any) -> None:
    patient.shelf.fails = RuntimeError("the index is gone")
    reply = await patient.texts("im dana cole, is there parking?")
    assert reply == patient.clinic.wording.fallback
    assert patient.facts["first_name"] == "Dana"
    assert [(one.kind, one.urgent) for one in patient.notices] == [("responder_failed", True)]


async def test_a_question_about_an_existing_appointment_goes_to_staff(patient: Any) -> None:
    reply = await patient.texts("hi I need to reschedule my appointment")
    assert "(212) 555-0134" in reply
    assert [one.kind for one in patient.notices] == ["appointment"]


async def test_the_trace_holds_field_names_and_none_of_the_patients_words(patient: Any) -> None:
    await patient.texts("Hey, Dana Cole here, never been, lip filler, my forehead bothers me")
    noted = str(patient.turn.notes)
    assert "first_name" in noted
    for word in ("Dana", "Cole", "Lip", "forehead"):
        assert word not in noted


async def test_replies_are_reply_texts_of_the_assistant(patient: Any) -> None:
    await patient.texts("hi")
    say = next(effect for effect in patient.turn.effects if isinstance(effect, Say))
    assert (say.kind, say.by) == (TextKind.REPLY, "assistant")


SCENES = [
    ["hi", "I'd like to book", "dana", "cole", "botox", "no", "tues after 4", "thank you so much", "actually thursday"],
    [
        "What are your hours?",
        "where are you and is there parking?",
        "how much is botox",
        "ok book me friday",
        "Maria Lopez",
    ],
    ["do you guys do massages", "oh ok hydrafacial then", "prefer not to say", "no", "tomorrow at 9pm", "ok 3pm"],
    ["filler price?", "lips", "tom baker", "nope", "whenever", "either", "how long will it take", "thx"],
    ["is botox safe while breastfeeding?", "can I book hydrafacial tmrw at 10", "Ana Silva", "new", "march 28 at 2"],
    ["my skin is dull", "the first one", "jess moreno", "never been", "sunday?", "april 26", "next sunday", "saturday"],
]


@pytest.mark.parametrize("texts", SCENES)
async def test_every_reply_passes_the_guard_and_fits(patient: Any, texts: list[str]) -> None:
    for text in texts:
        reply = await patient.texts(text)
        sources = patient.memory.pop("grounding", [])
        on = Grounds(patient.clinic).of(patient.known, sources, patient.clock.now())
        assert judge(reply, on, patient.turn.request) is None, reply
        assert count(reply).segments <= 3
        assert not reply or count(reply).encoding == "gsm7"


async def test_notices_hold_name_service_and_time_only(patient: Any) -> None:
    await patient.texts("im dana cole, my wrinkles bother me, botox, first time, fridays. can my dog come?")
    assert all(isinstance(one, NotifyStaff) for one in patient.notices)
    for notice in patient.notices:
        assert notice.summary.endswith("Dana Cole, Botox, Friday")
