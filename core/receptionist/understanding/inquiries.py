"""Which clauses of a text are questions that get an answer, and what each of them is about."""

from __future__ import annotations

import re
from dataclasses import replace

from core.receptionist.understanding import people, replies
from core.receptionist.understanding.draft import Draft, Part
from core.receptionist.understanding.findings import Reading
from core.receptionist.understanding.questions import Question, Topic, proposes
from core.receptionist.understanding.words import words

#: Answered in one text.
_MOST = 3
#: Topics for which the service wished for is meant where none is named.
_OF_SERVICE = frozenset({Topic.PRICE, Topic.DURATION, Topic.DEPOSIT})
#: Topics whose clauses may be no more than facts or wishes in the form of a question.
_BY_FORM = frozenset({Topic.KNOWLEDGE, Topic.SELLS, Topic.SERVICES, Topic.PRICE, Topic.DURATION})
_WH = re.compile(r"\W*(?:what|whats|what's|how|why|who|which|where|does|do|is)\b")
#: Words of "botox tuesday ok?", which asks for nothing but what it tells.
_BARE = 4
#: Words of a wish to come that names nothing.
_WISH = 7
#: Letters of the shortest statement worth a look into the knowledge.
_LEAST = 4


def inquiries(draft: Draft) -> tuple[Question, ...]:
    """The questions of a text that has been read for facts."""
    result: list[Question] = []
    for part in draft.saying.parts:
        topic = part.topic
        if topic is None or topic is Topic.BOOKING or _answered_by_facts(draft, part, topic):
            continue
        asked = next((one for one in result if one.topic is topic and topic is not Topic.KNOWLEDGE), None)
        if asked is not None:
            # "How much is botox and how much is dysport": one question about both.
            both = tuple(dict.fromkeys((*asked.services, *_about(draft, part, topic))))
            result[result.index(asked)] = replace(asked, services=both)
            continue
        clause = part.clause
        words_of_patient = draft.saying.text[clause.start : clause.end]
        result.append(Question(topic, words_of_patient, _about(draft, part, topic), clause.start))
    if any(one.topic is Topic.PRICE for one in result):
        result = [one for one in result if one.topic is not Topic.SELLS]
    return tuple(result[:_MOST])


def _about(draft: Draft, part: Part, topic: Topic) -> tuple[str, ...]:
    """The services that a question is about."""
    saying, service = draft.saying, draft.service
    named = tuple(dict.fromkeys(name for one in part.mentions for name in one.services))
    unclear = any(len(one.services) > 1 for one in part.mentions)
    if unclear and service in named:
        return (service,)
    if named or topic not in _OF_SERVICE:
        return named
    offered = draft.options or (saying.pending.offered if saying.known.concern else ())
    return (service,) if service else tuple(replies.chosen(part.clause.text, offered)) or offered


def _answered_by_facts(draft: Draft, part: Part, topic: Topic) -> bool:
    """Questions by form that are no more than facts or wishes, and get no answer of their own."""
    if topic not in _BY_FORM:
        return False
    mentions = part.mentions
    if any(one.unsold and one.wished for one in mentions) and not any(one.services for one in mentions):
        return True
    if topic in (Topic.PRICE, Topic.DURATION) or (draft.candidates and topic is Topic.SELLS):
        return False
    if topic is not Topic.SELLS and "concern" in draft.found and not mentions:
        return topic is Topic.SERVICES or draft.found["concern"].start == part.clause.start or draft.unsure
    return topic is Topic.KNOWLEDGE and _is_statement(draft, part)


def _is_statement(draft: Draft, part: Part) -> bool:
    """Whether a clause of no known topic is a wish for a person, for a time or for a treatment."""
    clause = part.clause
    if people.wants_person(clause.text) or people.complains(clause.text):
        return True
    timed = clause.start == draft.wish_start
    told = timed or any(clause.start <= one.start < clause.end for one in draft.found.values())
    if told and not clause.worded:
        return True
    short = len(words(clause.text)) <= _BARE and not _WH.match(clause.text)
    return (timed and proposes(clause)) or (told and short)


def soft_inquiry(reading: Reading, draft: Draft) -> tuple[Question, ...]:
    """A statement nothing was read from may still be about something the clinic's knowledge holds."""
    low = draft.saying.low
    passed = reading.understood or reading.filler or reading.unintelligible or reading.thanks or reading.declines
    answer = reading.length < 3 and replies.says_yes(low) is not None
    # "Yes I'd like to come in" is a wish, and about nothing.
    wish = reading.wants_to_come and reading.length <= _WISH
    if passed or answer or wish or any(part.mentions for part in draft.saying.parts) or len(low.strip()) < _LEAST:
        return reading.questions
    return (Question(Topic.KNOWLEDGE, draft.saying.text, soft=True),)
