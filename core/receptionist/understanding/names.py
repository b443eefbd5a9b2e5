"""Names of people: from a name pattern, or from a short reply to our question for one. Never from anything else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from core.receptionist.understanding.namewords import (
    ENDING_NAMES,
    ENDINGS,
    ENDS,
    FAMILY,
    FAMILY_TITLES,
    GIVEN,
    LAST_WORDS,
    MODALS,
    NEVER,
    PARTICLES,
    SUFFIXES,
    TITLES,
)
from core.receptionist.understanding.shapes import of_letters
from core.receptionist.understanding.words import plain

#: Letters with their accents, which some phones send as characters of their own.
_LETTERS = r"(?:[^\W\d_][\u0300-\u036f]*)+"
_TOKEN = re.compile(rf"{_LETTERS}(?:['-]{_LETTERS})*\.?")
_GAP = re.compile(r"[ \t]*")
_LEAD_GAP = re.compile(r"[\s\"(]*")

_LEADS = re.compile(
    r"\b(?:my|her|his|their|patient'?s) (?:full |whole )?name(?: is| would be|'s|s)?\s*[:,-]?\s+(?!not\b)"
    r"|(?:(?<=[\n.,!;])|^)\s{0,9}(?:full )?name(?: is|'s|s)?\s*[:-]?\s+(?!not\b)"
    r"|\bcall me\s+|\bi go by\s+|\bthis is\s+|\b(?:i'?m|i am)\s+|\bnames\s+"
    r"|(?:^|[\n.!])\s{0,9}(?:hi|hey|hello)\b[\s,!.]*(?:again\b[\s,!.]*)?it'?s\s+|\b(?:me llamo|mi nombre es|soy)\s+"
)
_HALVES = re.compile(
    r"\b(?:my )?(?P<first>first)[- ]?name(?: is|'s|s)?\s*[:-]?\s+|"
    r"\b(?:my )?(?P<last>last|sur|family)[- ]?name(?: is|'s|s)?\s*[:-]?\s+"
)
_HERE = re.compile(
    r"(?:^|[\n.!?;])\s{0,9}(?:(?:hi|hey|hello|hiya|yo|good (?:morning|afternoon|evening|day))\b(?: there|"
    r" again)?[\s,!.-]*)*"
    r"(?:it'?s |this is )?(?P<name>[^\W\d_][^\n,!?;\d]{0,50}?) here\b(?=\s*(?:$|[\n,.!?;:-]|and\b|again\b|i'?m\b|"
    r"i\b))"
)
_BEFORE = re.compile(
    r"(?:\b(?:if|whether|think|hope|know|guess|say|says|sure|hoping|assuming|until|when|since|because)) $"
)
_REPLY_FILLERS = re.compile(
    r"^\s*(?:(?:yes|yeah|yep|yup|sure|ok|okay|oops|wait|no|actually|typo|correction|spelled|hi|hey|hello|hiya|oh|um|"
    r"uh|well|sorry|of course|thanks|thank you|"
    r"no problem|i meant?|it'?s|that'?s|just|please|call me|i'?m|im|i am|this is|my name is|here you go|"
    r"good (?:morning|"
    r"afternoon|"
    r"evening))\b[\s,.!:-]*)+"
)
#: "O'Brien. Sinead O'Brien": the whole name comes second.
_TWICE = re.compile(r"\b([^\W\d_][\w'-]+)[.,]\s+(?=[^\W\d_][\w'-]+ \1\b)")
#: "Sarah Kim's office": the name is somebody's who does not write.
_OF_ANOTHER = re.compile(r"\s+(?!(?:it|that|what|he|she|who|there|here|let|how|where)'s\b)[^\W\d_]+'s\b")
_KEYBOARD = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}|^[^aeiouyæøœı]{4,}$")
_AFTER_NAME = re.compile(
    r"\s*(?:$|[^\w\s'@?]|\d|(?:and|i|i'm|im|i'd|here|never|new|first|looking|interested|want|for|but|calling|"
    r"texting|again|"
    r"from|with|please|thanks|thank|thx|is|how|can|wondering|hoping|returning|btw|not|been|existing)\b)"
)


@dataclass(frozen=True, slots=True)
class Name:
    """First and last kept apart; one of the two may be missing."""

    first: str
    last: str
    start: int
    end: int


def find_names(text: str, low: str, not_names: frozenset[str]) -> list[Name]:
    """Every name that a pattern announces, in order. `not_names` are the clinic's own words, e.g. its services."""
    found = []
    for lead in _LEADS.finditer(low):
        if _BEFORE.search(low[: lead.start()]):
            continue
        taken = _take(text, low, lead.end(), not_names)
        if taken:
            found.append(taken)
    for lead in _HALVES.finditer(low):
        taken = _take(text, low, lead.end(), not_names, limit=3)
        if taken:
            whole = f"{taken.first} {taken.last}".strip()
            first, last = (taken.first, "") if lead["first"] else ("", whole)
            found.append(Name(first, last, lead.start(), taken.end))
    for here in _HERE.finditer(low):
        taken = _take(text, low, here.start("name"), not_names)
        if taken and taken.end == here.end("name"):
            found.append(taken)
    return sorted(found, key=lambda name: name.end)


def name_in_reply(text: str, not_names: frozenset[str], *, wants: str) -> Name | None:
    """The name in a short reply to our question for `wants` ("name", "first_name" or "last_name")."""
    low = plain(text)
    filler = _REPLY_FILLERS.match(low)
    start = filler.end() if filler else len(low) - len(low.lstrip())
    twice = _TWICE.search(low, start)
    start = twice.end() if twice else start
    stop = re.search(r"[,;!?\n]|(?<!\b\w)(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bmrs)(?<!\bst)\.(?=\s|$)", low[start:])
    end = start + stop.start() if stop else len(low)
    if stop and stop.group() == "?":
        return None
    if wants == "last_name" and low[start:end].strip() in FAMILY:
        return Name("", styled(text[start:end].strip()), start, end)
    whole = _two_words(text[start:end].strip(), not_names)
    if whole and wants == "name":
        return Name(*whole, start, end)
    taken = _take(text[:end], low[:end], start, not_names)
    if taken and any(_KEYBOARD.search(_bare(word)) for word in (taken.first, *taken.last.split())):
        return None
    if taken is None or not _AFTER_NAME.match(low[:end], taken.end):
        return None
    if wants == "last_name" and (not taken.last or taken.first.lower() in PARTICLES - GIVEN):
        return Name("", f"{taken.first} {taken.last}".strip(), taken.start, taken.end)
    return taken


def _take(text: str, low: str, start: int, not_names: frozenset[str], limit: int = 4) -> Name | None:
    """Reads up to four name-shaped words from `start` on."""
    position = _end_of(_LEAD_GAP, low, start)
    words: list[str] = []
    title = ""
    begin = end = position
    while len(words) < limit and (found := _TOKEN.match(low, position)):
        word = found.group().rstrip(".")
        if not words and word in TITLES:
            title = word
        elif not (family_like(text, found.start(), word) if words else first_like(word)) or (
            word in not_names and not (words and word in PARTICLES)
        ):
            break
        else:
            begin = begin if words else found.start()
            end = found.start() + len(word)
            words.append(text[found.start() : end])
        if found.group().endswith(".") and len(word) > 2 and word not in TITLES:
            break
        position = _end_of(_GAP, low, found.end())
    while len(words) > 1 and words[-1].lower() in PARTICLES:
        end -= len(words.pop()) + 1
    if not words or _runs_into_more(low, end) or _OF_ANOTHER.match(low, end):
        return None
    if len(words) > 1 and words[-1].lower() in SUFFIXES:
        words.pop()
    if words[0].lower() in MODALS and len(words) == 1 and re.match(r"\s+\w", low[end:]):
        return None
    if len(words) == 1 and title in FAMILY_TITLES:
        return Name("", styled(words[0]), begin, end)
    return Name(styled(words[0]), " ".join(styled(word) for word in words[1:]), begin, end)


def _bare(word: str) -> str:
    """Without accents, in which a keyboard knows no difference."""
    return "".join(one for one in unicodedata.normalize("NFKD", word.lower()) if unicodedata.category(one) != "Mn")


def _end_of(pattern: re.Pattern[str], low: str, start: int) -> int:
    found = pattern.match(low, start)
    return found.end() if found else start


def _runs_into_more(low: str, end: int) -> bool:
    """``dana2``, ``dana@mail``: the word is part of something else; one cut by what cannot be seen is none."""
    if end >= len(low):
        return False
    return low[end] in "@_/%$'" or unicodedata.category(low[end]) in ("Nd", "No", "Nl", "Cf", "Mn", "Lm")


def _two_words(said: str, not_names: frozenset[str]) -> tuple[str, str] | None:
    """``mark white`` as the whole reply: a last name that is a common word as well."""
    parts = said.split(" ")
    if len(parts) != 2 or parts[1].lower() not in FAMILY or not _TOKEN.fullmatch(parts[0]):
        return None
    return (
        (styled(parts[0]), styled(parts[1]))
        if first_like(parts[0].lower()) and parts[0].lower() not in not_names
        else None
    )


def first_like(word: str) -> bool:
    if (word in NEVER or word in FAMILY) and word not in MODALS:
        return False
    if word.endswith("'s") or not 1 < len(word) < 25 or not of_letters(word):
        return False
    return not (ENDINGS.search(word) and word not in ENDING_NAMES)


def family_like(text: str, start: int, word: str) -> bool:
    if word in PARTICLES:
        return True
    if word in FAMILY:
        return text[start].isupper() and not text.isupper()
    if word in LAST_WORDS:
        return text[start].isupper() and not text.isupper() and bool(ENDS.match(text, start + len(word)))
    return word not in NEVER and not word.endswith("'s") and len(word) < 25 and of_letters(word)


def styled(word: str) -> str:
    """As typed where capitals were used with thought, else with capitals where names have them."""
    word = unicodedata.normalize("NFC", word.replace("’", "'"))
    if not (word.islower() or (word.isupper() and len(word) > 1)):
        return word
    if word.lower() in PARTICLES:
        return word.lower()
    return re.sub(r"(?<![^\W\d_])[^\W\d_]", lambda one: one.group().upper(), word.lower())
