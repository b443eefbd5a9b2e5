"""Links, mail addresses and phone numbers of a legible text."""

from __future__ import annotations

import re

#: Endings of addresses. Those that are words too count only before a path: "bit.ly" always, "t.me" and "youtu.be/x".
_ENDINGS = (
    "com|net|org|io|co|us|biz|info|app|link|ly|health|clinic|dental|dentist|doctor|example|test|spa|beauty|shop|store|"
    "site|online|xyz|gl|gg|tk|ru|cn|uk|ca|mx|dev|ai|gle|cc|tv|edu|gov|vip|club|eu|de|fr|es|br|in\\.net|nyc|la"
)
_WORDS_TOO = "me|to|be|st|am|is|it|at|in|page|pay|care|live|life|today|top|money|finance|bio|world|my|so"
_LINK = re.compile(
    r"(?:h(?:tt|xx)ps?://|\bwww\.)[^\s<>\"']+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
    rf"|(?<![\w.-])(?:[a-z0-9-]{{1,63}}\.){{1,5}}(?:(?:{_ENDINGS})\b(?![.-]\w)|"
    rf"(?:{_WORDS_TOO})(?=/\w))(?:/[^\s<>\"']*)?",
    re.IGNORECASE,
)
#: "pier dot example", "pier[.]example", "pier (dot) example", "me (at) pier.example"
_DOT = re.compile(
    rf"(?<=[a-z0-9])\s?(?:[\[({{]\s?(?:dot|\.)\s?[\])}}]|\bdot\b|\s\.)\s?(?=(?:[a-z0-9-]+\.)*(?:{_ENDINGS}|"
    rf"{_WORDS_TOO})\b)",
    re.IGNORECASE,
)
_SLASH = re.compile(rf"(?<=[a-z])(\.(?:{_ENDINGS}))\s(?:slash|forward slash)\s(?=\w)", re.IGNORECASE)
_AT = re.compile(r"\s?[\[({]\s?at\s?[\])}]\s?", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w$.,:])(?:\+\s?)?\(?\d(?:[ .()/-]{0,3}\d){6,18}(?![\d%])|"
    r"(?-i:\b(?:1[-. ])?\(?\d{3}\)?[-. ](?=[A-Z\d-]*[A-Z])[A-Z\d]{3,7}(?:[-. ][A-Z\d]{3,7})?\b)"
)
_SHORT_NUMBER = re.compile(
    r"\b(?:call(?:ing)?|dial(?:ing)?|text(?:ing)?|phone|ring)(?: (?:or (?:call|text)|us|them|at|"
    r"on))* (\d{3,6})\b(?![-.\d%]|\s?(?:units?|days?|hours?|minutes?|[ap]\.?m\b))",
    re.IGNORECASE,
)
_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


def joined(text: str) -> str:
    """Addresses that were spelled out to pass a filter, written as such."""
    return _SLASH.sub(r"\1/", _DOT.sub(".", _AT.sub("@", text)))


def links(text: str) -> list[tuple[str, re.Match[str]]]:
    """Links and mail addresses, without scheme, ``www.`` and closing punctuation."""
    return [(_bare(found.group()), found) for found in _LINK.finditer(text)]


def phones(text: str) -> list[tuple[str, re.Match[str]]]:
    """Phone numbers as digits, vanity letters by their keys, and the short ones that a text says to call."""
    named = [(re.sub(r"\D", "", found.group().translate(_KEYS)), found) for found in _PHONE.finditer(text)]
    return named + [(found[1], found) for found in _SHORT_NUMBER.finditer(text)]


def _bare(link: str) -> str:
    return re.sub(r"^(?:h(?:tt|xx)ps?://)?(?:www\.)?", "", link.casefold()).rstrip("/.,;:!?)]")
