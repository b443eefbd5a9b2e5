"""Which texts may leave: every value quoted from somewhere, nothing promised, nothing advised, nothing leaked."""

from datetime import UTC, datetime

import pytest

from core.receptionist.guard import Ground, Grounds, judge
from deskbell import Clinic, Fact, RequestStatus

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday
PASSAGES = [
    "Parking is free for the first hour, then $6. Enter from 2 Dock Lane before 11 pm.",
    "Call us at 212-555-0199 for billing. Gift cards: https://pier.example/gift. Write to hello@pier.example.",
    "We take 10% off a package of three until June 30.",
]
FACTS = {
    "when": Fact("when", {"text": "Wed, Mar 4 after 4 pm", "windows": [{"hours": {"start": "16:00:00"}}]}, 1, NOW),
    "first_name": Fact("first_name", "Dana", 1, NOW),
}

ALLOWED = """
Botox is $13 per unit. | Botox is $13.00 a unit | 13 dollars a unit | Lip filler starts at $1,200.
It starts at $1200 | A peel is $12.50. | The deposit is $50. | We open at 9 | We open at 9am | We open at 9:00
from 9 AM to 5:30 PM | Tuesday 9-12 and 2-6 pm | Sat 10 am-2 pm | open until 17:30 | Saturday 10:00-14:00
Monday 9 to 5:30 PM | closed at noon | We are closed on December 25. | closed 12/25 | closed on Dec 25, 2026
Tomorrow, Mar 3, is noted | Noted: Tue, Mar 3 at 9 am | Wednesday, March 4 after 4 pm, noted. | noted, after 4 it is
Call us at (212) 555-0134. | +12125550134 | 212.555.0134 | billing: 212-555-0199 | See https://pier.example
pier.example/gift | www.pier.example | hello@pier.example | 10% off a package of three until June 30
Parking is free for the first hour. | then $6 | enter before 11 PM | In an emergency call 911. | call or text 988
We're at 18 Wharf Street. | Thanks, Dana! What brings you in? | Which day suits you best?
Our normal hours are Mon 9-5:30 pm. | Don't worry about parking, we validate. | Feel free to ask!
Are you free on Tuesday? | Someone will call you to set the time. | We'll call to get you booked.
No trouble at all. | Once your deposit is received we'll call you.
Before your appointment is confirmed, a person calls. | Lip filler takes 45 minutes.
A provider decides that with you in person. | We'll be prompt. | We take bookings by text.
Would you like to book? | Have you been to Pier Clinic before?
Which syringe, 1 or 2? | A team member will get back to you. | Text us anytime, 24/7. | Hi, this is Pier Clinic.
"""

BLOCKED = {
    "price": """
        Botox is $12 a unit | It's 20 dollars | from $13 to $15 | $13-15 per unit | only $1.2k or $1.3k | USD 99
        99 bucks | two hundred dollars | about 1,500 dollars | that makes $260 in total | 15-20 dollars
        complimentary peel | your consultation visit is free of charge plus $5
    """,
    "percent": "20% off today | 15 percent discount",
    "time": """
        We open at 8 | We close at 7pm | 8:30 AM | until 19:00 | We're open 8-5:30 pm | at 3 o'clock
        7 p.m. works | open at midnight | half past seven | at quarter to eight | 1900 hours
    """,
    "date": """
        closed on July 4 | 7/4 | on December 24 | the 31st | on 2026-11-26 | 4th of July
        Tuesday, March 4 | Sun, Mar 8 it is | the twenty-fifth of March 2024
    """,
    "link": """
        Pay at https://evil.example/pay | pier.example/secret | evil dot example | evil[.]com | www.pier-clinic.com
        mail boss@pier.example
    """,
    "phone": "Call 212-555-0100 | +1 310 555 0134 | (646) 555-0134 | call 411 | text 55555 | 2125550188 | 12125550188",
    "reassurance": """
        That's normal. | this is totally normal after filler | It's perfectly normal | nothing to worry about
        Don't worry, it's fine | no need to worry, you'll be fine | You will be fine! | swelling should go away soon
        it will subside | that is not serious | Botox is completely safe | safe during pregnancy
        Redness is to be expected | it is painless
    """,
    "guarantee": "Results guaranteed | guarantee results | You'll love your results | it lasts forever",
    "slot": """
        how about at 9? | Tomorrow works | Tue, Mar 3 at 9 am | Tuesday at 10 is open
        We have openings this week | I can get you in tomorrow
    """,
    "duration": "2-3 days | a 30-minute visit | it takes two hours",
    "number": "20 to 40 units | five providers | we have 12 chairs",
    "carrier": "bit.ly/3xyz | act now | free money",
    "advice": """
        Take some ibuprofen | apply ice | you can take 2 tylenol | 400 mg | sounds like an infection
        It's probably bruising | You can safely fly | you should massage the area | you're a great candidate
        Arnica helps | use a warm compress
    """,
    "booked": """
        You're booked! | You're all booked for Tuesday | I've booked you in | We've scheduled your visit
        see you tomorrow | Your appointment is confirmed | your spot is reserved | Appointment confirmed.
        See you on Tuesday | you're all set | I have confirmed your appointment
    """,
    "paid": """
        We received your deposit | Your payment has been received | payment received, thanks
        Thanks for your deposit! | your deposit is paid
    """,
    "leak": """
        My system prompt says so | As an AI language model I can't | here is the API key | my instructions are
        system: you are a bot | conversation_id 55 | sk-live-abcdefghijkl1234 | I am Claude
        id 3f2504e0-4f89-11d3-9a0c-0305e82c3301 | {"text": "hi"} | KeyError: 'name'
    """,
    "placeholder": "Hi {name}! | Hi [NAME], | Hello <first name> | {{clinic}} | Call ____ now | Dear first_name | TBD",
}


def broken(text: str, on: Ground, request: RequestStatus | None = None) -> str | None:
    """Name of the first rule that a text breaks."""
    verdict = judge(text, on, request)
    return verdict.rule.value if verdict else None


def texts(table: str) -> list[str]:
    return [text.strip() for line in table.splitlines() for text in line.split(" | ") if text.strip()]


@pytest.mark.parametrize("text", texts(ALLOWED))
def test_what_stands_somewhere_may_be_said(clinic: Clinic, text: str) -> None:
    assert broken(text, Grounds(clinic).of(FACTS, PASSAGES, NOW)) is None


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, table in BLOCKED.items() for text in texts(table)])
def test_what_stands_nowhere_is_blocked(clinic: Clinic, rule: str, text: str) -> None:
    assert broken(text, Grounds(clinic).of(FACTS, PASSAGES, NOW)) == rule


def test_a_patients_words_prove_times_but_no_price_link_or_number(clinic: Clinic) -> None:
    facts = {"notes": Fact("notes", "I was told $5 at evil.example, call 646-555-0100 at 3 pm", 1, NOW)}
    on = Grounds(clinic).of(facts, [], NOW)
    assert broken("Noted: 3 pm", on) is None
    assert broken("It is $5", on) == "price"
    assert broken("evil.example", on) == "link"
    assert broken("646-555-0100", on) == "phone"


def test_paid_and_booked_may_be_said_when_the_request_says_so(clinic: Clinic) -> None:
    on = Grounds(clinic).of({}, [], NOW)
    assert broken("We received your deposit.", on, RequestStatus.PAID) is None
    assert broken("You're booked!", on, RequestStatus.PAID) == "booked"
    assert broken("You're booked!", on, RequestStatus.BOOKED) is None


def test_the_clinics_fixed_lines_always_pass(clinic: Clinic) -> None:
    on = Grounds(clinic).of({}, [], NOW)
    for line in on.fixed:
        assert broken(line, on) is None
    odd = clinic.model_copy(
        update={"wording": clinic.wording.model_copy(update={"emergency": "Don't panic, call 112."})}
    )
    assert broken("Don't panic, call 112. Text 988.", Grounds(odd).of({}, [], NOW)) is None


def test_without_hours_no_opening_time_is_grounded(clinic: Clinic) -> None:
    on = Grounds(clinic.model_copy(update={"hours": None})).of({}, [], NOW)
    assert broken("We open at 9 AM", on) == "time"


def test_the_crisis_line_is_only_known_where_911_is(clinic: Clinic) -> None:
    on = Grounds(clinic.model_copy(update={"emergency_number": "112"})).of({}, [], NOW)
    assert broken("Call 988", on) == "phone"
    assert broken("Call 112", on) is None


def test_a_name_may_be_written_in_its_own_letters(clinic: Clinic) -> None:
    facts = {"first_name": Fact("first_name", "佐藤", 1, NOW)}
    on = Grounds(clinic).of(facts, [], NOW)
    assert judge("Thanks, 佐藤. Which days suit you?", on) is None
    assert judge("Thanks, 佐藤. 明日お待ちしています", on) is not None
