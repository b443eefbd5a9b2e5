"""Random conversations, text by text: what the planner asks next keeps its rules in every state that can be reached."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.receptionist.facts import Known
from core.receptionist.situation import OPEN, STATEMENT, Situation
from core.receptionist.understanding import Reading
from core.receptionist.understanding.replies import is_filler, says_yes
from core.receptionist.understanding.words import plain
from tests.unit.receptionist.conftest import Patient, harbor

_QUESTIONS = ["name", "service", "new_or_returning", "when", "provider", "email"]
_NAMES = frozenset({"name", "first_name", "last_name"})


class Conversation(RuleBasedStateMachine):
    """One patient and one clinic with questions in some order."""

    def __init__(self) -> None:
        super().__init__()
        self.patient: Any = None
        self.reply = ""
        self.before: list[str] = []
        self.texts = 0
        self.greetings = 0
        self.last = ""
        #: The question before was an invitation, which a yes accepts and does not answer.
        self.invited = False

    @initialize(ask=st.permutations(_QUESTIONS), count=st.integers(1, len(_QUESTIONS)))
    def begin(self, ask: list[str], count: int) -> None:
        self.patient = Patient(clinic=harbor(booking={"ask": ask[:count]}))

    def say(self, text: str) -> None:
        if self.patient.handed_over:
            return
        known = Known.of(self.patient.known)
        self.last = text
        self.invited = self.patient.memory.get("receptionist", {}).get("pending", {}).get("invite", False)
        self.reply = asyncio.run(self.patient.texts(text))
        self.texts += 1
        self.greetings += "this is Harbor Skin Studio" in self.reply
        asked = self.patient.decision["asks"]
        if asked and not self.patient.decision["clears_up"]:
            self._check_asked(asked, known)
        self.before.append("" if self.patient.decision["clears_up"] else asked or "")

    def _check_asked(self, asked: str, before: Known) -> None:
        known = Known.of(self.patient.known)
        left = Situation(self.patient.clinic, known, Reading()).missing
        assert asked in left, f"{asked} is known"
        assert self.patient.request in OPEN, "asks for more after staff have the request"
        if self.before and self.before[-1] == asked:
            others = [one for one in left if one != asked and self._count(one) < 2]
            gibberish = self.patient.decision["lost"] and len(self.last.split()) < STATEMENT
            filler = is_filler(plain(self.last))
            accepted = self.invited and says_yes(plain(self.last))
            assert accepted or (gibberish and not filler) or not others, f"{asked} twice in a row, with {others} left"
        assert self.before[-2:] != [asked, asked], f"{asked} a third time in a row"

    def _count(self, field: str) -> int:
        memory = self.patient.memory["receptionist"]["asked"]
        return int(memory.get(field, 0))

    # ---- what patients text ------------------------------------------------------------------------------------

    @rule(text=st.sampled_from(["im dana", "Dana Cole", "cole", "this is maria lopez", "just dana", "rather not say"]))
    def names(self, text: str) -> None:
        self.say(text)

    @rule(text=st.sampled_from(["botox", "lip filler", "filler", "actually microneedling", "laser", "legs", "massage?",
                                "my skin is dull", "the second one", "both", "whatever you think"]))  # fmt: skip
    def treatments(self, text: str) -> None:
        self.say(text)

    @rule(text=st.sampled_from(["tues after 4", "sunday", "mornings", "tomorrow at 9pm", "whenever", "not mondays"]))
    def times(self, text: str) -> None:
        self.say(text)

    @rule(
        text=st.sampled_from(["never been", "been before", "yes", "no", "mia", "no preference", "a@b.example", "idk"])
    )
    def answers(self, text: str) -> None:
        self.say(text)

    @rule(text=st.sampled_from(["hi", "ok", "hm", "thanks", "lol", "no thanks", "id like to book", "my cat is blue"]))
    def fillers(self, text: str) -> None:
        self.say(text)

    @rule(text=st.sampled_from(["asdfgh", "😀", "???", ""]) | st.text(max_size=12))
    def noise(self, text: str) -> None:
        self.say(text)

    @rule(text=st.sampled_from(["what are your hours?", "how much is botox", "is there parking?", "are you a bot?",
                                "dana cole, botox, never been, fridays. where are you?"]))  # fmt: skip
    def questions(self, text: str) -> None:
        self.say(text)

    @rule()
    def asks_for_advice(self) -> None:
        self.say("is it safe while pregnant?")

    @precondition(lambda self: self.texts > 3)
    @rule()
    def falls_silent(self) -> None:
        """Whoever says nothing of use is not asked for ever."""
        asked = 0
        for _ in range(2 * len(_QUESTIONS) + 2):
            self.say("hm")
            asked += bool(self.reply.count("?"))
        assert "?" not in self.reply or self.patient.handed_over
        assert asked <= 2 * len(_QUESTIONS)

    # ---- what always holds -------------------------------------------------------------------------------------

    @invariant()
    def one_question_at_most(self) -> None:
        assert self.reply.count("?") <= 1

    @invariant()
    def no_disclaimer_unasked(self) -> None:
        if "for a provider to answer" in self.reply:
            assert "medical" in self.patient.decision["questions"]

    @invariant()
    def greets_once(self) -> None:
        assert self.greetings <= 1


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=40, stateful_step_count=14, deadline=None)
