"""The clinics that ship: their files are sound, their notes answer, and every answer may be texted as it stands."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.receptionist.emergencies import recognise
from core.receptionist.guard import Grounds, judge
from core.receptionist.sms import count, normalise
from deskbell import Clinic, ProviderContext
from plugins.knowledge.entries import read_folder
from plugins.knowledge.notes import Notes, NotesConfig

CLINICS = Path(__file__).parents[3] / "clinics"
NAMES = ["harbor", "sierra"]
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)

QUESTIONS = {
    "harbor": """
        where do i park = Where can I park?
        is there parking nearby? = Where can I park?
        whats your adress = Where are you located?
        which subway = Where are you located?
        cancelation policy? = What is your cancellation policy?
        what are your rules on cancelling = What is your cancellation policy?
        can i reschedule = What is your cancellation policy?
        im running late = What if I am running late?
        is the deposit refundable? = Do you take a deposit?
        do you take insurance = Do you take insurance?
        do you have payment plans = Do you offer financing?
        can I pay cash? = How can I pay?
        gift cards? = Do you sell gift cards?
        is consultation free = Is the consultation free?
        my daughter is 16 can she come = How old do I have to be?
        how long does botox last = How long does Botox last?
        how many units will i need = How many units of Botox will I need?
        botox or filler? = What is the difference between Botox and filler?
        any specials this month? = Do you have any specials?
        are you wheelchair accesible = Is the studio wheelchair accessible?
        do you speak spanish = Which languages do you speak?
        what should i bring to my appointment = What should I bring?
        who are your injectors? = Who does the treatments?
        aftercare instructions = I have a question after my treatment
        should I tip = Should I tip?
        do you do men? = Do you treat men?
        can i bring my kids = Can I bring a friend or my child?
        how many laser sessions = How many laser hair removal sessions do I need?
    """,
    "sierra": """
        parking? = Where can I park?
        do you take delta dental = Which insurance do you take?
        do you take medicaid? = Do you take Medi-Cal?
        i dont have insurance = What if I have no insurance?
        do you see kids = Do you see children?
        hablan español? = Do you speak Spanish?
        how can i pay = How can I pay?
        finacing options = Do you have payment plans?
        do I need to pay a deposit = Do I have to pay a deposit?
        cancellation policy = What is your cancellation policy?
        missed my appointment, is there a fee = What is your cancellation policy?
        are you open saturdays = Do you have evening or Saturday hours?
        im scared of the dentist = I am nervous about the dentist
        who are the dentists = Who are the dentists?
        can you send me my xrays = Can I get my records or X-rays?
        what do i bring = What should I bring?
        same day emergency? = Do you see emergencies the same day?
        any new patient specials = Do you have specials or gift cards?
        how often do i need a cleaning = How often should I come for a cleaning?
        where are you guys located = Where are you located?
        is the office wheelchair accessible = Is the office wheelchair accessible?
        are your tools sterilized = How do you keep the office clean?
    """,
}
UNKNOWN = [
    "do you fix cars",
    "hi",
    "ok thanks",
    "what's the weather like",
    "who won the game",
    "sell me a bicycle",
    "lol",
]


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((CLINICS / name / "clinic.yml").read_text("utf-8"))
    return document


def clinic(name: str) -> Clinic:
    document = load(name)
    parts = {key: document[key] for key in ("hours", "services", "booking", "wording")}
    return Clinic.model_validate({"id": name, **document["clinic"], **parts})


async def notes(name: str) -> Notes:
    provider = Notes(NotesConfig(), ProviderContext(name, f"{name}-knowledge", folder=str(CLINICS / name)))
    await provider.open()
    return provider


def questions() -> list[tuple[str, str, str]]:
    rows = [(name, line.split(" = ")) for name, table in QUESTIONS.items() for line in table.strip().splitlines()]
    return [(name, question.strip(), title.strip()) for name, (question, title) in rows]


@pytest.mark.parametrize(("name", "question", "title"), questions())
async def test_the_notes_answer_what_patients_ask(name: str, question: str, title: str) -> None:
    found = await (await notes(name)).search(question)
    assert [passage.title for passage in found][:1] == [title]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("question", UNKNOWN)
async def test_the_notes_stay_silent_on_what_they_do_not_know(name: str, question: str) -> None:
    assert await (await notes(name)).search(question) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_clinic_is_complete(name: str) -> None:
    subject = clinic(name)
    entries = read_folder(CLINICS / name / "knowledge").entries
    assert len(subject.services) >= 8
    assert all(service.aliases and service.price and service.minutes for service in subject.services)
    assert len(entries) >= 18
    assert subject.hours is not None
    assert {day.year for day in subject.hours.closed_on} == {2026, 2027}
    assert load(name)["channels"]["main"]["number"] != subject.phone


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_of_the_notes_may_be_texted_as_it_stands(name: str) -> None:
    subject = clinic(name)
    for entry in read_folder(CLINICS / name / "knowledge").entries:
        assert judge(entry.text, Grounds(subject).of({}, [entry.text], NOW)) is None, entry.title
        assert count(normalise(entry.text)).segments <= 2, entry.title


@pytest.mark.parametrize("name", NAMES)
def test_what_the_menu_says_is_grounded_in_it(name: str) -> None:
    subject = clinic(name)
    on = Grounds(subject).of({}, [], NOW)
    for service in subject.services:
        assert service.price is not None
        assert judge(f"{service.name} is ${service.price.cents / 100:,.2f}. {service.about}", on) is None


@pytest.mark.parametrize("name", NAMES)
def test_the_clinics_own_lines_fit_and_name_no_emergency(name: str) -> None:
    subject = clinic(name)
    for line in subject.wording.model_dump().values():
        said = subject.say(
            line, amount="$100", when="today before 5 pm", link="https://clinic.example/pay/0123456789ab"
        )
        assert count(said).encoding == "gsm7"
        assert count(said).segments <= 2
        assert "{" not in said
    assert all(recognise(entry.title) is None for entry in read_folder(CLINICS / name / "knowledge").entries)
