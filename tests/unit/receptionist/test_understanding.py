"""What is read from texts as patients write them: typos, slang, no punctuation, several facts at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core.receptionist.facts import Known
from core.receptionist.memory import Pending
from core.receptionist.understanding import Reader, Reading
from core.receptionist.when import When

#: A Wednesday, 10 in the morning in New York.
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


def read(reader: Reader, text: str, asked: str = "", **more: Any) -> Reading:
    return reader.read(text, now=NOW, pending=Pending(asked), **more)


def facts(reading: Reading) -> dict[str, Any]:
    """The facts of a reading, `when` in words."""
    return {
        one.field: one.value["text"] if isinstance(one.value, dict) else one.value
        for one in reading.found
        if one.field != "concern"
    }


def name(reading: Reading) -> str:
    found = facts(reading)
    return f"{found.get('first_name', '')} {found.get('last_name', '')}".strip()


# ---- several facts at once -------------------------------------------------------------------------------------

MANY: list[tuple[str, dict[str, str]]] = [
    (
        "Hey, Dana Cole here, never been, lip filler, mornings are best",
        {
            "first_name": "Dana",
            "last_name": "Cole",
            "new_or_returning": "new",
            "service": "Lip Filler",
            "when": "mornings",
        },
    ),
    (
        "hi im jess moreno and i want microneedeling tmrw morning",
        {"first_name": "Jess", "last_name": "Moreno", "service": "Microneedling", "when": "Thu, Mar 5 in the morning"},
    ),
    (
        "I’m Zoë O’Brien-Smith, returning patient, need tox friday at 3",
        {
            "first_name": "Zoë",
            "last_name": "O'Brien-Smith",
            "new_or_returning": "returning",
            "service": "Botox",
            "when": "Friday at 3 pm",
        },
    ),
    (
        "first time here!! this is KIM NGUYEN wanting a hydra facial, any day after 3",
        {
            "first_name": "Kim",
            "last_name": "Nguyen",
            "new_or_returning": "new",
            "service": "HydraFacial",
            "when": "after 3 pm",
        },
    ),
    (
        "my name is Maria de la Cruz. I've been there before. Botox pls, tues or thurs 2-4",
        {
            "first_name": "Maria",
            "last_name": "de la Cruz",
            "new_or_returning": "returning",
            "service": "Botox",
            "when": "Tuesday or Thursday between 2 pm and 4 pm",
        },
    ),
    (
        "botox\nthis is sam lee\nnew patient\nasap",
        {
            "first_name": "Sam",
            "last_name": "Lee",
            "new_or_returning": "new",
            "service": "Botox",
            "when": "as soon as possible",
        },
    ),
    (
        "hello do u have anything for lip injections next tues after 4",
        {"service": "Lip Filler", "when": "Tue, Mar 10 after 4 pm"},
    ),
    ("can i book tox for thursday 3pm", {"service": "Botox", "when": "Thursday at 3 pm"}),
    (
        "need laser on my underarms, saturdays",
        {"service": "Laser Hair Removal", "variant": "Underarms", "when": "Saturday"},
    ),
    (
        "lip filler with mia, weekday mornings, been before",
        {
            "service": "Lip Filler",
            "provider": "Mia Chen",
            "when": "weekdays, mornings",
            "new_or_returning": "returning",
        },
    ),
]


@pytest.mark.parametrize(("text", "expected"), MANY)
def test_one_text_yields_all_the_facts_it_holds(reader: Reader, text: str, expected: dict[str, str]) -> None:
    assert facts(read(reader, text)) == expected


def test_every_fact_names_the_place_that_proves_it(reader: Reader) -> None:
    text = "Hey, Dana Cole here, never been, lip filler, mornings are best"
    proofs = {one.field: text[one.start : one.end] for one in read(reader, text).found}
    assert proofs["first_name"] == "Dana Cole"
    assert proofs["service"] == "lip filler"
    assert proofs["new_or_returning"] == "never been"
    assert "mornings" in proofs["when"]


# ---- names -----------------------------------------------------------------------------------------------------

NAMED: list[tuple[str, str]] = [
    ("I'm Dana", "Dana"),
    ("im dana cole", "Dana Cole"),
    ("I’m Dana Cole", "Dana Cole"),
    ("i am DANA COLE", "Dana Cole"),
    ("hi this is Dana", "Dana"),
    ("this is dana looking for botox", "Dana"),
    ("My name is Dana Cole", "Dana Cole"),
    ("my names dana", "Dana"),
    ("name's Dana Cole", "Dana Cole"),
    ("Name: Dana Cole", "Dana Cole"),
    ("call me Dana", "Dana"),
    ("I go by DeShawn", "DeShawn"),
    ("Dana Cole here", "Dana Cole"),
    ("hey its dana here", "Dana"),
    ("I'm Dr. Dana Cole", "Dana Cole"),
    ("Mrs Cole here", "Cole"),
    ("my first name is Dana and my last name is Cole", "Dana Cole"),
    ("last name Cole", "Cole"),
    ("I'm Ahmed", "Ahmed"),
    ("im emily", "Emily"),
    ("I'm Sterling King", "Sterling King"),
    ("I'm April", "April"),
    ("im will", "Will"),
    ("I'm Dana White", "Dana White"),
    ("this is Mary-Jane O'Neill, can I come tuesday", "Mary-Jane O'Neill"),
    ("My name is José Ruiz and I need a facial", "José Ruiz"),
    ("i'm dana i'd like botox", "Dana"),
    ("my name is Ann not Dan", "Ann"),
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_a_name_pattern_gives_a_name(reader: Reader, text: str, expected: str) -> None:
    assert name(read(reader, text)) == expected


ODD_NAMES = [
    ("I'm Nguyễn Thị Lan", "Nguyễn Thị Lan"),
    ("I'm Jose\u0301 Ruiz", "José Ruiz"),
    ("my name is Conor O’Brien-Smith", "Conor O'Brien-Smith"),
    ("this is Anneke van der Berg", "Anneke van der Berg"),
    ("I'm Dana 😀", "Dana"),
    ("I'm ①②", ""),
    ("I'm Ⓔⓥⓘⓛ", ""),
    ("I'm 𝓔𝓿𝓲𝓵", ""),
    ("my name is Ｅｖｉｌ", ""),
    ("I'm Da\u200bna", ""),
    ("my name is d4na", ""),
    ("my name is Dana ⅠⅠ", "Dana"),
]


@pytest.mark.parametrize(("text", "expected"), ODD_NAMES)
@pytest.mark.parametrize("asked", ["", "name"])
def test_a_name_is_made_of_letters(reader: Reader, asked: str, text: str, expected: str) -> None:
    assert name(read(reader, text, asked)) == expected


EMAILS = [
    ("my email is Dana.Cole@Mail.Example", "Dana.Cole@mail.example"),
    ("dana+spa@mail.example, botox", "dana+spa@mail.example"),
    ("a@mail.example no wait b@mail.example", "b@mail.example"),
    ("(dana@mail.co.example).", "dana@mail.co.example"),
    ("@dana on insta", ""),
    ("dana@mail", ""),
    ("dana at mail dot example", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), EMAILS)
def test_an_address_that_is_given_is_kept(reader: Reader, text: str, expected: str) -> None:
    assert facts(read(reader, text)).get("email", "") == expected


@pytest.mark.parametrize("text", ["none", "i dont have one", "rather not", "no"])
def test_who_has_no_address_to_give_is_not_asked_again(reader: Reader, text: str) -> None:
    assert read(reader, text, "email").unsure


def test_what_stands_in_an_address_is_nothing_else(reader: Reader) -> None:
    reading = read(reader, "my name is dana.monday@botox.example", "name")
    assert reading.fields == {"email"}
    assert not reading.unintelligible


NAMELESS = [
    "I'm hoping to fix my forehead",
    "I'm interested in botox",
    "im free after 4",
    "i'm good thanks",
    "I'm so excited",
    "I'm not sure yet",
    "I'm new",
    "im a new patient",
    "I'm 34 years old",
    "I'm pregnant",
    "I'm running late",
    "I'm in Brooklyn",
    "im kinda nervous lol",
    "i am available tuesday",
    "I'm Interested",
    "i'm allergic to latex",
    "this is urgent",
    "this is my first time",
    "this is great",
    "this is regarding my visit",
    "call me back please",
    "call me tomorrow",
    "call me at 212-555-0142",
    "call me asap",
    "(212) 555-0142",
    "2125550142",
    "first time here",
    "never been here",
    "is anyone here",
    "hi there",
    "my name is not on the list",
    "my name is not Dana",
    "I think this is Dana's number",
    "Dana Cole",
    "thanks Dana",
    "Botox",
    "Hope you are well",
    "May I come in on Monday?",
    "im thinking lip filler",
    "i'm looking for Lip Filler",
    "I'm okay with any day",
    "im broke lol",
    "This is Dr. Sarah Kim's office calling about a referral",
    "I'm Dana Cole's mom",
    "i am Botox curious",
    "I am, yes",
]


@pytest.mark.parametrize("text", NAMELESS)
def test_without_a_name_pattern_there_is_no_name(reader: Reader, text: str) -> None:
    assert name(read(reader, text)) == ""


NAME_REPLIES: list[tuple[str, str, str]] = [
    ("name", "Dana Cole", "Dana Cole"),
    ("name", "dana", "Dana"),
    ("name", "sure, it's dana cole", "Dana Cole"),
    ("name", "Dana Cole, new, botox, mornings", "Dana Cole"),
    ("name", "Dana Cole. Never been", "Dana Cole"),
    ("name", "ok\nDana Cole", "Dana Cole"),
    ("name", "mark white", "Mark White"),
    ("name", "Ms. Cole", "Cole"),
    ("name", "it’s Nguyen Thi Lan", "Nguyen Thi Lan"),
    ("last_name", "cole", "Cole"),
    ("last_name", "White", "White"),
    ("last_name", "van der Berg", "van der Berg"),
    ("last_name", "de la Rosa", "de la Rosa"),
    ("name", "Nguyễn Văn An", "Nguyễn Văn An"),
    ("name", "Björk Guðmundsdóttir", "Björk Guðmundsdóttir"),
    ("name", "Dr Dana Cole MD", "Dana Cole"),
    ("name", "Dana Cole Jr.", "Dana Cole"),
    ("name", 'it\'s "Dana"', "Dana"),
    ("name", "Dana 212-555-0142", "Dana"),
    ("name", "My name? It's Dana Cole.", "Dana Cole"),
    ("name", "no name", ""),
    ("last_name", "St. James", "St James"),
    ("last_name", "Ben Cole", "Ben Cole"),
    ("name", "dana cole 👋", "Dana Cole"),
    ("name", "It's O'Brien. Sinead O'Brien", "Sinead O'Brien"),
    ("name", "Cole, Dana Cole", "Dana Cole"),
    ("name", "you can call me Al", "Al"),
    ("last_name", "Dana Cole", "Dana Cole"),
    ("first_name", "its dana", "Dana"),
    ("name", "tuesday", ""),
    ("name", "botox", ""),
    ("name", "why do you need it?", ""),
    ("name", "212 555 0142", ""),
    ("name", "ok", ""),
    ("name", "no thanks", ""),
    ("name", "how much is it", ""),
    ("name", "later", ""),
    ("name", "none of your business", ""),
    ("name", "lkjhgf", ""),
    ("name", "I'd rather not say", ""),
    ("new_or_returning", "Dana", ""),
    ("when", "Dana", ""),
]


@pytest.mark.parametrize(("asked", "text", "expected"), NAME_REPLIES)
def test_a_short_reply_to_our_question_for_a_name_is_one_if_name_shaped(
    reader: Reader, asked: str, text: str, expected: str
) -> None:
    assert name(read(reader, text, asked)) == expected


def test_a_full_name_that_answers_an_earlier_question_is_taken(reader: Reader) -> None:
    reading = reader.read("Ana Silva", now=NOW, pending=Pending("new_or_returning", earlier=("name",)))
    assert name(reading) == "Ana Silva"


def test_another_first_name_on_the_same_phone_does_not_inherit_the_last_name(reader: Reader) -> None:
    reading = read(reader, "this is Maria", known=Known(first_name="Dana", last_name="Cole"))
    assert facts(reading) == {"first_name": "Maria", "last_name": ""}


# ---- services --------------------------------------------------------------------------------------------------

SERVICES: list[tuple[str, str]] = [
    ("botox", "Botox"),
    ("BOTOX!!", "Botox"),
    ("botx", "Botox"),
    ("bottox please", "Botox"),
    ("some tox", "Botox"),
    ("wrinkle relaxers", "Botox"),
    ("baby botox", "Botox"),
    ("I'd love lip fillers", "Lip Filler"),
    ("lip-filler", "Lip Filler"),
    ("lipfiller", "Lip Filler"),
    ("lipfilers pls", "Lip Filler"),
    ("whats the difference between botox and hydrafacial", ""),
    ("i want my lips done", "Lip Filler"),
    ("lip injections", "Lip Filler"),
    ("fuller lips", "Lip Filler"),
    ("cheek fillers", "Cheek Filler"),
    ("hydrofacial", "HydraFacial"),
    ("hydra facials", "HydraFacial"),
    ("a facial", "HydraFacial"),
    ("micro needling", "Microneedling"),
    ("micro-needling", "Microneedling"),
    ("microneedeling", "Microneedling"),
    ("laser", "Laser Hair Removal"),
    ("lhr for legs", "Laser Hair Removal"),
    ("not botox, lip filler", "Lip Filler"),
    ("lip filler instead of botox", "Lip Filler"),
    ("actually no botox instead", "Botox"),
    ("I had botox in may, now I want cheek filler", "Cheek Filler"),
    ("due for my botox again", "Botox"),
    ("botox. wait no, hydrafacial", "HydraFacial"),
    ("can I still get botox on tuesday", "Botox"),
    ("how much is botox", "Botox"),
    ("30 units of botox", "Botox"),
    ("no botox", ""),
    ("after my botox I felt great", ""),
    ("see you later", ""),
    ("I was in there last week", ""),
    ("can I feel it", ""),
    ("my facial hair", ""),
]


@pytest.mark.parametrize(("text", "expected"), SERVICES)
def test_a_service_is_found_by_alias_slang_or_slip(reader: Reader, text: str, expected: str) -> None:
    assert facts(read(reader, text)).get("service", "") == expected


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("how much is filler", ("Lip Filler", "Cheek Filler")),
        ("fillers please", ("Lip Filler", "Cheek Filler")),
        ("botox or hydrafacial", ("Botox", "HydraFacial")),
    ],
)
def test_of_two_candidates_none_is_chosen(reader: Reader, text: str, candidates: tuple[str, ...]) -> None:
    reading = read(reader, text)
    assert reading.candidates == candidates
    assert "service" not in facts(reading)


def test_a_second_service_in_one_breath_is_kept_beside_the_first(reader: Reader) -> None:
    assert facts(read(reader, "botox and hydrafacial please")) == {"service": "Botox", "notes": "Also HydraFacial"}


def test_a_service_wished_for_besides_does_not_replace_the_first(reader: Reader) -> None:
    reading = read(reader, "I want microneedling too", known=Known(service="Botox"))
    assert facts(reading) == {"notes": "Also Microneedling"}


def test_asking_the_price_of_another_service_changes_no_wish(reader: Reader) -> None:
    assert facts(read(reader, "how much is microneedling?", known=Known(service="Botox"))) == {}


@pytest.mark.parametrize(
    ("text", "unsold"),
    [
        ("do you do coolsculpting?", "CoolSculpting"),
        ("under eye filler", "Under-Eye Filler"),
        ("I'd like dysport", "Dysport"),
        ("do u guys do massages", "Massage"),
        ("teeth whitening?", "Teeth Whitening"),
        ("botox", ""),
        ("I had a massage yesterday", ""),
    ],
)
def test_what_is_not_on_the_menu_is_known_as_such(reader: Reader, text: str, unsold: str) -> None:
    reading = read(reader, text)
    assert reading.unsold == unsold
    if unsold:
        assert "service" not in facts(reading)


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("my skin looks so tired lately", "HydraFacial"),
        ("dull skin", "HydraFacial"),
        ("I'm hoping to fix my forehead", "Botox"),
        ("what do you have for wrinkles?", "Botox"),
        ("these acne scars bother me", "Microneedling"),
        ("i just want to look younger", "Botox"),
    ],
)
def test_a_concern_is_no_service_and_has_options(reader: Reader, text: str, option: str) -> None:
    reading = read(reader, text)
    assert "concern" in reading.fields
    assert "service" not in reading.fields
    assert option in reading.options


@pytest.mark.parametrize(
    ("text", "service"),
    [("the second one", "Cheek Filler"), ("lips", "Lip Filler"), ("cheek pls", "Cheek Filler"), ("1", "Lip Filler")],
)
def test_a_choice_binds_to_the_options_we_offered(reader: Reader, text: str, service: str) -> None:
    reading = reader.read(text, now=NOW, pending=Pending("service", ("Lip Filler", "Cheek Filler")))
    assert facts(reading)["service"] == service


# ---- new or returning ------------------------------------------------------------------------------------------

VISITS: list[tuple[str, str, str]] = [
    ("", "never been", "new"),
    ("", "I've never been before", "new"),
    ("", "havent been there before", "new"),
    ("", "this would be my first visit", "new"),
    ("", "im a new patient", "new"),
    ("", "brand new", "new"),
    ("", "not a new patient", "returning"),
    ("", "I've been there a few times", "returning"),
    ("", "been before", "returning"),
    ("", "new pt here", "new"),
    ("new_or_returning", "not to this location", "new"),
    ("", "i saw dr ortiz last year", "returning"),
    ("new_or_returning", "it's been a while", "returning"),
    ("new_or_returning", "just found you guys", "new"),
    ("new_or_returning", "my mom goes there", ""),
    ("", "existing client", "returning"),
    ("", "I came in last year", "returning"),
    ("", "since my last visit", "returning"),
    ("", "can i come in saturday", ""),
    ("", "first time getting botox", ""),
    ("", "i've been thinking about it", ""),
    ("", "do you take new patients?", ""),
    ("new_or_returning", "no", "new"),
    ("new_or_returning", "nope never", "new"),
    ("new_or_returning", "not yet", "new"),
    ("new_or_returning", "I don't think so", "new"),
    ("new_or_returning", "yes", "returning"),
    ("new_or_returning", "yep a couple times", "returning"),
    ("new_or_returning", "yes but years ago", "returning"),
    ("new_or_returning", "new", "new"),
    ("new_or_returning", "ok", ""),
    ("new_or_returning", "hm", ""),
    ("new_or_returning", "no idea", ""),
    ("when", "no", ""),
    ("", "no", ""),
]


@pytest.mark.parametrize(("asked", "text", "expected"), VISITS)
def test_new_or_returning(reader: Reader, asked: str, text: str, expected: str) -> None:
    assert facts(read(reader, text, asked)).get("new_or_returning", "") == expected


# ---- when ------------------------------------------------------------------------------------------------------

TIMES: list[tuple[str, str, str]] = [
    ("when", "4", "at 4 pm"),
    ("when", "after 4", "after 4 pm"),
    ("when", "after 4pm works", "after 4 pm"),
    ("when", "before 11", "before 11 am"),
    ("when", "by noon", "until noon"),
    ("when", "around 3", "around 3 pm"),
    ("when", "3ish", "around 3 pm"),
    ("when", "half past three on thursday", "Thursday at 3:30 pm"),
    ("when", "ten thirty tmrw", "Thu, Mar 5 at 10:30 am"),
    ("when", "four o'clock", "at 4 pm"),
    ("when", "2-4", "between 2 pm and 4 pm"),
    ("when", "between 10 and 2", "between 10 am and 2 pm"),
    ("when", "9am-noon", "between 9 am and noon"),
    ("when", "from 3 on", "from 3 pm on"),
    ("when", "not before 10", "from 10 am on"),
    ("when", "no later than 3", "until 3 pm"),
    ("when", "4 or later", "from 4 pm on"),
    ("when", "tues", "Tuesday"),
    ("when", "tue or thu", "Tuesday or Thursday"),
    ("when", "mon-wed after 4", "Monday to Wednesday after 4 pm"),
    ("when", "monday through thursday", "Monday to Thursday"),
    ("when", "weekdays", "weekdays"),
    ("when", "weekday mornings", "weekdays, mornings"),
    ("when", "mornings", "mornings"),
    ("when", "morning", "mornings"),
    ("when", "late afternoon", "between 3 pm and 5 pm"),
    ("when", "tuesday afternoon", "Tuesday afternoon"),
    ("when", "afternoons after 2", "between 2 pm and 5 pm"),
    ("when", "tuesday morning or thursday after 3", "Tuesday morning or Thursday after 3 pm"),
    ("when", "mornings or after 4", "mornings or after 4 pm"),
    ("when", "whenever", "any time"),
    ("when", "any day", "any time"),
    ("when", "i'm flexible", "any time"),
    ("when", "doesnt matter", "any time"),
    ("when", "any day but friday", "any day but Friday"),
    ("when", "not mondays", "any day but Monday"),
    ("when", "i can't do tuesdays", "any day but Tuesday"),
    ("when", "mornings but not monday", "any day but Monday, mornings"),
    ("when", "asap", "as soon as possible"),
    ("when", "tomorow mornin", "Thu, Mar 5 in the morning"),
    ("when", "2moro at 10", "Thu, Mar 5 at 10 am"),
    ("when", "day after tomorrow", "Fri, Mar 6"),
    ("when", "next week", "the week of Mar 9"),
    ("when", "tuesday next week", "Tuesday in the week of Mar 9"),
    ("when", "this friday", "Fri, Mar 6"),
    ("when", "next tuesday", "Tue, Mar 10"),
    ("when", "march 10th at 2", "Tue, Mar 10 at 2 pm"),
    ("when", "march 10 or 12 after 2", "Tue, Mar 10 after 2 pm or Thu, Mar 12 after 2 pm"),
    ("when", "3/12", "Thu, Mar 12"),
    ("when", "the 12th", "Thu, Mar 12"),
    ("when", "wensday", "Wednesday"),
    ("when", "thrusday or firday", "Thursday or Friday"),
    ("when", "9 tomorrow morning", "Thu, Mar 5 at 9 am"),
    ("when", "330pm fri", "Friday at 3:30 pm"),
    ("when", "after the 15th", "from Mon, Mar 16 on"),
    ("when", "march 20th or later", "from Fri, Mar 20 on"),
    ("when", "from the 10th to the 12th", "Mar 10 to Mar 12"),
    ("when", "from march 10 on, mornings", "from Tue, Mar 10 on, mornings"),
    ("when", "tuesdays after the 15th", "Tuesday from Mon, Mar 16 on"),
    ("when", "by friday", "until Fri, Mar 6"),
    ("when", "after tuesday", "from Wed, Mar 11 on"),
    ("when", "before next week", "until Sun, Mar 8"),
    ("when", "starting next week", "from Mon, Mar 9 on"),
    ("when", "not this week", "from Mon, Mar 9 on"),
    ("when", "not this week, next week", "the week of Mar 9"),
    ("when", "the week after next", "the week of Mar 16"),
    ("when", "not mornings", "from noon on"),
    ("when", "anything but mornings", "from noon on"),
    ("when", "no afternoons please", "mornings or evenings"),
    ("when", "can't do evenings", "before 5 pm"),
    ("when", "not tuesday mornings", "any day but Tuesday"),
    ("when", "4pm or 5pm tuesday", "Tuesday at 4 pm or Tuesday at 5 pm"),
    ("when", "m/w/f mornings", "Monday, Wednesday or Friday, mornings"),
    ("when", "t/th after 3", "Tuesday or Thursday after 3 pm"),
    ("when", "half 4", "at 4:30 pm"),
    ("when", "half an hour", ""),
    ("when", "first thing in the morning", "until 10 am"),
    ("when", "end of day monday", "Monday between 3 pm and 5 pm"),
    ("when", "i work til 5", "after 5 pm"),
    ("when", "I get off work at 4", "after 4 pm"),
    ("when", "i'm out of town until the 15th", "from Sun, Mar 15 on"),
    ("when", "whoever is available", ""),
    ("when", "any time except lunch", "mornings or from 1 pm on"),
    ("when", "mornings don't work", "from noon on"),
    ("when", "afternoons are no good", "mornings or evenings"),
    ("when", "not tuesday, wednesday", "Wednesday"),
    ("when", "not tuesday or wednesday", "any day but Tuesday or Wednesday"),
    ("when", "i can do 3 but not 4", "at 3 pm"),
    ("when", "between 9 and 11 on tues or wed", "Tuesday or Wednesday between 9 am and 11 am"),
    ("when", "anytime wednesday or after 3 on thurs", "Wednesday or Thursday after 3 pm"),
    ("", "10 tomorrow", "Thu, Mar 5 at 10 am"),
    ("", "sat b4 noon", "Saturday morning"),
    ("", "tuesdays after 430", "Tuesday after 4:30 pm"),
    ("", "the 3rd week of march", ""),
    ("when", "ok", ""),
    ("when", "idk", ""),
    ("when", "later", ""),
    ("when", "more", ""),
    ("", "do you have anything tuesday after 4?", "Tuesday after 4 pm"),
    ("", "how about thursday at 2?", "Thursday at 2 pm"),
    ("", "new client, tox, weekdays after 3?", "weekdays after 3 pm"),
    ("", "I can do friday 2-5", "Friday between 2 pm and 5 pm"),
    ("", "are you open tuesday after 4?", ""),
    ("", "what time do you close tomorrow", ""),
    ("", "good morning", ""),
    ("", "Good afternoon! quick question", ""),
    ("", "I had botox last tuesday", ""),
    ("", "two weeks ago", ""),
    ("", "20 units", ""),
    ("", "I'm 34", ""),
    ("", "sun damage", ""),
    ("", "my number is 212-555-0142", ""),
    ("", "does it last 3 months?", ""),
    ("", "whatever", ""),
    ("", "have a good day", ""),
]


@pytest.mark.parametrize(("asked", "text", "expected"), TIMES)
def test_times_keep_what_was_said(reader: Reader, asked: str, text: str, expected: str) -> None:
    assert facts(read(reader, text, asked)).get("when", "") == expected


@pytest.mark.parametrize("text", ["sunday", "tomorrow at 9pm", "after 7", "march 17", "tonight at 11"])
def test_a_time_outside_of_opening_hours_is_not_kept_but_told(reader: Reader, text: str) -> None:
    reading = read(reader, text, "when")
    assert "when" not in reading.fields
    assert reading.unfit is not None
    assert reading.wish is not None


def test_a_wish_that_could_not_be_met_is_mended_by_the_next_words(reader: Reader) -> None:
    wish = read(reader, "tomorrow at 9pm", "when").wish
    reading = reader.read("ok 3pm", now=NOW, pending=Pending("when", wish=wish))
    assert facts(reading)["when"] == "Thu, Mar 5 at 3 pm"


def test_a_later_text_refines_what_was_known_of_the_time(reader: Reader) -> None:
    known = Known(when=When.from_json(read(reader, "tuesday", "when").found[0].value))
    assert facts(read(reader, "make it after 3", known=known))["when"] == "Tuesday after 3 pm"
    known = Known(when=When.from_json(read(reader, "tuesday after 3", "when").found[0].value))
    assert facts(read(reader, "actually thursday", known=known))["when"] == "Thursday after 3 pm"


def test_days_are_read_in_the_clinics_zone(reader: Reader) -> None:
    late_evening_in_new_york = datetime(2026, 3, 5, 3, 30, tzinfo=UTC)
    reading = reader.read("tomorrow", now=late_evening_in_new_york, pending=Pending("when"))
    assert facts(reading)["when"] == "Thu, Mar 5"


@pytest.mark.parametrize(
    ("now", "said", "when"),
    [
        # Clocks go forward on March 8, 2026, and back on November 1; the offset of the day before would be a day off.
        (datetime(2026, 3, 9, 4, 15, tzinfo=UTC), "today at 3", "Mon, Mar 9 at 3 pm"),
        (datetime(2026, 3, 8, 4, 45, tzinfo=UTC), "the day after tomorrow", "Mon, Mar 9"),
        (datetime(2026, 11, 2, 4, 45, tzinfo=UTC), "tomorrow", "Mon, Nov 2"),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "tomorrow after 4", "Mon, Nov 2 after 4 pm"),
    ],
)
def test_days_are_right_when_clocks_change(reader: Reader, now: datetime, said: str, when: str) -> None:
    assert facts(reader.read(said, now=now, pending=Pending("when")))["when"] == when


# ---- questions and the rest ------------------------------------------------------------------------------------

QUESTIONS: list[tuple[str, list[str]]] = [
    ("what are your hours", ["hours"]),
    ("when do you open", ["hours"]),
    ("are u open sunday?", ["hours"]),
    ("hours?", ["hours"]),
    ("whats your address", ["address"]),
    ("where are you located and are u open sunday?", ["address", "hours"]),
    ("directions", ["address"]),
    ("how much is botox", ["price"]),
    ("botox price?", ["price"]),
    ("how expensive is a facial", ["price"]),
    ("what's your phone number", ["phone"]),
    ("do you have a website", ["website"]),
    ("what services do you offer?", ["services"]),
    ("how long does a hydrafacial take", ["duration"]),
    ("how long does botox last?", ["knowledge"]),
    ("do you do botox?", ["sells"]),
    ("is there parking", ["knowledge"]),
    ("is it safe while pregnant?", ["medical"]),
    ("what are the side effects", ["medical"]),
    ("how many units do I need", ["medical"]),
    ("I need to reschedule my appointment", ["appointment"]),
    ("running 10 min late", ["appointment"]),
    ("booked for 3pm tomorrow can i move it", ["appointment"]),
    ("do u have botox, also r u open sat", ["sells", "hours"]),
    ("my name?", []),
    ("are you a bot?", ["identity"]),
    ("is this a real person", ["identity"]),
    ("any openings friday?", ["availability"]),
    ("any other times?", ["availability"]),
    ("do you have later slots", ["availability"]),
    ("what's your cancellation fee", ["knowledge"]),
    ("can I book botox", []),
    ("can I come today?", ["availability"]),
    ("how much is the deposit", ["deposit"]),
    ("are you open on christmas?", ["hours"]),
    ("where do you guys park", ["knowledge"]),
    ("how are you?", []),
    ("can I ask you a question?", []),
    ("hi", []),
    ("sunday?", []),
    ("botox", []),
    ("existing question about parking?", ["knowledge"]),
]


@pytest.mark.parametrize(("text", "topics"), QUESTIONS)
def test_questions_have_topics(reader: Reader, text: str, topics: list[str]) -> None:
    assert [question.topic.value for question in read(reader, text).questions if not question.soft] == topics


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("can I speak to a person", True),
        ("real person please", True),
        ("can someone call me?", True),
        ("call me back please", True),
        ("give me a call", True),
        ("HUMAN", True),
        ("i want to talk to someone", True),
        ("please don't call me, text only", False),
        ("call me Dana", False),
        ("you can call me Al", False),
        ("can I call you?", False),
        ("is this a real person", False),
        ("botox for two people", False),
    ],
)
def test_asking_for_a_person_or_a_call_is_heard(reader: Reader, text: str, wanted: bool) -> None:
    assert read(reader, text).wants_person is wanted


@pytest.mark.parametrize("text", ["I want a refund", "you overcharged me", "my lawyer will hear of this"])
def test_a_complaint_is_heard(reader: Reader, text: str) -> None:
    assert read(reader, text).complains


@pytest.mark.parametrize("text", ["asdfghjk", "😀😀", "???", "", "   ", "\x00\x07", "🙏", "bbbbbbb"])
def test_what_says_nothing_is_unintelligible(reader: Reader, text: str) -> None:
    reading = read(reader, text, "name")
    assert reading.unintelligible
    assert not reading.understood


@pytest.mark.parametrize("text", ["ok", "hm", "K", "Okay!", "cool", "hmm ok", "got it", "sounds good"])
@pytest.mark.parametrize("asked", ["name", "service", "new_or_returning", "when", "provider", ""])
def test_fillers_answer_nothing(reader: Reader, text: str, asked: str) -> None:
    assert not read(reader, text, asked).understood


def test_a_very_long_text_is_read_and_quickly_given_up(reader: Reader) -> None:
    reading = read(reader, "botox " + "blah, " * 20_000)
    assert facts(reading) == {"service": "Botox"}


@pytest.mark.parametrize("text", ["Mia", "mia pls", "Mia is great"])
def test_whom_to_see_is_not_the_patient_put_right(reader: Reader, text: str) -> None:
    pending = Pending("provider", ("Dr. Lena Ortiz", "Mia Chen"))
    known = Known(first_name="Mina", last_name="Cole", service="Lip Filler", new_or_returning="new")
    reading = reader.read(text, now=datetime(2026, 3, 4, 15, tzinfo=UTC), pending=pending, known=known)
    assert {one.field: one.value for one in reading.found} == {"provider": "Mia Chen"}
