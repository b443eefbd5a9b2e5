"""Whether every figure and address of a text stands on its ground, and a service's figures are that service's own."""

from __future__ import annotations

from datetime import date

from core.receptionist.guard import money
from core.receptionist.guard.ground import Ground, Stock, content
from core.receptionist.guard.legible import folded, sentences
from core.receptionist.guard.menu import bounds
from core.receptionist.guard.moments import Day
from core.receptionist.guard.quoted import Quoted, read
from core.receptionist.guard.verdict import Rule
from deskbell.clinic import WEEKDAYS, Service

#: Numbers of no kind that need no ground: "1 or 2", "3 quick questions".
_SMALL = frozenset({"0", "1", "2", "3"})
#: Nouns of a menu's price; any other ("$13 for all") says nothing of the unit.
_UNITS = frozenset(
    {"unit", "syringe", "session", "tooth", "area", "vial", "hour", "month", "visit", "treatment", "cc", "ml"}
)


def ungrounded(text: str, on: Ground) -> Rule | None:
    """The first kind of value in a legible text that stands nowhere."""
    quoted = read(text)
    stock = on.stock
    grounded = {
        Rule.LINK: stock.links.issuperset(quoted.links),
        Rule.PHONE: all(_phone_stands(number, stock) for number in quoted.phones),
        Rule.PERCENT: stock.percents.issuperset(quoted.percents),
        Rule.DATE: all(_day_stands(day, on) for day, _ in quoted.days) and _weekdays_fit(text, quoted, on.today),
        Rule.TIME: all(minutes & (stock.minutes | on.wished.minutes) for minutes, _ in quoted.times),
        Rule.PRICE: all(_price_stands(one, text, on) for one in quoted.amounts) and _gifts_stand(text, on),
        Rule.DURATION: all(_length_stands(length, place, text, on) for length, place in quoted.lengths),
        Rule.NUMBER: stock.counts.issuperset(quoted.counts) and _numbers_stand(quoted.numbers, on),
    }
    return next((rule for rule, stands in grounded.items() if not stands), None)


def _price_stands(amount: money.Amount, text: str, on: Ground) -> bool:
    """On the menu, and of the service that it is said of; passages may price what the menu does not."""
    if amount.cents in on.told.cents:
        return True
    if amount.cents not in on.stock.cents:
        return False
    owner = on.menu.owner(text, amount.start, amount.end)
    if owner is None and amount.whole:
        owner = _behind(text, amount.start, on)
    if owner is None:
        return True
    low, high = bounds(text, amount.start)
    deposit = on.clinic.deposit_for(owner)
    if "deposit" in text[low:high].casefold() and deposit is not None and amount.cents == deposit.cents:
        return True
    if owner.price is None or amount.cents != owner.price.cents or (amount.whole and owner.price.per):
        return False
    return _unit_fits(amount.per, owner)


def _unit_fits(per: str, owner: Service) -> bool:
    unit = per.removesuffix("s")
    return unit not in _UNITS or owner.price is None or owner.price.per in (None, unit) or not owner.price.per


def _gifts_stand(text: str, on: Ground) -> bool:
    """What is said to cost nothing, or less, costs nothing or less by the clinic's own words."""
    for sentence in sentences(text):
        for found in money.free(sentence):
            owner = on.menu.owner(sentence, *found.span())
            if owner is not None and owner.price is not None and owner.price.cents == 0:
                continue
            if not content(folded(sentence)) & on.stock.free:
                return False
            if owner is not None and not content(folded(owner.name)) & on.stock.free:
                return False
        if money.no_deposit(folded(sentence)) and not _without_deposit(sentence, on):
            return False
    return all(words in on.words for words in money.cheaper(folded(text)))


def _without_deposit(sentence: str, on: Ground) -> bool:
    """Whether the services of a sentence, or all where it names none, take no deposit."""
    named = [service for _, _, service in on.menu.mentions(sentence)] or on.menu.services
    return all(on.clinic.deposit_for(service) is None for service in named) or folded(sentence).strip() in on.words


def _phone_stands(number: str, stock: Stock) -> bool:
    if len(number) < 7:
        return number in stock.phones
    return any(phone.endswith(number[-10:]) for phone in stock.phones)


def _day_stands(day: Day, on: Ground) -> bool:
    return any(_same(day, known) for known in on.stock.days | on.wished.days)


def _same(named: Day, known: Day) -> bool:
    return all(left is None or right is None or left == right for left, right in zip(named, known, strict=True))


def _weekdays_fit(text: str, quoted: Quoted, today: date) -> bool:
    """No "Tuesday, March 4" where that is a Wednesday."""
    low = text.casefold()
    for (year, month, day), place in quoted.days:
        before = low[max(0, place - 14) : place].rstrip(" ,(").removesuffix(" the").rstrip(" ,")
        named = next((at for at, name in enumerate(WEEKDAYS) if before.endswith((name, f" {name[:3]}"))), None)
        if named is None or month is None:
            continue
        try:
            meant = date(year or today.year, month, day)
        except ValueError:
            return False
        if year is None and (today - meant).days > 180:
            meant = meant.replace(year=today.year + 1)
        if meant.weekday() != named:
            return False
    return True


def _length_stands(length: int, place: int, text: str, on: Ground) -> bool:
    if length in on.told.lengths or length in on.wished.lengths:
        return True
    if length not in on.stock.lengths:
        return False
    owner = on.menu.owner(text, place, place + 1) or _behind(text, place, on)
    return owner is None or owner.minutes is None or owner.minutes == length


def _behind(text: str, place: int, on: Ground) -> Service | None:
    """The one service of the sentence: "It's 45 minutes for a HydraFacial"."""
    low, high = bounds(text, place)
    named = {service.name: service for _, _, service in on.menu.mentions(text[low:high])}
    return next(iter(named.values())) if len(named) == 1 else None


def _numbers_stand(numbers: tuple[str, ...], on: Ground) -> bool:
    return on.stock.numbers.union(on.wished.numbers, _SMALL).issuperset(numbers)
