"""What a member of staff writes to put a fact right, proved before it is kept. Pure.

A correction passes the same shapes and the same menu as a patient's words, so that nothing can be kept by hand that
the rest of the house cannot read. It wins over every later reading of that field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rapidfuzz import process

from core.receptionist.facts import SCOPES, Known
from core.receptionist.understanding import Reader
from core.receptionist.understanding.shapes import email_of, is_email, is_name
from core.receptionist.understanding.times import read_when
from core.receptionist.understanding.visits import NEW, RETURNING
from core.receptionist.understanding.wishes import NO_PREFERENCE
from core.receptionist.understanding.words import plain
from deskbell.clinic import Clinic
from deskbell.errors import DeskbellError
from deskbell.events import StaffCorrected
from deskbell.known import Fact

_LONGEST = 300


class CorrectionRefused(DeskbellError):
    """This cannot be kept as that fact. The message says what can."""


def corrected(reader: Reader, name: str, written: str, known: Known, now: datetime) -> Any:
    """The value to keep for the fact `name`; empty text forgets it. Raises `CorrectionRefused`."""
    kind = _KINDS.get(name)
    if kind is None:
        raise CorrectionRefused(f"there is no fact '{name}'{_near(name, tuple(SCOPES))}; facts are {', '.join(SCOPES)}")
    written = written.strip()
    return kind(reader, name, written, known, now) if written else ""


def kept(event: StaffCorrected) -> Fact:
    """The fact that a correction makes, with that event as its evidence."""
    scope = SCOPES.get(event.name, "request")  # type: ignore[call-overload]
    return Fact(event.name, event.value, event.seq, event.at, by="staff", scope=scope)


def overrules(before: Fact) -> bool:
    """Whether a fact is a correction, which no reading of a patient's words replaces."""
    return before.by == "staff" and bool(before.value)


#: What a notice may say of a patient who differs from staff: name, service and time, and of the rest its field only.
_TOLD = {
    "first_name": "Gives another first name than yours",
    "last_name": "Gives another last name than yours",
    "service": "Asks for another service than yours",
    "when": "Names another time than yours",
}


def differs(name: str, value: Any) -> str:
    """A notice for staff whose correction a patient's later words contradict."""
    said = value["text"] if isinstance(value, Mapping) else str(value)
    if name in _TOLD and said:
        return f"{_TOLD[name]}: {said}"
    return f"Says otherwise than you of {name.replace('_', ' ')}"


# ---- one kind of value each ------------------------------------------------------------------------------------


def _name(reader: Reader, name: str, written: str, known: Known, now: datetime) -> str:
    if not is_name(written):
        raise CorrectionRefused(f"{name}: a name is up to five words of letters")
    return written


def _email(reader: Reader, name: str, written: str, known: Known, now: datetime) -> str:
    if not is_email(written):
        raise CorrectionRefused("email: write the whole address, e.g. dana@mail.example")
    return email_of(written)


def _visit(reader: Reader, name: str, written: str, known: Known, now: datetime) -> str:
    return _one_of(name, written, (NEW, RETURNING))


def _service(reader: Reader, name: str, written: str, known: Known, now: datetime) -> str:
    return _one_of(name, written, tuple(one.name for one in reader.clinic.services))


def _variant(reader: Reader, name: str, written: str, known: Known, now: datetime) -> str:
    return _one_of(name, written, reader.lexicon.variants.get(known.service, ()), of=known.service)


def _provider(reader: Reader, name: str, written: str, known: Known, now: datetime) -> str:
    providers = _providers(reader.clinic, known.service)
    return _one_of(name, written, (*providers, NO_PREFERENCE) if providers else (), of=known.service)


def _providers(clinic: Clinic, service: str) -> tuple[str, ...]:
    return next((one.providers for one in clinic.services if one.name == service), ())


def _when(reader: Reader, name: str, written: str, known: Known, now: datetime) -> dict[str, Any]:
    clinic = reader.clinic
    when = read_when(plain(written), now.astimezone(clinic.timezone), clinic.hours, asked=True)
    if when is None:
        raise CorrectionRefused(
            "when: no day or time is found in it; write e.g. 'Tuesday after 4' or 'Mar 12 at 10 am'"
        )
    return when.to_json()


def _words(reader: Reader, name: str, written: str, known: Known, now: datetime) -> str:
    if len(written) > _LONGEST:
        raise CorrectionRefused(f"{name}: {len(written)} characters are too many; at most {_LONGEST}")
    return written


def _one_of(name: str, written: str, allowed: Sequence[str], of: str = "") -> str:
    """The one of the allowed values that is meant, however its letters are cased."""
    match = next((one for one in allowed if one.casefold() == written.casefold()), None)
    if match is not None:
        return match
    where = f" of {of}" if of else ""
    if not allowed:
        raise CorrectionRefused(f"{name}: there is none to choose{where or '; put the service right first'}")
    raise CorrectionRefused(f"{name}: it is none{where}{_near(written, allowed)}; one of {', '.join(allowed)}")


def _near(written: str, allowed: Sequence[str]) -> str:
    near = process.extractOne(written, allowed, score_cutoff=60)
    return f" (did you mean '{near[0]}'?)" if near else ""


_Kind = Callable[[Reader, str, str, Known, datetime], Any]
_KINDS: Mapping[str, _Kind] = {
    "first_name": _name,
    "last_name": _name,
    "email": _email,
    "new_or_returning": _visit,
    "service": _service,
    "variant": _variant,
    "concern": _words,
    "when": _when,
    "provider": _provider,
    "notes": _words,
}
