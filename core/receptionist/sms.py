"""A text as the carrier counts it: GSM-7 where it can be, segments by encoding, and short enough.

Pure. Limits (3GPP TS 23.038 and 23.040): 160 septets in one segment and 153 in each of several; or 70 and 67 UTF-16
units as soon as one letter is outside GSM-7. Encoding and splitting are the library smsutil's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import smsutil

Encoding = Literal["gsm7", "ucs2"]
EmojiRule = Literal["drop", "keep"]

_TYPOGRAPHIC = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ´`", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•◦▪·‣∙", "-"),
        **dict.fromkeys(
            "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "
        ),
        **dict.fromkeys("\u2028\u2029\u0085\v\f\r", "\n"),
        "×": "x",
    }
)
#: What takes more letters in GSM-7; worth it where it saves a text from counting double.
_LONGER = str.maketrans(
    {
        "…": "...",
        "½": "1/2",
        "¼": "1/4",
        "¾": "3/4",
        "©": "(c)",
        "®": "(R)",
        "™": "(TM)",
        "°": " degrees",
    }
)
_JOINERS = "\u200d\ufe0f\u20e3"
_EMOJI = re.compile("[\U0001f000-\U0001faff\U000e0020-\U000e007f\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff]")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
#: What must not be cut in two although a space stands in it: phone numbers, times, prices with a unit, dates.
_WHOLE = re.compile(
    r"\+?\(?\d[\d\-.,:() ]*\d(?:\s?(?:[ap]\.?m\b\.?|%))?|\$\s?\d[\d.,]*|\b\d{1,2}\s?[ap]\.?m\b\.?", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?][\"')]?(?=\s)|\n+")
_ELLIPSIS = "..."
#: Letters of ASCII that GSM-7 has too, a septet each: nearly every text is made of them alone, and counting those is
#: the work of a turn most often done.
_PLAIN = re.compile(r"[\n -Z_a-z]*")
#: Septets of one segment, and of each of several.
_SEPTETS = 160
_SEPTETS_EACH = 153
#: No carrier takes more segments as one text.
LONGEST = 10
#: How far behind the limit a number that begins before it is followed.
_BEYOND = 60


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs. `units` are septets (gsm7) or UTF-16 code units (ucs2)."""

    encoding: Encoding
    segments: int
    units: int


def count(text: str) -> Segments:
    """Counts a text as it stands; nothing is normalised."""
    if not text:
        return Segments("gsm7", 0, 0)
    if _PLAIN.fullmatch(text):
        return Segments("gsm7", 1 if len(text) <= _SEPTETS else -(-len(text) // _SEPTETS_EACH), len(text))
    split = smsutil.split(text)
    if split.encoding == "gsm0338":
        return Segments("gsm7", len(split.parts), split.total_bytes)
    return Segments("ucs2", len(split.parts), split.total_bytes // 2)


def fit(text: str, *, max_segments: int, emoji: EmojiRule = "drop") -> str:
    """Normalises, then shortens."""
    return shorten(normalise(text, emoji=emoji), max_segments=max_segments)


def normalise(text: str, *, emoji: EmojiRule = "drop") -> str:
    """Typographic marks as GSM-7 has them, control characters and (unless kept) emoji away, spaces tidied.

    Accents that GSM-7 lacks are dropped where that makes the whole text GSM-7; a text in another script keeps all. No
    text costs more segments for it.
    """
    if _PLAIN.fullmatch(text):
        return _tidied(text)
    plain = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHIC)
    plain = "".join(letter for letter in plain if _stays(letter, emoji))
    folded = _tidied("".join(_folded(letter) for letter in plain.translate(_LONGER)))
    cost = count(folded)
    if cost.encoding == "gsm7" and cost.segments <= count(text).segments:
        return folded
    return _tidied(plain)


def shorten(text: str, *, max_segments: int, keep: Collection[str] = ()) -> str:
    """Cuts at the end of a sentence, else of a word, so that at most `max_segments` remain.

    The sentences that hold a word of `keep` (an emergency number), links and the question are moved behind the cut
    rather than lost, as many as fit whole; numbers are never cut in two.
    """
    if count(text).segments <= max_segments:
        return text
    kept, lost = _kept(text, keep, max_segments)
    words = _LINK.sub("", text) if lost else text
    ends = _ends(words, max_segments * _SEPTETS)
    cut = _longest(words, ends, kept, max_segments)
    allowed = set(ends)
    sentences = [found.end() for found in _SENTENCE_END.finditer(words) if {found.end(), found.end() - 1} & allowed]
    whole = _longest(words, sentences, kept, max_segments, mark="")
    return whole if len(whole) * 2 >= len(cut) else cut


def parts(text: str, *, max_segments: int = LONGEST) -> list[str]:
    """A text as several of at most `max_segments`, cut between words; no link and no number is cut in two."""
    found = []
    while count(text).segments > max_segments:
        head = _longest(text, _ends(text, max_segments * _SEPTETS), [], max_segments, mark="")
        if not head:
            break
        found.append(head)
        text = text[len(head) :].lstrip()
    return [*found, text] if text or not found else found


def _kept(text: str, keep: Collection[str], max_segments: int) -> tuple[list[str], bool]:
    """What a cut must not lose, as much of it as fits, in the order of the text; and whether a link did not fit."""
    ends = [0, *(found.end() for found in _SENTENCE_END.finditer(text)), len(text)]
    sentences = [text[begin:end].strip() for begin, end in pairwise(ends)]
    vital = [one for one in sentences if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", one) for word in keep)]
    links = list(dict.fromkeys(found.group() for found in _LINK.finditer(text)))
    asked = [one for one in sentences if one.endswith("?")]
    fitting: list[str] = []
    for one in dict.fromkeys([*vital, *links, *asked]):
        if not any(one in other for other in fitting) and count(" ".join([*fitting, one])).segments <= max_segments:
            fitting.append(one)
    held = " ".join(fitting)
    return sorted(fitting, key=text.index), any(link not in held for link in links)


def _longest(text: str, ends: list[int], kept: list[str], max_segments: int, mark: str = _ELLIPSIS) -> str:
    """The longest text that ends at one of `ends`, with what it must not lose behind it."""
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        if count(_cut(text, ends[middle - 1], kept, mark)).segments <= max_segments:
            low = middle
        else:
            high = middle - 1
    return _cut(text, ends[low - 1], kept, mark) if low else " ".join(kept)


def _cut(text: str, end: int, kept: list[str], mark: str) -> str:
    head = text[:end].rstrip(" ,;:-\n") if mark else text[:end].rstrip()
    return " ".join([head + mark, *(one for one in kept if one not in head)])


def _ends(text: str, limit: int) -> list[int]:
    """Where a text may be cut, up to `limit`: at spaces outside links and numbers; inside an endless word, anywhere."""
    text = text[: limit + _BEYOND]
    whole = [found.span() for pattern in (_LINK, _WHOLE) for found in pattern.finditer(text)]
    spaces = [found.start() for found in re.finditer(r"\s+", text)]
    ends = [place for place in spaces if place <= limit and not any(low < place < high for low, high in whole)]
    return ends or [place for place in range(1, limit) if not any(low < place < high for low, high in whole)]


def _tidied(text: str) -> str:
    lines = re.sub(r" ?\n[ \n]*", "\n", re.sub(r" {2,}", " ", text)).strip()
    return re.sub(r" +([.,!?;:])(?=\s|$)", r"\1", lines)


def _stays(letter: str, emoji: EmojiRule) -> bool:
    if letter == "\n":
        return True
    if letter in _JOINERS:
        return emoji == "keep"
    category = unicodedata.category(letter)
    if _EMOJI.match(letter) or (category == "So" and letter not in "©®™°") or 0x1F3FB <= ord(letter) <= 0x1F3FF:
        return emoji == "keep"
    return category not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _folded(letter: str) -> str:
    """A letter as GSM-7 has it: itself, or without its accent, or unchanged."""
    if letter.isascii() or not letter.isalpha():
        return letter
    if count(letter).encoding == "gsm7":
        return letter
    base = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return base if base and count(base).encoding == "gsm7" else letter
