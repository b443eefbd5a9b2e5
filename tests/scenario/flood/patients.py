"""Patients of a flood: what each of them texts, in which order, and what has to come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

#: What a patient waits for after texting: an answer, whatever comes, the one confirmation of an opt-out, or nothing.
Wanted = Literal["answer", "anything", "goodbye", "silence"]

#: Area codes whose numbers 555-0100 to 555-0199 belong to nobody.
_AREAS = (
    *(201, 202, 203, 205, 206, 207, 212, 213, 214, 215, 216, 217, 301, 303, 305, 310, 312, 313, 314, 315, 316),
    *(323, 347, 404, 405, 407, 410, 412, 415, 502, 503, 504, 510, 512, 602, 617, 646, 702, 718, 720, 917),
)
_SYLLABLES = ("ba", "do", "fe", "ga", "ki", "la", "mo", "na", "pe", "ri", "so", "ta", "ve", "zu")

_PRICES = ("how much is {service}?", "how much is {service}", "whats the price of {service}?", "cost of {service}?")
_HOURS = ("are you open on saturday?", "what time do you open tomorrow?", "when do you close on friday?")
_BOOKINGS = (
    "Hi, I'm {name}, never been, {service}, mornings are best",
    "This is {name}. I'd like to book {service}, first time, any day works",
    "hey im {name}, want to come in for {service}, new patient, afternoons",
)
_STOPS = ("STOP", "stop", "Unsubscribe", "please stop texting me", "take me off your list", "stop messaging me please")
_LOOK_ALIKES = ("can I stop by tomorrow?", "when does your week end?", "can I cancel if something comes up?")
_THANKS = ("thanks", "ok great, thank you!", "perfect")


@dataclass(frozen=True, slots=True)
class Exchange:
    """Texts that go out in a row, and what has to come of them."""

    texts: tuple[str, ...]
    wanted: Wanted


@dataclass(slots=True)
class Patient:
    number: str
    #: The clinic's number, and something that it sells.
    clinic: str
    service: str
    #: A first name that no other patient has.
    name: str
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def texts(self) -> int:
        return sum(len(exchange.texts) for exchange in self.exchanges)


def crowd(texts: int, clinics: Mapping[str, str], random: Random) -> Iterator[Patient]:
    """So many patients that they send `texts` texts between them. `clinics`: their numbers, and something they sell."""
    numbers = list(clinics)
    sent = place = 0
    while sent < texts:
        patient = Patient(
            number=f"+1{_AREAS[place // 100]}55501{place % 100:02}",
            clinic=(clinic := numbers[place % len(numbers)]),
            service=clinics[clinic],
            name=_name(place),
        )
        patient.exchanges = list(_conversation(patient, random))
        sent += patient.texts
        place += 1
        yield patient


def _name(place: int) -> str:
    """Words of three syllables, each place its own."""
    first, rest = divmod(place, len(_SYLLABLES) ** 2)
    second, third = divmod(rest, len(_SYLLABLES))
    return "".join(_SYLLABLES[one] for one in (first, second, third)).capitalize()


def _conversation(patient: Patient, random: Random) -> Iterator[Exchange]:
    """Four to seven texts: questions, a booking perhaps, thanks perhaps, a farewell perhaps and a return."""
    asked: set[str] = set()
    yield _question(patient, random, asked)
    if random.random() < 0.6:
        booking = random.choice(_BOOKINGS).format(name=f"{patient.name} Cole", service=patient.service)
        yield Exchange((booking,), "answer")
    if random.random() < 0.3:
        yield Exchange(("hi", *_question(patient, random, asked).texts), "answer")
    if random.random() < 0.3:
        yield Exchange((random.choice(_LOOK_ALIKES),), "answer")
    if random.random() < 0.3:
        yield Exchange((random.choice(_THANKS),), "anything")
    yield _question(patient, random, asked)
    if random.random() < 0.2:
        yield Exchange((random.choice(_STOPS),), "goodbye")
        yield Exchange(_question(patient, random, asked).texts, "silence")
        if random.random() < 0.5:
            yield Exchange(("START",), "anything")
            yield _question(patient, random, asked)


def _question(patient: Patient, random: Random, asked: set[str]) -> Exchange:
    """One that this patient has not asked yet: whoever says the same again and again is taken for a machine."""
    words = random.choice([one for one in _PRICES + _HOURS if one not in asked])
    asked.add(words)
    return Exchange((words.format(service=patient.service),), "answer")
