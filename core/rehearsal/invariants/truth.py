"""Whether what the clinic says is true, and its to say: prices, times, links, bookings, medicine, inner workings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.rehearsal.invariants.scene import Scene, digits, folded
from core.rehearsal.moment import Moment
from deskbell.clinic import WEEKDAYS

_MONEY = re.compile(r"\$\s?(\d[\d,]*)(?:\.(\d\d))?|\b(\d[\d,]*)(?:\.(\d\d))? ?(?:dollars|bucks|usd)\b", re.IGNORECASE)
_PERCENT = re.compile(r"\b\d+(?:\.\d+)? ?%")
_LINK = re.compile(r"(?:https?://|www\.)[^\s,]+[^\s,.!?)]", re.IGNORECASE)
_PHONE = re.compile(r"\+?\d[\d().\- ]{5,}\d")
_CLOCK = re.compile(r"\b(\d{1,2})(?::(\d\d))? ?([ap])\.?m\b", re.IGNORECASE)
_HOUR = re.compile(r"\b(\d{1,2})(?::(\d\d))?\b")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_BOOKED = re.compile(
    r"\b(?:you're|you are|you've been|i've|we've|i have|we have) (?:now |all |just |already )*"
    r"(?:booked|scheduled|confirmed|reserved|set for)\b"
    r"|\b(?:appointment|visit|booking|slot|spot) (?:is|has been|was) (?:now |all )*(?:booked|confirmed|reserved|set)\b"
    r"|\bsee you (?:on|at|then|soon|there|tomorrow|today|next|this|monday|tuesday|wednesday|thursday|friday|saturday)\b"
)
_PAID = re.compile(
    r"\b(?:received|got|processed|charged|refunded) your (?:deposit|payment|card)\b"
    r"|\b(?:deposit|payment) (?:is|was|has been|went) (?:paid|received|through|confirmed|refunded|processed)\b"
    r"|\bthank(?:s| you) for (?:your payment|paying|the deposit|your deposit)\b"
)
_CALMING = re.compile(
    r"\b(?:is|that's|it's|totally|perfectly|completely|quite|looks|sounds|all) (?:very |totally |quite )*normal\b"
    r"|\b(?:nothing to worry|no need to worry|don't worry|do not worry|nothing serious|not serious|harmless)\b"
    r"|\byou(?:'ll| will) be (?:fine|ok|okay|alright)\b|\b(?:will|should) (?:go away|fade|clear up|heal) "
    r"|\b(?:completely|totally|perfectly|100%) safe\b|\bsafe (?:for you|during|while)\b"
    r"|\bside effects are (?:rare|mild)\b"
)
_ADVICE = re.compile(
    r"\b\d+ ?(?:mg|mcg|ml|milligrams?)\b|\b(?:ibuprofen|advil|tylenol|acetaminophen|aspirin|aleve|benadryl|arnica|"
    r"amoxicillin|hydrocortisone|antihistamines?)\b|\b(?:put|apply|use) (?:some |an? )?(?:ice|cold|warm|pressure)\b"
    r"|\byou (?:probably |likely )?have an? (?:infection|allergy|abscess|reaction|cavity)\b"
)
_INNER = re.compile(
    r"\bsystem prompt\b|\bmy (?:instructions|prompt|rules say)\b|\bas an ai\b|\blanguage model\b|\bconversation[_ ]id\b"
    r"|</?\w+_?\w*>|\bassistant:|\"text\"|\bapi[_ ]?key\b|\bsuggested[_ ]reply\b"
)
_MARKUP = re.compile(r"\*\*|__|```|^\s*#+ |^\s*[-*] |\]\(|\[[A-Z][A-Z ]+\]|\{\w*\}|<\w+>", re.MULTILINE)


_MONEY_CAME = ("paid", "held", "refunded", "disputed")


def prices(scene: Scene, moment: Moment) -> Iterator[str]:
    """Every price and percentage stands in the clinic's file or knowledge."""
    allowed = _cents(scene)
    written = scene.own_words
    for sent in moment.replies:
        for found in _MONEY.finditer(sent.text):
            if _amount(found) not in allowed:
                yield f"{found.group()} in {sent.text!r}"
        for percent in _PERCENT.findall(sent.text):
            if percent.replace(" ", "") not in written:
                yield f"{percent} in {sent.text!r}"


def _cents(scene: Scene) -> set[int]:
    amounts = {_amount(found) for found in _MONEY.finditer(scene.own_words)}
    amounts |= {service.price.cents for service in scene.clinic.services if service.price}
    amounts |= {service.deposit_cents for service in scene.clinic.services if service.deposit_cents is not None}
    return amounts | ({scene.clinic.deposit.cents} if scene.clinic.deposit else set())


def _amount(found: re.Match[str]) -> int:
    whole, part = (found[1], found[2]) if found[1] else (found[3], found[4])
    return int(digits(whole)) * 100 + int(part or 0)


def links_and_phones(scene: Scene, moment: Moment) -> Iterator[str]:
    """Every link and phone number is the clinic's own."""
    written, numbers = folded(scene.own_words), digits(scene.own_words)
    for sent in moment.replies:
        for link in _LINK.findall(sent.text):
            if folded(link) not in written and link != moment.after.link:
                yield f"{link} in {sent.text!r}"
        for number in _PHONE.findall(_LINK.sub("", sent.text)):
            if len(digits(number)) >= 7 and digits(number)[-10:] not in numbers:
                yield f"{number} in {sent.text!r}"


def times(scene: Scene, moment: Moment) -> Iterator[str]:
    """Every time of day is one of the opening hours, of the clinic's knowledge, or the patient's own."""
    allowed = _minutes(scene.own_words) | _opening(scene) | set().union(*map(_spoken, scene.said(moment)))
    for sent in moment.replies:
        for found in _CLOCK.finditer(sent.text):
            if _minute(found) not in allowed:
                yield f"{found.group()} in {sent.text!r}"


def _minutes(text: str) -> set[int]:
    return {_minute(found) for found in _CLOCK.finditer(text)}


def _minute(found: re.Match[str]) -> int:
    return (int(found[1]) % 12 + (12 if found[3].casefold() == "p" else 0)) * 60 + int(found[2] or 0)


def _opening(scene: Scene) -> set[int]:
    hours = scene.clinic.hours
    spans = [span for day in WEEKDAYS for span in getattr(hours, day)] if hours else []
    return {moment.hour * 60 + moment.minute for span in spans for moment in (span.opens, span.closes)}


def _spoken(text: str) -> set[int]:
    """Every number of a text that may be an hour, in the morning and in the evening."""
    low = text.casefold()
    for value, word in enumerate(_NUMBERS, 1):
        low = re.sub(rf"\b{word}\b", str(value), low)
    found = [(int(hour) % 12, int(minute or 0)) for hour, minute in _HOUR.findall(re.sub(r"(?<=\d)(?=[ap])", " ", low))]
    return {(hour + half) * 60 + minute for hour, minute in found for half in (0, 12)}


def bookings(scene: Scene, moment: Moment) -> Iterator[str]:
    """Nothing is called booked or paid that the request's status does not say."""
    for sent in moment.replies:
        low = folded(scene.loose(sent.text))
        if moment.after.request != "booked" and _BOOKED.search(low):
            yield f"'booked' in {sent.text!r}"
        settled = moment.after.request in ("paid", "booked") or moment.after.deposit in _MONEY_CAME
        if not settled and _PAID.search(low):
            yield f"'paid' in {sent.text!r}"


def medicine(scene: Scene, moment: Moment) -> Iterator[str]:
    """No reassurance and no advice about anybody's health."""
    for sent in moment.replies:
        low = folded(scene.loose(sent.text))
        for pattern in (_CALMING, _ADVICE):
            found = pattern.search(low)
            if found:
                yield f"{found.group()!r} in {sent.text!r}"


def inner_workings(scene: Scene, moment: Moment) -> Iterator[str]:
    """No markup, no placeholder, and nothing of how the answer came about."""
    for sent in moment.replies:
        for found in (_MARKUP.search(sent.text), _INNER.search(folded(sent.text))):
            if found:
                yield f"{found.group()!r} in {sent.text!r}"


RULES = (prices, links_and_phones, times, bookings, medicine, inner_workings)
