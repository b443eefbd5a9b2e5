"""Amounts of money in a legible text, and words that say that something costs nothing or less."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_WHOLE = r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,4}))?\s?(k\b|grand\b)?(?![\d%])"
_CURRENCY = r"(?:dollars?|bucks?|usd|us dollars|euros?|eur|pounds?|gbp|quid|smackers|pesos|cad|bux)"
_MONEY = re.compile(
    rf"(?:[$€£¥₹]|\b(?:usd|us\$|eur|gbp)\s?\$?)\s?{_WHOLE}|(?<![\d.,]){_WHOLE}[ -]?(?:{_CURRENCY}\b|[$€£¥₹](?!\d))|"
    rf"(?<![\d.,]){_WHOLE}\s?(?:-|to|or)\s?\d[\d,.]*k?[ -]?{_CURRENCY}\b|(?<![\d.,])(\d+)(?:\.(\d{{1,4}}))?\s?(grand|"
    rf"k)\b",
    re.IGNORECASE,
)
_CENTS = re.compile(r"(?<![\d.,])(\d+)[ -]?(?:cents?\b|¢)", re.IGNORECASE)
#: The second of "$13-15"; the first is found above.
_UP_TO = re.compile(
    rf"[$€£]\s?[\d,.]+k?\s?(?:-|to|or|and)\s?{_WHOLE}"
    r"(?!\s?(?:[ap]\.?m\b|units?|min|hours?|days?|weeks?|months?|sessions?|syringes?))",
    re.IGNORECASE,
)
#: Said of a price per unit, these make it one for the whole.
_WHOLE_OF_IT = re.compile(
    r"[^.!?\n]{0,12}\b(?:flat|total|in total|all in|altogether|for (?:all|everything|the (?:whole|entire|full)|"
    r"as much))\b",
    re.IGNORECASE,
)
_PER = re.compile(r"\s?(?:\bper|\ban?|\beach|\bevery|/|\bthe)\s?(\w+)|\s(\w+ly|each|apiece)\b", re.IGNORECASE)
_FREE = re.compile(
    r"\b(?:for free|free of charge|on the house|on us|at no (?:extra )?(?:charge|cost)|(?:no|without) (?:extra |"
    r"any )?(?:charge|cost|fees?)|complimentary|gratis|(?:don't|won't|not|doesn't|never) (?:have to )?(?:pay|"
    r"owe) (?:us )?(?:a (?:thing|cent|dime)|anything)|nothing to pay|gratuit\w+|sin costo|costs? (?:you )?nothing|"
    r"costs? zero|pay nothing|won't cost|doesn't cost|free (?!to |on |at |for |and |or |time|as |from |after |before |"
    r"until |next |this |tomorrow|today|\w*day)\w+)|(?:\bis|\bare|'s|\bcompletely|totally|absolutely|"
    r"100%) free\b(?! (?:on|at|to|time|tomorrow|today|this|next|after|before|\w+day))",
    re.IGNORECASE,
)
_FEEL_FREE = re.compile(
    r"\b(?:feel(?:ing)?|pain|risk|hands|whoever is|are you|hassle|stress|worry)[ -]free\b", re.IGNORECASE
)
_CHEAPER = re.compile(
    r"\b(?:half[ -](?:price|off)|(?:buy|get) \d+,? (?:get|for)\b|\d[ -]for[ -]\d|bogo|discount(?:s|ed)?|"
    r"\d* ?off\b(?= (?:your|the|all|any|every|first|for))|on sale|(?:an?|half a|couple|several|\d+) grand\b|"
    r"costs? the same as|same (?:price|cost) as|descuento|special (?:offer|price|rate|deal)s?|(?:great |good |"
    r"best )?deals?\b(?! with)|promo(?:tion|tional|s)?\b|coupons?|(?:waiv\w+|skip|drop) (?:the|your|that|"
    r"any) (?:deposit|fee)|price[ -]match\w*|match (?:the|that|any|their) price|lower(?:ed)? (?:the |our )?price|"
    r"cheaper|cheapest|(?:save|saving|knock|take) (?:you )?\$|hundreds of dollars|thousands of dollars|lowest price|"
    r"refund(?:able|ed|s)?\b)",
    re.IGNORECASE,
)
_NO_DEPOSIT = re.compile(
    r"\b(?:no|without an?|(?:don't|doesn't) (?:need|take|require|ask for|have) an?|isn't an?) (?:\w+ )?deposit\b|"
    r"\bdeposits? (?:isn't|aren't|is not|not) (?:needed|required|necessary)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money that a text names."""

    cents: int
    start: int
    end: int
    #: What it is for, as written: ``unit`` of "$13 per unit"; empty when it is not said.
    per: str = ""
    #: It is said to be the whole sum.
    whole: bool = False


def amounts(text: str) -> list[Amount]:
    """Every amount, in order of the patterns."""
    found = [
        Amount(
            _cents(groups[at : at + 3]),
            match.start(),
            match.end(),
            *_said_of(text, match.end()),
        )
        for pattern in (_MONEY, _UP_TO)
        for match in pattern.finditer(text)
        for groups in (match.groups(),)
        for at in range(0, len(groups), 3)
        if groups[at]
    ]
    return found + [Amount(int(one[1]), one.start(), one.end(), _per(text, one.end())) for one in _CENTS.finditer(text)]


def free(text: str) -> list[re.Match[str]]:
    """Where something is said to cost nothing. "Feel free" and "free on Tuesday" are not that."""
    feeling = {found.end() for found in _FEEL_FREE.finditer(text)}
    return [found for found in _FREE.finditer(text) if not any(found.start() < end <= found.end() for end in feeling)]


def no_deposit(text: str) -> bool:
    """Whether a folded sentence says that no deposit is taken."""
    return _NO_DEPOSIT.search(text) is not None


def cheaper(text: str) -> list[str]:
    """Words that say that something costs less, or that money comes back or is waived."""
    return [found.group().casefold() for found in _CHEAPER.finditer(text)]


def _cents(groups: tuple[str | None, ...]) -> int:
    whole, part, thousand = groups
    amount = Decimal(f"{int((whole or '0').replace(',', ''))}.{int(part or '0'):0{len(part or '0')}}")
    return round(amount * (100_000 if thousand else 100))


def _said_of(text: str, end: int) -> tuple[str, bool]:
    """What an amount is for, and whether it is the whole sum."""
    return _per(text, end), _WHOLE_OF_IT.match(text, end) is not None


def _per(text: str, end: int) -> str:
    found = _PER.match(text, end)
    return (found[1] or found[2]).casefold() if found else ""
