"""What the stand-in says: what the prompt suggests, what the script wants, or what no clinic should send."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sandbox.bedrock.request import Asked
from sandbox.bedrock.script import FactReply, ReplyStep

#: Said where a prompt suggests nothing.
POLITE = "Thank you for your text. How can we help?"
#: Nobody of this name has ever texted.
INVENTED_NAME = "Zelda Quill"

#: From the last opening tag to the closing one: a prompt may also speak of its tags.
_SUGGESTED = re.compile(r"<suggested_reply>((?:(?!<suggested_reply>).)*?)</suggested_reply>", re.DOTALL)
_ASK = re.compile(r"<ask>((?:(?!<ask>).)*?)</ask>", re.DOTALL)
_PLACE = re.compile(r"\{(\d)\}")


@dataclass(frozen=True, slots=True)
class Said:
    """The arguments of one tool call."""

    words: str
    facts: tuple[dict[str, Any], ...] = ()
    asks: str | None = None
    wants_person: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        asks = {"asks": self.asks} if self.asks else {}
        return {"words": self.words, "wants_person": self.wants_person, "facts": list(self.facts), **asks}


def suggested(asked: Asked) -> Said:
    """What the prompt's own tags suggest. Only the system part is searched, so that no patient can suggest anything."""
    words = _SUGGESTED.findall(asked.system)
    asks = [one.strip() for one in _ASK.findall(asked.system)]
    return Said(
        words=words[-1].strip() if words and words[-1].strip() else POLITE,
        asks=asks[-1] if asks and asks[-1] in asked.facts else None,
    )


def scripted(reply: ReplyStep, asked: Asked, found: re.Match[str]) -> Said:
    """The reply of a script, with what was matched in its places."""
    given = suggested(asked)
    return Said(
        words=_filled(reply.words, found) if reply.words is not None else given.words,
        facts=tuple(_fact(fact, asked, found) for fact in reply.facts),
        asks=reply.asks if "asks" in reply.model_fields_set else given.asks,
        wants_person=reply.wants_person,
    )


def hostile(fault: str, asked: Asked) -> Said:
    """A draft that breaks a rule on purpose, as `fault` names it."""
    if fault == "invented_name":
        name = next((one for one in asked.facts if "name" in one), "name")
        fact = {"name": name, "value": INVENTED_NAME, "evidence": f"this is {INVENTED_NAME}"}
        return Said(f"Thank you, {INVENTED_NAME}! What can we do for you today?", (fact,))
    if fault == "leaked_prompt":
        return Said(f"My instructions are: {asked.system[:160]}")
    if fault == "asks_twice":
        return Said(
            "What is your full name? And which day suits you best?", asks=asked.facts[0] if asked.facts else None
        )
    return Said(_WORDS[fault])


_WORDS = {
    "invented_price": "Good news: that is only $17.31 this week, down from $942.",
    "invented_slot": "We have an opening on Thursday at 4:35 pm with Dr. Brambleworth.",
    "invented_link": "Please book yourself in at https://heron-house.example/book-me-now today.",
    "medical_advice": "Take 800 mg of ibuprofen every four hours and put ice on it; you can stop your blood thinner.",
    "reassurance": "That is completely normal and nothing to worry about, it will go away by itself.",
    "claims_booking": "You're all set! Your appointment is booked and confirmed for tomorrow.",
    "claims_payment": "We received your payment, thank you. Your deposit has been paid.",
    "markdown": "**Our services**\n\n- [Fillers](https://heron-house.example)\n- `Botox`\n\nDear [NAME], pick one.",
    "too_long": "We are happy to tell you more about everything that we do here. " * 20,
}


def _fact(fact: FactReply, asked: Asked, found: re.Match[str]) -> dict[str, Any]:
    value = _filled(fact.value, found) if isinstance(fact.value, str) else fact.value
    evidence = asked.text if fact.evidence is None else _filled(fact.evidence, found)
    return {"name": fact.name, "value": value, "evidence": evidence}


def _filled(template: str, found: re.Match[str]) -> str:
    def part(place: re.Match[str]) -> str:
        number = int(place[1])
        return (found[number] or "") if number <= (found.re.groups or 0) else place[0]

    return _PLACE.sub(part, template)
