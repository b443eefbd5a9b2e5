"""Reads a text: several facts at once, each with the place that proves it, and what the patient asks.

A `Reader` is built once a clinic. It is given the question we asked last, so that short replies bind to it, and what
is known already, so that a name half or a time can complete what was there.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.receptionist.facts import ALSO, Field, Known
from core.receptionist.memory import Pending
from core.receptionist.opening import Unfit, unfit
from core.receptionist.understanding import people, replies, worries
from core.receptionist.understanding.ages import speaks_of_minor
from core.receptionist.understanding.findings import Found, Reading
from core.receptionist.understanding.languages import foreign
from core.receptionist.understanding.names import Name
from core.receptionist.understanding.naming import NAME_FIELDS, names_said
from core.receptionist.understanding.questions import (
    Question,
    Topic,
    asks_for_time,
    is_courtesy,
    proposes,
    topic_of,
    wants_to_come,
)
from core.receptionist.understanding.services import Lexicon, Mention
from core.receptionist.understanding.times import read_when
from core.receptionist.understanding.visits import NEW, RETURNING, find_visit
from core.receptionist.understanding.wishes import chosen, provider_meant, wished
from core.receptionist.understanding.words import Clause, clauses, plain, words
from core.receptionist.when import When
from deskbell.clinic import Clinic

#: Longer texts are read up to here.
_LIMIT = 2000
_CONCERN_LIMIT = 120
#: Topics whose days and hours are no wish: "are you open on Sunday?"
_NOT_A_WISH = frozenset(Topic) - {Topic.AVAILABILITY, Topic.BOOKING, Topic.SELLS, Topic.KNOWLEDGE}
#: Topics in which a treatment is asked about and only perhaps wanted.
_TENTATIVE = frozenset(Topic) - {Topic.AVAILABILITY, Topic.BOOKING}
_NO_CONCERN = frozenset({Topic.APPOINTMENT, Topic.MEDICAL, Topic.AFTERCARE})
#: Topics for which the service wished for is meant where none is named.
_OF_SERVICE = frozenset({Topic.PRICE, Topic.DURATION, Topic.DEPOSIT})
_CHANGES = re.compile(
    r"\b(?:instead|rather than|change (?:it|that|my|to)|switch|make (?:it|that)|actually)\b(?!.*\balso\b)"
)
_OPEN_TO_ADVICE = re.compile(r"\b(?:not sure|(?:don'?t|do not) know|no idea) (?:what|which)\b(?! (?:time|day))")
#: Words of a bare yes or no.
_BARE = 3
_WH = re.compile(r"\W*(?:what|whats|what's|how|why|who|which|where|does|do|is)\b")


class Reader:
    """Reads the texts of one clinic's patients. Holds the clinic's compiled vocabulary and nothing of any patient."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.lexicon = Lexicon.of(clinic)

    def read(self, text: str, *, now: datetime, pending: Pending | None = None, known: Known | None = None) -> Reading:
        """Several texts of one turn are given together, a line each. `now` is aware.

        `pending` is the question we asked last; `known` is what was known before this text.
        """
        text = text[:_LIMIT]
        local = now.astimezone(self.clinic.timezone)
        return _Pass(self, text, local, pending or Pending(""), known or Known()).reading()


class _Pass:
    """One reading of one text."""

    def __init__(self, reader: Reader, text: str, now: datetime, pending: Pending, known: Known) -> None:
        self.clinic, self.lexicon = reader.clinic, reader.lexicon
        self.text, self.low = text, plain(text)
        self.now, self.pending, self.known = now, pending, known
        self.clauses = clauses(self.low)
        self.mentions = [self.lexicon.mentions(clause) for clause in self.clauses]
        self.topics = [
            self._topic(clause, mentions) for clause, mentions in zip(self.clauses, self.mentions, strict=True)
        ]
        self.hurts = worries.in_pain(self.clauses) and Topic.AFTERCARE not in self.topics
        self.found: dict[Field, Found] = {}
        self.candidates: tuple[str, ...] = ()
        self.unsold = ""
        self.options: tuple[str, ...] = ()
        self.unfit: Unfit | None = None
        self.wish: When | None = None
        self.wish_start = -1
        self.unsure = False

    def reading(self) -> Reading:
        self._visit()
        self._services()
        self._variant()
        self._provider()
        self._concern()
        self._name()
        self._when()
        self._not_sure()
        identity = Topic.IDENTITY in self.topics
        result = Reading(
            found=tuple(sorted(self.found.values(), key=lambda one: one.start)),
            questions=self._questions(),
            candidates=self.candidates,
            unsold=self.unsold,
            options=self.options,
            unfit=self.unfit,
            wish=self.wish.to_json() if self.unfit and self.wish else None,
            unsure=self.unsure,
            wants_person=people.wants_person(self.low) and not identity,
            complains=people.complains(self.low),
            greeting=replies.is_greeting(self.low),
            thanks=replies.says_thanks(self.low),
            filler=replies.is_filler(self.low) or is_courtesy(self.low),
            unintelligible=not self.found and replies.is_unintelligible(self.low),
            wants_to_come=wants_to_come(self.low) or Topic.BOOKING in self.topics or Topic.AVAILABILITY in self.topics,
            length=len(words(self.low)),
            agrees=replies.says_yes(self.low),
            declines=replies.declines(self.low),
            hurts=self.hurts,
            foreign=foreign(self.low),
            changes=bool(_CHANGES.search(self.low)),
        )
        return self._with_soft_question(result)

    def _topic(self, clause: Clause, mentions: list[Mention]) -> Topic | None:
        if people.probes(clause.text):
            return Topic.PROBE
        if worries.after_treatment(clause, mentions):
            return Topic.AFTERCARE
        if speaks_of_minor(clause.text, self.clinic.minimum_age):
            return Topic.MINOR
        before = Topic(self.pending.topic) if self.pending.topic and self.pending.field != "when" else None
        return topic_of(clause, sells=bool(mentions), before=before)

    def _add(self, field_name: Field, value: Any, start: int, end: int) -> None:
        self.found[field_name] = Found(field_name, value, start, end)

    # ---- new or returning ------------------------------------------------------------------------------------

    def _visit(self) -> None:
        visit = find_visit(self.low)
        if visit:
            self._add("new_or_returning", visit.value, visit.start, visit.end)
        elif self.pending.field == "new_or_returning" or self._answers_earlier_visit():
            for clause in self.clauses:
                answer = None if clause.asks else replies.says_yes(clause.text)
                if answer is not None:
                    self._add("new_or_returning", RETURNING if answer else NEW, clause.start, clause.end)
                    return

    def _answers_earlier_visit(self) -> bool:
        """A bare yes or no that cannot answer the question after it answers the one before."""
        open_question = self.pending.field in ("when", "service") and not self.pending.options
        return open_question and "new_or_returning" in self.pending.earlier and len(words(self.low)) <= _BARE

    # ---- service, variant, provider, concern -----------------------------------------------------------------

    def _services(self) -> None:
        if people.complains(self.low):
            return
        named = [
            (mention, topic in _TENTATIVE)
            for topic, mentions in zip(self.topics, self.mentions, strict=True)
            for mention in mentions
            if topic not in (Topic.APPOINTMENT, Topic.AFTERCARE)
        ]
        wish = wished(self.low, named, self.known.service, self.known.concern)
        if wish.silent and not self.found and not self.known.service:
            wish = chosen(self.low, self.pending)
        self.candidates, self.unsold = wish.candidates, wish.unsold
        if wish.service:
            self._add("service", wish.service, *wish.place)
        if wish.also:
            before = f"{self.known.notes} and " if self.known.notes and not wish.service else ALSO
            self._add("notes", before + " and ".join(wish.also), *wish.also_place)

    def _service(self) -> str:
        found = self.found.get("service")
        return str(found.value) if found else self.known.service

    def _variant(self) -> None:
        service = self._service()
        options = self.lexicon.variants.get(service, ())
        if not options:
            return
        named = self.lexicon.variant(service, self.low)
        if not named and self.pending.field == "variant":
            chosen = replies.chosen(self.low, options)
            named = chosen[0] if len(chosen) == 1 else ""
        if named:
            self._add("variant", named, 0, len(self.low))

    def _provider(self) -> None:
        providers = next((one.providers for one in self.clinic.services if one.name == self._service()), ())
        if len(providers) < 2:
            return
        named = provider_meant(self.low, providers, asked=self.pending.field == "provider")
        if named:
            self._add("provider", named, 0, len(self.low))

    def _concern(self) -> None:
        for clause, topic in zip(self.clauses, self.topics, strict=True):
            concern = None if topic in _NO_CONCERN else self.lexicon.concern(clause)
            if concern:
                value = self.text[concern.start : concern.end][:_CONCERN_LIMIT].strip()
                self._add("concern", value, concern.start, concern.end)
                self.options = concern.options
        if (
            "concern" not in self.found
            and _OPEN_TO_ADVICE.search(self.low)
            and not (self._service() or self.known.concern)
        ):
            self._add("concern", self.text.strip()[:_CONCERN_LIMIT], 0, len(self.text))
        if self.hurts and len(self.options) == 1 and not (self._service() or self.candidates):
            # Pain waits for no advice: the one visit that the clinic has for it is the service.
            self._add("service", self.options[0], *self._place_of("concern"))

    def _place_of(self, field_name: Field) -> tuple[int, int]:
        found = self.found[field_name]
        return found.start, found.end

    # ---- when ------------------------------------------------------------------------------------------------

    def _when(self) -> None:
        asked = self.pending.field == "when"
        told: When | None = None
        place = (0, 0)
        for clause, topic in zip(self.clauses, self.topics, strict=True):
            about_time = not clause.asks or asked or asks_for_time(clause) or len(words(clause.text)) <= 3
            if topic in _NOT_A_WISH or not about_time:
                continue
            found = read_when(self._nameless(clause), self.now, self.clinic.hours, asked=asked)
            if found:
                told = told.refined(found) if told else found
                place = (clause.start, clause.end)
        if told is None:
            return
        before = When.from_json(self.pending.wish) or self.known.when
        self.wish = before.refined(told) if before else told
        self.wish_start = place[0]
        self.unfit = unfit(self.clinic, self.wish, self.now)
        if not self.unfit:
            self._add("when", self.wish.to_json(), *place)

    def _nameless(self, clause: Clause) -> str:
        """The clause without names, whose owners may be called Tom, April or May."""
        names = [
            (one.start - clause.start, one.end - clause.start)
            for one in self.found.values()
            if one.field in NAME_FIELDS
        ]
        return "".join(
            " " if any(start <= place < end for start, end in names) else letter
            for place, letter in enumerate(clause.text)
        )

    # ---- name ------------------------------------------------------------------------------------------------

    def _name(self) -> None:
        facts = bool(self.found) or read_when(self.low, self.now, self.clinic.hours) is not None
        for name in names_said(self.text, self.lexicon.not_names, self.pending, self.known, facts=facts):
            if not self._is_provider(name):
                self._keep_name(name)

    def _is_provider(self, name: Name) -> bool:
        """ "Dr. Reyes", when asked whom to see."""
        provider = self.found.get("provider")
        said = set(words(plain(f"{name.first} {name.last}")))
        return provider is not None and said <= set(words(plain(str(provider.value))))

    def _keep_name(self, name: Name) -> None:
        known = self.known
        if name.first:
            self._add("first_name", name.first, name.start, name.end)
            if (
                not name.last
                and known.last_name
                and known.first_name
                and "first_name" not in known.corrected
                and name.first.casefold() != known.first_name.casefold()
            ):
                # Somebody else on the same phone: the family name we knew may not be theirs.
                self._add("last_name", "", name.start, name.end)
        if name.last:
            self._add("last_name", name.last, name.start, name.end)

    # ---- what else -------------------------------------------------------------------------------------------

    def _not_sure(self) -> None:
        """The pending question was answered, but with no answer: it is done and not asked again."""
        pending = self.pending.field
        if not pending or pending in self.found or (pending in NAME_FIELDS and self.found.keys() & set(NAME_FIELDS)):
            return
        refused = pending in NAME_FIELDS and bool(
            re.search(r"\b(?:rather not|prefer not|private|none of your|stop asking|why do you need)\b", self.low)
            or (replies.says_yes(self.low) is False and len(words(self.low)) <= _BARE)
        )
        just = pending == "last_name" and bool(re.match(r"\W*(?:just|only|no|nope)\b", self.low))
        unsure = pending not in NAME_FIELDS and replies.is_unsure(self.low)
        if pending == "service" and not self.found.keys() & {"service", "concern"} and not self.candidates:
            unsure = unsure or (replies.says_any(self.low) and len(words(self.low)) <= 6)
            if unsure:
                self._add("concern", self.text.strip()[:_CONCERN_LIMIT], 0, len(self.text))
        self.unsure = refused or just or unsure

    def _questions(self) -> tuple[Question, ...]:
        result: list[Question] = []
        for clause, mentions, topic in zip(self.clauses, self.mentions, self.topics, strict=True):
            if topic is None or topic is Topic.BOOKING or self._answered_by_facts(clause, mentions, topic):
                continue
            if topic is not Topic.KNOWLEDGE and any(one.topic is topic for one in result):
                continue
            named = tuple(dict.fromkeys(name for one in mentions for name in one.services))
            service = self._service()
            unclear = any(len(one.services) > 1 for one in mentions)
            about = (service,) if unclear and service in named else named
            if not about and topic in _OF_SERVICE:
                offered = self.options or (self.pending.offered if self.known.concern else ())
                about = (service,) if service else tuple(replies.chosen(clause.text, offered)) or offered
            result.append(Question(topic, self.text[clause.start : clause.end], about, clause.start))
        if any(one.topic is Topic.PRICE for one in result):
            result = [one for one in result if one.topic is not Topic.SELLS]
        return tuple(result[:3])

    def _answered_by_facts(self, clause: Clause, mentions: list[Mention], topic: Topic) -> bool:
        """Questions by form that are no more than facts or wishes, and get no answer of their own."""
        if topic not in (Topic.KNOWLEDGE, Topic.SELLS, Topic.SERVICES, Topic.PRICE, Topic.DURATION):
            return False
        if any(one.unsold and one.wished for one in mentions) and not any(one.services for one in mentions):
            return True
        if topic in (Topic.PRICE, Topic.DURATION):
            return False
        if self.candidates and topic is Topic.SELLS:
            return False
        if topic is not Topic.SELLS and "concern" in self.found and not mentions:
            return topic is Topic.SERVICES or self.found["concern"].start == clause.start or self.unsure
        if topic is Topic.KNOWLEDGE and (people.wants_person(clause.text) or people.complains(clause.text)):
            return True
        if topic is not Topic.KNOWLEDGE:
            return False
        timed = clause.start == self.wish_start
        told = timed or any(clause.start <= one.start < clause.end for one in self.found.values())
        if told and not clause.worded:
            return True
        return (timed and proposes(clause)) or (told and len(words(clause.text)) <= 4 and not _WH.match(clause.text))

    def _with_soft_question(self, reading: Reading) -> Reading:
        """A statement nothing was read from may still be about something the clinic's knowledge holds."""
        passed = reading.understood or reading.filler or reading.unintelligible or reading.thanks or reading.declines
        short = len(words(self.low)) < 3 and replies.says_yes(self.low) is not None
        if passed or any(self.mentions) or len(self.low.strip()) < 4 or short:
            return reading
        return replace(reading, questions=(Question(Topic.KNOWLEDGE, self.text, soft=True),))
