"""A text as its reader sees it, so that no rule is dodged by how a letter or a number is written.

``ｎormаl`` is "normal" to the eye whatever letters it is made of, "two hundred" is 200, "you are" is "you're". Only
judged in this form; what is sent stays as it was written.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import lru_cache

from core.receptionist.guard.addresses import joined
from core.receptionist.guard.figures import in_digits

_MARKS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ´`＇", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "½": "1/2",
        "¼": "1/4",
        "¾": "3/4",
        "⁄": "/",
        "\u20e3": None,
    }
)
#: Letters of other alphabets that look like Latin ones.
_ALIKE = str.maketrans(
    "аеорсухіѕјԁһӏӀкмтвнАЕОРСХІЅЈКМТВНУαοερνικΑΒΕΖΗΙΚΜΝΟΡΤΥΧɑɡıȷ",
    "aeopcyxisjdhllkmtbhAEOPCXISJKMTBHYaoepvikABEZHIKMNOPTYXagij",
)
#: A judgement asks for the same text and its sentences a dozen times.
_REMEMBERED = 512
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
#: "n o r m a l", "f.r.e.e"
_SPACED = re.compile(r"(?<![\w$])[^\W\d_](?:([ .*_-])[^\W\d_])(?:\1[^\W\d_]){2,40}(?!\w)")
_CONTRACTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\b(you|we|they) are\b", r"\1're"),
        (r"\b(you|they)re\b", r"\1're"),
        (r"\bi am\b|\bim\b", "i'm"),
        (r"\b(it|that|this|there|here|what|everything|all) is\b", r"\1's"),
        (r"\b(that|there|what)s\b", r"\1's"),
        (r"\b(i|you|we|they|it|that) will\b", r"\1'll"),
        (r"\b(you|they)ll\b", r"\1'll"),
        (r"\b(i|you|we|they) have been\b", r"\1've been"),
        (r"\bive\b", "i've"),
        (r"\bcan ?not\b|\bcant\b", "can't"),
        (r"\bwill not\b|\bwont\b", "won't"),
        (r"\b(do|does|did|is|are|was|were|has|have|should|would|could|need) not\b", r"\1n't"),
        (r"\b(do|does|did|is|are|was|has|have|should|would|could)nt\b", r"\1n't"),
    )
)
#: Titles whose full stop ends no sentence.
_SENTENCE = re.compile(r"(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bst)[.!?]+(?=[\"')]*(?:\s|$))|\n+", re.IGNORECASE)


@lru_cache(maxsize=_REMEMBERED)
def legible(text: str) -> str:
    """Case kept; numbers in digits, addresses in one piece."""
    text = re.sub(r"[^\S\n]+", " ", text).translate(_MARKS)
    text = _CONTROLS.sub("", text) if text.isascii() else _latin(text)
    text = re.sub(r"(?<=\w) ?' ?(?=(?:s|re|ll|ve|t|m|d)\b)", "'", text)
    text = _SPACED.sub(lambda found: re.sub(r"[ .*_-]", "", found.group()), text)
    return joined(in_digits(re.sub(r"[^\S\n]+", " ", text)))


def _latin(text: str) -> str:
    """A text that is not all ASCII, as far as its letters have a plain form."""
    text = unicodedata.normalize("NFKC", text).translate(_MARKS)
    text = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] not in "CM")
    return text.translate(_ALIKE) if sum(letter.isascii() for letter in text) * 2 > len(text) else text


@lru_cache(maxsize=_REMEMBERED)
def folded(text: str) -> str:
    """A legible text in lower case, without accents, its contractions written as such."""
    low = text.casefold()
    if not low.isascii():
        low = "".join(letter for letter in unicodedata.normalize("NFD", low) if not unicodedata.combining(letter))
    for pattern, words in _CONTRACTIONS:
        low = pattern.sub(words, low)
    return low


@lru_cache(maxsize=_REMEMBERED)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, their closing marks kept."""
    ends = [0, *(found.end() for found in _SENTENCE.finditer(text)), len(text)]
    return tuple(part for begin, end in itertools.pairwise(ends) if (part := text[begin:end].strip()))
