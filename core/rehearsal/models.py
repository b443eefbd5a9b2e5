"""Language models that are played: one that does as it is told, one that follows a script. A hostile one is next door.

They answer in the process, cost nothing and remember what they were told, so that tests can prove what never left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from core.rehearsal.moment import Call
from core.rehearsal.script import ModelReply, Script
from deskbell import Draft, Found, ModelMalformed, ModelRefused, Prompt, RetryLater

_SUGGESTED = re.compile(r"<suggested_reply>\s*(.*?)\s*</suggested_reply>", re.DOTALL)
#: What stands in a prompt's <ask> when nothing is to be asked.
_NOTHING = "none"
_ASK = re.compile(r"<ask>\s*(\w+)\s*</ask>")


class Casting(StrEnum):
    """Which model a conversation is played with."""

    #: The script's own model where it has one, else none.
    AUTO = "auto"
    RULES = "rules"
    OBEDIENT = "obedient"
    HOSTILE = "hostile"
    SCRIPT = "script"

    def reason_to_skip(self, script: Script) -> str:
        """Why a script cannot be played in this way; empty when it can."""
        if self is Casting.SCRIPT and not script.scripted:
            return "says nothing of a model"
        if self not in (Casting.AUTO, Casting.SCRIPT) and script.scripted:
            return "is written for its own model"
        return ""


class Model:
    """A played model. `calls` is all that it was asked; `sins` are words of its own making that must not go out."""

    #: It never fails, so that what a ladder learns of it holds for the next conversation too.
    faultless = False

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.sins: set[str] = set()

    def cue(self, replies: Sequence[ModelReply]) -> None:
        """Another turn begins; these are the replies that the script has for it."""

    async def draft(self, prompt: Prompt) -> Draft:
        """What the model answers; raises as a provider would."""
        try:
            draft = self.answer(prompt)
        except Exception:
            self.calls.append(Call(prompt, None))
            raise
        self.calls.append(Call(prompt, draft))
        return draft

    def answer(self, prompt: Prompt) -> Draft:
        raise NotImplementedError


#: What stands between the clinics and a played model.
Through = Callable[[Model], Model]


def itself(model: Model) -> Model:
    """Nothing stands between."""
    return model


class Obedient(Model):
    """Says what the prompt suggests and asks what it is told to ask."""

    faultless = True

    def answer(self, prompt: Prompt) -> Draft:
        return suggested(prompt)


def suggested(prompt: Prompt) -> Draft:
    """The reply that a prompt itself holds. Raises `ModelMalformed` where it holds none."""
    words = _SUGGESTED.search(prompt.turn)
    if words is None:
        raise ModelMalformed("the prompt suggests no reply")
    ask = _ASK.search(prompt.turn)
    return Draft(words[1], asks=ask[1] if ask and ask[1] != _NOTHING else None)


class Scripted(Model):
    """Answers what the script has for the turn, its last reply over and over; is down where it has nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._replies: list[ModelReply] = []

    def cue(self, replies: Sequence[ModelReply]) -> None:
        self._replies = list(replies)

    def answer(self, prompt: Prompt) -> Draft:
        if not self._replies:
            raise RetryLater("the script has no reply for this turn")
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        match reply.fails:
            case "throttled" | "down":
                raise RetryLater(f"the scripted model is {reply.fails}")
            case "refused":
                raise ModelRefused
            case "malformed":
                raise ModelMalformed
        found = tuple(Found(name, fact.value, fact.evidence) for name, fact in reply.facts.items())
        return Draft(reply.words, found, reply.asks, reply.wants_person)
