"""Reads a text: several facts at once, each with the place that proves it, and what the patient asks.

A `Reader` is built once a clinic. It is given the question we asked last, so that short replies bind to it, and what
is known already, so that a name half or a time can complete what was there.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from core.receptionist.facts import Known
from core.receptionist.memory import Pending
from core.receptionist.opening import unfit
from core.receptionist.understanding import people, replies
from core.receptionist.understanding.draft import Draft, Part, Saying
from core.receptionist.understanding.findings import Reading
from core.receptionist.understanding.inquiries import inquiries, soft_inquiry
from core.receptionist.understanding.languages import foreign
from core.receptionist.understanding.names import Name
from core.receptionist.understanding.naming import NAME_FIELDS, names_said
from core.receptionist.understanding.questions import Topic, asks_for_time, is_courtesy, wants_to_come
from core.receptionist.understanding.services import Lexicon
from core.receptionist.understanding.shapes import email_of, find_email
from core.receptionist.understanding.times import read_when
from core.receptionist.understanding.treatments import keep_as_concern, leaves_service_open, read_treatments
from core.receptionist.understanding.visits import find_visit, visit_meant
from core.receptionist.understanding.words import plain, words
from core.receptionist.when import When
from deskbell.clinic import Clinic

#: Longer texts are read up to here.
_LIMIT = 2000
#: Topics whose days and hours are no wish: "are you open on Sunday?"
_NOT_A_WISH = frozenset(Topic) - {Topic.AVAILABILITY, Topic.BOOKING, Topic.SELLS, Topic.KNOWLEDGE}
_CHANGES = re.compile(
    r"\b(?:instead|rather than|change (?:it|that|my|to)|switch|make (?:it|that)|actually)\b(?!.*\balso\b)"
)
_KEEPS_PRIVATE = re.compile(r"\b(?:rather not|prefer not|private|none of your|stop asking|why do you need)\b")
_HAS_NONE = re.compile(r"\b(?:none|no e-?mail|(?:don'?t|do not) (?:have|use|do)|n/a)\b")
_NO_MORE = re.compile(r"\W*(?:just|only|no|nope)\b")
#: Fields that a patient may keep to themselves.
_PERSONAL = (*NAME_FIELDS, "email")
#: Words of a bare yes or no.
_BARE = 3


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
        email = find_email(text)
        if email:
            # What stands in an address is no name, no treatment and no time.
            text = f"{text[: email.start()]}{' ' * len(email.group())}{text[email.end() :]}"
        local = now.astimezone(self.clinic.timezone)
        saying = Saying.of(self.clinic, self.lexicon, text, local, pending or Pending(""), known or Known())
        draft = Draft(saying)
        if email:
            draft.add("email", email_of(email.group()), email.start(), email.end())
        _read_visit(draft)
        read_treatments(draft)
        _read_name(draft)
        _read_when(draft)
        _read_unsure(draft)
        return _reading(draft)


def _reading(draft: Draft) -> Reading:
    """The reading that a finished draft comes to."""
    saying, low = draft.saying, draft.saying.low
    topics = saying.topics
    reading = Reading(
        found=tuple(sorted(draft.found.values(), key=lambda one: one.start)),
        questions=inquiries(draft),
        candidates=draft.candidates,
        unsold=draft.unsold,
        options=draft.options,
        unfit=draft.unfit,
        wish=draft.wish.to_json() if draft.unfit and draft.wish else None,
        unsure=draft.unsure,
        wants_person=people.wants_person(low) and Topic.IDENTITY not in topics and not _introduces(draft),
        complains=people.complains(low),
        insults=people.abuses(low) and not people.complains_of_us(low),
        greeting=replies.is_greeting(low),
        thanks=replies.says_thanks(low),
        filler=replies.is_filler(low) or is_courtesy(low),
        unintelligible=not (draft.found or replies.declines(low)) and replies.is_unintelligible(low),
        wants_to_come=wants_to_come(low) or bool(topics & {Topic.BOOKING, Topic.AVAILABILITY}),
        length=len(words(low)),
        agrees=replies.says_yes(low),
        declines=replies.declines(low),
        hurts=saying.hurts,
        foreign=foreign(low),
        changes=bool(_CHANGES.search(low)),
    )
    return replace(reading, questions=soft_inquiry(reading, draft))


def _introduces(draft: Draft) -> bool:
    """ "You can call me Al" asks for no call."""
    name = draft.found.get("first_name")
    return name is not None and draft.saying.low[: name.start].rstrip().endswith("call me")


# ---- new or returning ------------------------------------------------------------------------------------------


def _read_visit(draft: Draft) -> None:
    saying = draft.saying
    visit = find_visit(saying.low)
    if visit:
        draft.add("new_or_returning", visit.value, visit.start, visit.end)
    elif saying.pending.field == "new_or_returning" or _answers_earlier_visit(saying):
        for clause in (part.clause for part in saying.parts):
            answer = "" if clause.asks else visit_meant(clause.text, asked=True)
            if answer:
                draft.add("new_or_returning", answer, clause.start, clause.end)
                return


def _answers_earlier_visit(saying: Saying) -> bool:
    """A bare yes or no that cannot answer the question after it answers the one before."""
    open_question = saying.pending.field in ("when", "service") and not saying.pending.options
    return open_question and "new_or_returning" in saying.pending.earlier and len(words(saying.low)) <= _BARE


# ---- name ------------------------------------------------------------------------------------------------------


def _read_name(draft: Draft) -> None:
    saying = draft.saying
    facts = bool(draft.found) or read_when(saying.low, saying.now, saying.clinic.hours) is not None
    for name in names_said(saying.text, saying.lexicon.not_names, saying.pending, saying.known, facts=facts):
        if not _is_provider(draft, name):
            _keep_name(draft, name)


def _is_provider(draft: Draft, name: Name) -> bool:
    """ "Dr. Reyes", when asked whom to see."""
    provider = draft.found.get("provider")
    said = set(words(draft.saying.low[name.start : name.end]))
    if provider is None:
        return False
    theirs = set(words(plain(str(provider.value))))
    return bool(said & theirs) if draft.saying.pending.field == "provider" else said <= theirs


def _keep_name(draft: Draft, name: Name) -> None:
    if name.first:
        draft.add("first_name", name.first, name.start, name.end)
        if not name.last and _is_somebody_else(name.first, draft.saying.known):
            # Somebody else on the same phone: the family name we knew may not be theirs.
            draft.add("last_name", "", name.start, name.end)
    if name.last:
        draft.add("last_name", name.last, name.start, name.end)


def _is_somebody_else(first: str, known: Known) -> bool:
    whole = bool(known.first_name and known.last_name) and "first_name" not in known.corrected
    return whole and first.casefold() != known.first_name.casefold()


# ---- when ------------------------------------------------------------------------------------------------------


def _read_when(draft: Draft) -> None:
    saying = draft.saying
    asked = saying.pending.field == "when"
    told: When | None = None
    place = (0, 0)
    for part in saying.parts:
        clause = part.clause
        about_time = not clause.worded or asked or asks_for_time(clause) or len(words(clause.text)) <= _BARE
        if part.topic in _NOT_A_WISH or not about_time:
            continue
        found = read_when(_nameless(draft, part), saying.now, saying.clinic.hours, asked=asked)
        if found:
            told = told.refined(found) if told else found
            place = (clause.start, clause.end)
    if told is None:
        return
    before = When.from_json(saying.pending.wish) or saying.known.when
    draft.wish = before.refined(told) if before else told
    draft.wish_start = place[0]
    draft.unfit = unfit(saying.clinic, draft.wish, saying.now)
    if not draft.unfit:
        draft.add("when", draft.wish.to_json(), *place)


def _nameless(draft: Draft, part: Part) -> str:
    """The clause without names, whose owners may be called Tom, April or May, and without a night guard's night."""
    clause = part.clause
    named = [(one.start, one.end) for one in draft.found.values() if one.field in NAME_FIELDS]
    sold = [(one.start, one.end) for one in part.mentions if one.services]
    names = [(start - clause.start, end - clause.start) for start, end in (*named, *sold)]
    return "".join(
        " " if any(start <= place < end for start, end in names) else letter for place, letter in enumerate(clause.text)
    )


# ---- answers that are none -------------------------------------------------------------------------------------


def _read_unsure(draft: Draft) -> None:
    """The pending question was answered, but with no answer: it is done and not asked again."""
    low, pending = draft.saying.low, draft.saying.pending.field
    named = pending in NAME_FIELDS and bool(draft.found.keys() & set(NAME_FIELDS))
    if not pending or pending in draft.found or named:
        return
    if pending in _PERSONAL:
        bare_no = replies.says_yes(low) is False and len(words(low)) <= _BARE
        just = pending == "last_name" and bool(_NO_MORE.match(low))
        none = pending == "email" and bool(_HAS_NONE.search(low))
        draft.unsure = bare_no or just or none or bool(_KEEPS_PRIVATE.search(low))
    elif pending == "service" and leaves_service_open(draft):
        keep_as_concern(draft)
        draft.unsure = True
    else:
        draft.unsure = replies.is_unsure(low)
