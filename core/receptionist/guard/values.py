"""Whether every price, time, date, link and phone number of a text stands on its ground."""

from __future__ import annotations

from core.receptionist.guard import quoted
from core.receptionist.guard.ground import Ground


def ungrounded(text: str, on: Ground) -> str | None:
    """Name of the first kind of value that stands nowhere."""
    grounded = {
        "price": _price_grounded(text, on),
        "percent": on.percents.issuperset(quoted.percents(text)),
        "link": on.links.issuperset(quoted.links(text)),
        "phone": all(_phone_grounded(number, on) for number in quoted.phones(text)),
        "time": all(minutes & on.minutes for minutes in quoted.times(text)),
        "date": all(any(_same(day, known) for known in on.days) for day in quoted.days(text)),
    }
    return next((rule for rule, stands in grounded.items() if not stands), None)


def _price_grounded(text: str, on: Ground) -> bool:
    free = not quoted.says_free(text) or 0 in on.cents or quoted.says_free(on.words)
    return (
        free
        and on.cents.issuperset(quoted.cents(text))
        and all(amount in on.words for amount in quoted.spelled_money(text))
    )


def _phone_grounded(number: str, on: Ground) -> bool:
    if len(number) < 7:
        return number in on.phones
    return any(phone.endswith(number[-10:]) for phone in on.phones)


def _same(named: quoted.Day, known: quoted.Day) -> bool:
    return all(left is None or right is None or left == right for left, right in zip(named, known, strict=True))
