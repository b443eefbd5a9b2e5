"""The one question of a text, worded by what is asked, whether it was asked before, and a little variety."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.receptionist.menu import menu_of
from core.receptionist.steps import Ask
from core.receptionist.when import listed
from deskbell.clinic import Clinic

_FIRST: Mapping[str, tuple[str, ...]] = {
    "name": ("May I have your first and last name?", "Could I get your first and last name?"),
    "first_name": ("And what's your first name?", "May I have your first name as well?"),
    "last_name": ("And what's your last name?", "May I have your last name as well?"),
    "service": (
        "What would you like to come in for?",
        "Which treatment are you interested in?",
    ),
    "new_or_returning": (
        "Have you been to us before?",
        "Have you visited us before?",
    ),
    "when": (
        "Which days and times suit you best?",
        "What days and times usually work for you?",
    ),
    "email": ("What's the best e-mail address for you?", "Which e-mail address may we note for you?"),
}
#: The same question put in another way. "Yes" must mean the same in both.
_AGAIN: Mapping[str, tuple[str, ...]] = {
    "name": ("What name should our team put on the request, first and last?",),
    "first_name": ("What's the first name for the request?",),
    "last_name": ("What last name should our team put on the request?",),
    "service": ("What is it that you'd like done?",),
    "new_or_returning": ("Just so we know: have you had a visit with us in the past, yes or no?",),
    "when": (
        "Is there a day, or a part of the day, that suits you?",
        "Would a morning or an afternoon be better, and on which day?",
    ),
    "email": ("Is there an e-mail address that our team may use?",),
}
_INVITE: Mapping[str, str] = {
    "name": "If you'd like to come in, what's your first and last name?",
    "first_name": "If you'd like to come in, what's your first name?",
    "last_name": "If you'd like to come in, what's your last name?",
    "service": "If you'd like to come in, what would it be for?",
    "new_or_returning": "If you'd like to come in: have you been to us before?",
    "when": "If you'd like to come in, which days and times suit you?",
    "email": "If you'd like to come in, which e-mail address may we note?",
}


_VISIT = "What's your first and last name, so they can find you?"


def pick(wordings: Sequence[str], said: int) -> str:
    """One of several wordings, by how many texts went before."""
    return wordings[said % len(wordings)]


def question(ask: Ask, clinic: Clinic, said: int) -> str:
    """The question in words; exactly one question mark."""
    if ask.options:
        return _choice(ask)
    if ask.visit and ask.field == "name":
        return _VISIT
    if ask.invite:
        return _INVITE[ask.field]
    worded = pick((_AGAIN if ask.again else _FIRST)[ask.field], said)
    return f"{worded} We do {menu(clinic)}, for example." if ask.field == "service" and ask.again else worded


def _choice(ask: Ask) -> str:
    """One of several: services that could be meant, a variant, a provider."""
    either = listed(ask.options)
    if ask.field == "provider":
        if ask.again:
            return f"Any preference between {listed(ask.options, 'and')}, or is it all the same to you?"
        return f"Would you like to see {either}, or do you have no preference?"
    if ask.again:
        return f"We have {listed(ask.options, 'and')}: which would you like?"
    return f"Which one is it for: {either}?" if ask.field == "variant" else f"Which one do you mean, {either}?"


def menu(clinic: Clinic, instead_of: str = "") -> str:
    """A few services, such as are like one that is not sold: ``Botox, Lip Filler and HydraFacial``."""
    return listed(menu_of(clinic, instead_of), "and")
