"""Texts as the rules read them: lower case, straight quotes, cut into clauses, every character in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "–": "-", "—": "-", "“": '"', "”": '"', "\u00a0": " "}
)


def straight(text: str) -> str:
    """Straight quotes and plain dashes, of the same length."""
    return text.translate(_PLAIN)


def plain(text: str) -> str:
    """Lower case and straight quotes, of the same length, so that a place in it is a place in `text`."""
    unquoted = straight(text)
    lower = unquoted.lower()
    if len(lower) == len(text):
        return lower
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in unquoted)


_OPENERS = (
    r"how|what|what's|whats|wat|where|where's|wheres|when do|when are|when can|when is|who|which|why|do (?:you|u|"
    r"y'all|i)|"
    r"does|(?:can|could) (?:i|you|u|we|he|she|they|someone)|(?:are|r) (?:you|u|y'all|there)|is (?:it|there|this|"
    r"the|your)|"
    r"am i (?:texting|talking|speaking|chatting)|"
    r"will (?:you|it|i)|would (?:you|it)|should i|any (?:openings?|availability|chance)|did you"
)
_SPLIT = re.compile(
    r"[?!;\n]+|(?<![ap]\.m)(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)\.+(?=\s|$)"
    rf"|,\s*(?=(?:and |but |also |so )?(?:{_OPENERS})\b)"
    rf"| (?:and|but|also) (?=(?:{_OPENERS})\b)"
)
_ASKS = re.compile(
    r"^\W*(?:(?:hi|hello|hey|hiya|yo|good \w+|so|and|but|also|ok|okay|um|oh|well|thanks|please|btw|ps|there|"
    rf"quick question|question)\b\W*)*(?:{_OPENERS})\b|how much|wondering (?:if|how|what|about)|curious (?:if|how|"
    rf"about)|"
    r"^\W*(?:and |but |so )?(?:is|are|does|should|would|can|could) (?!(?:fine|good|ok|okay|great|perfect|best|do|come|"
    r"make|be|"
    r"meet|love|like|prefer|work|works|also|possible|any|go|get|take|only|not|see|still)\b)\w+ \w+|"
    r"tell me|let me know (?:if|how|what)|what are|like to know|want to know|need to know"
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the text that says or asks one thing; `text` is `plain`."""

    start: int
    end: int
    text: str
    asks: bool
    #: It asks by its words, and not by a question mark alone.
    worded: bool = False


def clauses(low: str) -> list[Clause]:
    """Cuts a `plain` text at the ends of sentences, at line breaks and where a question begins."""
    result = []
    start = 0
    for cut in [*_SPLIT.finditer(low), None]:
        end = cut.start() if cut else len(low)
        piece = low[start:end]
        body = piece.strip(" ,")
        if body:
            begin = start + piece.index(body)
            worded = bool(_ASKS.search(body))
            asks = worded or bool(cut and "?" in cut.group())
            result.append(Clause(begin, begin + len(body), body, asks, worded))
        if cut:
            start = cut.end()
    return result


def word_set(text: str) -> frozenset[str]:
    """The words of a table that is written as running text."""
    return frozenset(text.split())


def words(low: str) -> list[str]:
    """The words of a `plain` text, without punctuation."""
    return _WORD.findall(low)


def stem(word: str) -> str:
    """Plural-tolerant: ``wrinkles`` and ``wrinkle`` are one."""
    if word.endswith("'s"):
        word = word[:-2]
    if len(word) > 4 and word.endswith("es") and word[-3] in "sxz":
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
