"""Finds what tells of one patient in a text that is for all of them: knowledge files are checked on the way in.

A knowledge file is quoted to strangers. A chart, an export or a pasted message in it would be too, so a provider of
knowledge asks `patient_data` about every document and refuses one that holds any. What is found is named by kind and
line and never repeated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import phonenumbers

Kind = Literal["phone number", "e-mail address", "date of birth", "card number", "social security number", "record"]

_EMAIL = re.compile(r"\b[\w.+-]+@(?P<domain>[a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
#: Whose address begins so is reached by whoever is at the desk.
_DESK = re.compile(
    r"admin|appointments?|billing|bookings?|care|clinic|concierge|contact|desk|financing|forms|frontdesk|hello|help|hi|hr"
    r"|info|inquiries|insurance|jobs|mail|marketing|membership|office|orders|payments|privacy|reception|records|referrals"
    r"|refunds|sales|scheduling|service|studio|support|team|welcome"
)
_MONTH = r"[a-z]{3,9}\.?"
_DAY = (
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
    rf"|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH},?\s+\d{{4}})"
)
_BIRTH = re.compile(
    r"\b(?:d\.?o\.?b|(?:date|day)[ _]of[ _]birth|birth[ _]?(?:date|day)|born|fecha[ _]de[ _]nacimiento)\b\W*"
    rf"(?:(?:is|was|on|in)\b\W*)*{_DAY}",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d])")
_SOCIAL = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_RECORD = re.compile(
    r"^\W*(?:(?:patient|client|pt)(?:['’]s)?(?:[ _-]?(?:full[ _-]?)?(?:name|id|no\.?|number|record|chart))?"
    r"|mrn|medical[ _]record(?:[ _](?:no\.?|number))?|chart[ _](?:no\.?|number|id)|diagnosis|dx"
    r"|(?:member|policy|subscriber)[ _](?:id|no\.?|number)|ssn|paciente)\s*[:=#]\s*[\w+]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PatientData:
    """That a line holds something of a patient's, and of what kind; never what it is."""

    line: int
    kind: Kind


def patient_data(
    text: str, *, phones: Collection[str] = (), website: str = "", emails: Collection[str] = ()
) -> list[PatientData]:
    """What `text` tells of single patients, by line.

    The clinic's own `phones` (E.164) and toll-free numbers may stand in a document, and so may its own `emails`, those
    of its `website`'s domain and of desks ("info@…"). Without `phones` nobody knows whose a number is: none is told.
    """
    country = _country(phones)
    allowed = {re.sub(r"\D", "", phone) for phone in phones}
    domain = _domain(website)
    own = {address.casefold() for address in emails}
    found = [
        PatientData(number, kind)
        for number, line in enumerate(text.splitlines(), 1)
        for kind in _kinds(line, country, allowed, domain, own)
    ]
    return list(dict.fromkeys(found))


def _kinds(line: str, country: str, allowed: Collection[str], domain: str, own: Collection[str]) -> Iterator[Kind]:
    if _RECORD.search(line):
        yield "record"
    if _BIRTH.search(line):
        yield "date of birth"
    if _SOCIAL.search(line):
        yield "social security number"
    if any(_luhn(re.sub(r"\D", "", card.group())) for card in _CARD.finditer(line)):
        yield "card number"
    if any(_of_a_person(address, domain, own) for address in _EMAIL.finditer(line)):
        yield "e-mail address"
    if allowed and _strange_phone(line, country, allowed):
        yield "phone number"


def _of_a_person(address: re.Match[str], domain: str, own: Collection[str]) -> bool:
    name, _, host = address.group().casefold().partition("@")
    if address.group().casefold() in own or (domain and (host == domain or host.endswith("." + domain))):
        return False
    return not _DESK.fullmatch(re.sub(r"[^a-z]", "", name.partition("+")[0]))


def _strange_phone(line: str, country: str, allowed: Collection[str]) -> bool:
    for match in phonenumbers.PhoneNumberMatcher(line, country, leniency=phonenumbers.Leniency.VALID):
        digits = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
        toll_free = phonenumbers.number_type(match.number) == phonenumbers.PhoneNumberType.TOLL_FREE
        if digits not in allowed and not toll_free:
            return True
    return False


def _country(phones: Collection[str]) -> str:
    for phone in phones:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
        if region:
            return str(region)
    return "US"


def _domain(website: str) -> str:
    host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    return host.removeprefix("www.")


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
