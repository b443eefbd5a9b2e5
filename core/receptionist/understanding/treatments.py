"""What somebody wants done: the service, its variant, who does it, and what bothers them where they name none."""

from __future__ import annotations

import re

from core.receptionist.facts import ALSO
from core.receptionist.understanding import people, replies
from core.receptionist.understanding.draft import Draft
from core.receptionist.understanding.questions import Topic
from core.receptionist.understanding.wishes import chosen, provider_meant, wished
from core.receptionist.understanding.words import words

#: Longest part of a patient's own words that is kept.
CONCERN_LIMIT = 120
#: Topics in which a treatment is asked about and only perhaps wanted.
_TENTATIVE = frozenset(Topic) - {Topic.AVAILABILITY, Topic.BOOKING}
_NO_CONCERN = frozenset({Topic.APPOINTMENT, Topic.MEDICAL, Topic.AFTERCARE})
_OPEN_TO_ADVICE = re.compile(r"\b(?:not sure|(?:don'?t|do not) know|no idea) (?:what|which)\b(?! (?:time|day))")
#: Words of "whatever you think".
_SHORT = 6


def read_treatments(draft: Draft) -> None:
    """In this order: a variant and a provider belong to the service."""
    _services(draft)
    _variant(draft)
    _provider(draft)
    _concern(draft)


def _services(draft: Draft) -> None:
    saying = draft.saying
    if people.complains(saying.low):
        return
    named = [
        (mention, part.topic in _TENTATIVE)
        for part in saying.parts
        for mention in part.mentions
        if part.topic not in (Topic.APPOINTMENT, Topic.AFTERCARE)
    ]
    wish = wished(saying.low, named, saying.known.service, saying.known.concern)
    if wish.silent and not draft.found and not saying.known.service:
        wish = chosen(saying.low, saying.pending)
    draft.candidates, draft.unsold = wish.candidates, wish.unsold
    if wish.service:
        draft.add("service", wish.service, *wish.place)
    if wish.also:
        before = f"{saying.known.notes} and " if saying.known.notes and not wish.service else ALSO
        draft.add("notes", before + " and ".join(wish.also), *wish.also_place)


def _variant(draft: Draft) -> None:
    saying = draft.saying
    options = saying.lexicon.variants.get(draft.service, ())
    if not options:
        return
    named = saying.lexicon.variant(draft.service, saying.low)
    if not named and saying.pending.field == "variant":
        picked = replies.chosen(saying.low, options)
        named = picked[0] if len(picked) == 1 else ""
    if named:
        draft.add("variant", named, 0, len(saying.low))


def _provider(draft: Draft) -> None:
    saying = draft.saying
    providers = next((one.providers for one in saying.clinic.services if one.name == draft.service), ())
    if len(providers) < 2:
        return
    named = provider_meant(saying.low, providers, asked=saying.pending.field == "provider")
    if named:
        draft.add("provider", named, 0, len(saying.low))


def _concern(draft: Draft) -> None:
    saying = draft.saying
    for part in saying.parts:
        concern = None if part.topic in _NO_CONCERN else saying.lexicon.concern(part.clause)
        if concern:
            value = saying.text[concern.start : concern.end][:CONCERN_LIMIT].strip()
            draft.add("concern", value, concern.start, concern.end)
            draft.options = concern.options
    undecided = not (draft.service or saying.known.concern or "concern" in draft.found)
    if undecided and _OPEN_TO_ADVICE.search(saying.low):
        keep_as_concern(draft)
    if saying.hurts and len(draft.options) == 1 and not (draft.service or draft.candidates):
        # Pain waits for no advice: the one visit that the clinic has for it is the service.
        told = draft.found["concern"]
        draft.add("service", draft.options[0], told.start, told.end)


def keep_as_concern(draft: Draft) -> None:
    """The whole text, for the provider to read."""
    text = draft.saying.text
    draft.add("concern", text.strip()[:CONCERN_LIMIT], 0, len(text))


def leaves_service_open(draft: Draft) -> bool:
    """Our question for a service was answered with "whatever you think": advice is wanted, and that is an answer."""
    if draft.found.keys() & {"service", "concern"} or draft.candidates:
        return False
    low = draft.saying.low
    return replies.is_unsure(low) or (replies.says_any(low) and len(words(low)) <= _SHORT)
