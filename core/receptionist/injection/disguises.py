"""What a text says once its disguises are off: odd letters, invisible ones, spread or reversed words, encodings.

`readings` and `turned` give the ways in which a text may be meant to be read. Nothing here judges; `signs` does.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

#: Letters of a text that are read.
_LONGEST = 2000
#: Letters of other alphabets that are drawn like Latin ones.
_LOOKALIKES = str.maketrans(
    "авсԁеѕіјкӏмпорԛгтуԝхһνωαεικοπρτυχγηβАВСЕНІЈКМОРЅТХУΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abcdesijklmnopqrtuwxhvwaeikonptuxynbabcehijkmopstxyabezhikmnoptyx",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_QUOTES = str.maketrans({"’": "", "‘": "", "'": "", "`": "`", "´": "", "“": '"', "”": '"', "–": "-", "—": "-"})
_BLANKS = re.compile(r"[ \t\u00a0]+")
_BASE64 = re.compile(r"(?<![\w/+=-])[A-Za-z0-9+/_-]{20,}={0,2}(?![\w/+=])")
_HEX = re.compile(r"(?<!\w)(?:0x)?(?:[0-9a-fA-F]{2}[ :,]?(?:0x|\\x)?){12,}(?!\w)")
_ESCAPED = re.compile(r"(?:%[0-9a-fA-F]{2}){4,}|(?:&#x?[0-9a-fA-F]{2,5};){4,}|(?:\\u[0-9a-fA-F]{4}){4,}")
_SPREAD = re.compile(r"(?<!\w)(?:\w[ .\-_*]){5,}\w(?!\w)")
#: Words in one with other marks than blanks between them, or broken over lines.
_JOINED = re.compile(r"(?<=\w)[.\-_*~|\n]+(?=\w)")
_LONG = {"ur": "your", "u": "you", "r": "are"}
_SHORT = re.compile(r"\b(?:ur|u|r)\b")
_LEETED = re.compile(r"[A-Za-z][013457@$][A-Za-z]|[013457@$][A-Za-z]{2}")
#: Text hidden in tags that no font shows (Unicode block "Tags").
_TAGS = range(0xE0020, 0xE007F)


def plain(text: str) -> str:
    """Lower case, no apostrophes, look-alike and hidden letters undone, "ur" as "your"; punctuation and lines stay."""
    return _SHORT.sub(lambda found: _LONG[found.group()], _bare(text))


def _bare(text: str) -> str:
    shown = "".join(
        chr(ord(letter) - 0xE0000) if ord(letter) in _TAGS else letter
        for letter in text[:_LONGEST]
        if unicodedata.category(letter) not in ("Cf", "Mn", "Cc") or letter in "\n\t" or ord(letter) in _TAGS
    )
    folded = unicodedata.normalize("NFKC", shown)
    mixed = any("a" <= letter <= "z" for letter in folded.lower())
    latin = folded.translate(_LOOKALIKES) if mixed else folded
    return _BLANKS.sub(" ", latin.lower().translate(_QUOTES)).strip()


def readings(text: str) -> Iterator[str]:
    """The text without its disguises, with other marks than blanks between words, and with digits for letters."""
    words = plain(text)
    yield words
    joined = _JOINED.sub(" ", words)
    if joined != words:
        yield joined
    if _LEETED.search(words):
        yield words.translate(_LEET)


def turned(text: str) -> Iterator[str]:
    """What the text says in the other half of the alphabet, and from behind."""
    words = _bare(text)
    yield codecs.encode(words, "rot13")
    yield words[::-1]


def is_spread(text: str) -> bool:
    """Whether somebody has put blanks between letters."""
    return bool(_SPREAD.search(_bare(text)))


def squashed(text: str) -> str:
    """Only the letters."""
    return re.sub(r"[^a-z]", "", _bare(text).translate(_LEET))


def hides_words(text: str) -> bool:
    """Whether readable words are encoded in it."""
    start = text[:_LONGEST]
    if any(_says_something(_from_base64(found.group())) for found in _BASE64.finditer(start)):
        return True
    if any(_says_something(_from_hex(found.group())) for found in _HEX.finditer(start)):
        return True
    escaped = "".join(found.group() for found in _ESCAPED.finditer(start))
    return bool(escaped) and _says_something(_from_escapes(escaped))


def _from_base64(run: str) -> str:
    padded = run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_" if re.search(r"[-_]", run) else None).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def _from_hex(run: str) -> str:
    digits = re.sub(r"0x|\\x|[ :,]", "", run)
    try:
        return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("ascii")
    except ValueError:
        return ""


def _from_escapes(run: str) -> str:
    return html.unescape(unquote(re.sub(r"\\u00([0-9a-fA-F]{2})", r"%\1", run)))


def _says_something(decoded: str) -> bool:
    """Letters and blanks for the most part."""
    if len(decoded) < 8:
        return False
    wordy = sum(letter.isalpha() or letter == " " for letter in decoded)
    return wordy >= len(decoded) * 0.85 and decoded.isprintable()
