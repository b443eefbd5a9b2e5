"""The contract of a language model: what an author tells the kit, and the tests that come with it.

`scene` is what the author fills in, `drafts` are the tests of what comes back, and here is what is told to the model,
its manners on the event loop, and its discretion.
"""

from __future__ import annotations

import asyncio
import inspect
import sys

import pytest

from deskbell.llm import LLM, Said
from deskbell.testing import cold
from deskbell.testing.discretion import Discretion
from deskbell.testing.llm.drafts import DraftContract
from deskbell.testing.llm.scene import FIELDS, MODEL_WORDS, PATIENT_WORDS, STABLE, Reply, Told
from deskbell.testing.refusal import Refusal
from deskbell.testing.server import Answer, ProviderServer, closed_port
from deskbell.types import Settings

__all__ = ["MODEL_WORDS", "PATIENT_WORDS", "LLMContract", "Refusal", "Reply", "Told"]


class LLMContract(DraftContract):
    """Inherit it as ``class TestMyModel(LLMContract)`` and fill in what `LLMScene` asks for."""

    #: How long the event loop may be held up, in seconds. Best of three cold starts.
    longest_hold_up = 0.25

    @pytest.mark.asyncio
    async def test_it_declares_a_name_and_described_settings(self) -> None:
        assert issubclass(self.llm, LLM)
        assert self.llm.name.isidentifier()
        assert self.llm.name == self.llm.name.lower()
        assert issubclass(self.llm.Config, Settings)
        undescribed = [name for name, field in self.llm.Config.model_fields.items() if not field.description]
        assert undescribed == []
        for method in ("open", "close", "check", "draft"):
            assert inspect.iscoroutinefunction(getattr(self.llm, method)), f"{method} must be async"

    # ---- what the model is told -------------------------------------------------------------------------------

    async def _told(self, server: ProviderServer, *prompts: object) -> list[Told]:
        server.calls.clear()
        server.otherwise = self.replied(Reply())
        async with self.opened(server.url) as model:
            for prompt in prompts:
                await self.draft(model, prompt)  # type: ignore[arg-type]
        return [self.told(call) for call in server.calls]

    @pytest.mark.asyncio
    async def test_the_model_is_told_the_prompt_and_the_fields(self, provider_server: ProviderServer) -> None:
        [told] = await self._told(provider_server, self.prompt(turn="It is Monday noon."))
        plain = provider_server.calls[0].plain
        assert STABLE in told.prefix
        assert "It is Monday noon." in told.turn
        assert list(told.lines) == [(True, PATIENT_WORDS)]
        for part in (*FIELDS, *FIELDS.values()):
            assert part in plain
        assert "wording-7" not in plain, "Prompt.version is for traces, not for the model"

    @pytest.mark.asyncio
    async def test_the_conversation_is_told_in_order_and_by_side(self, provider_server: ProviderServer) -> None:
        history = [
            Said("patient", "hello there"),
            Said("clinic", "What is your name?"),
            Said("patient", "Dana Cole"),
            Said("clinic", "Thanks, Dana."),
            Said("patient", "and are you open?"),
        ]
        [told] = await self._told(provider_server, self.prompt(*history))
        assert list(told.lines) == [(said.role == "patient", said.text) for said in history]

    @pytest.mark.asyncio
    @pytest.mark.parametrize(
        "sides", ["", "c", "cp", "cpc", "pp", "ppcc", "ccpp", "p p", "pcpcppp"], ids=lambda sides: sides or "empty"
    )
    async def test_no_line_is_lost_or_moved_whoever_spoke_first_last_or_twice(
        self, provider_server: ProviderServer, sides: str
    ) -> None:
        roles = {"p": "patient", "c": "clinic", " ": "patient"}
        history = tuple(
            Said(roles[side], "" if side == " " else f"line-{n}")  # type: ignore[arg-type]
            for n, side in enumerate(sides)
        )
        [told] = await self._told(provider_server, self.prompt(*history) if history else self.prompt(history=()))
        heard = [(patient, line) for patient, text in told.lines for line in text.split() if line.startswith("line-")]
        assert heard == [(said.role == "patient", said.text) for said in history if said.text]

    @pytest.mark.asyncio
    async def test_the_reason_of_a_refused_draft_reaches_the_model(self, provider_server: ProviderServer) -> None:
        reason = "it names a price that is not ours"
        first, second = await self._told(provider_server, self.prompt(), self.prompt(refused=reason))
        assert reason not in first.prefix + first.turn
        assert reason in second.turn

    @pytest.mark.asyncio
    async def test_the_stable_part_is_the_same_to_the_byte_whatever_the_turn(
        self, provider_server: ProviderServer
    ) -> None:
        first, second = await self._told(
            provider_server,
            self.prompt(),
            self.prompt(Said("clinic", "Hi"), Said("patient", "Yo"), turn="Another turn.", refused="too long"),
        )
        assert first.prefix == second.prefix
        assert STABLE in first.prefix
        for fleeting in ("Another turn.", "too long", PATIENT_WORDS):
            assert fleeting not in second.prefix + first.prefix
        assert first.marked is not False, "the provider is not asked to keep the stable part in its cache"

    # ---- manners ----------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_the_event_loop_is_never_held_up_not_even_by_loading_the_sdk(self) -> None:
        hold_ups = await asyncio.to_thread(cold.hold_ups, type(self), self.longest_hold_up)
        assert max(hold_ups.values()) <= self.longest_hold_up, hold_ups

    @pytest.mark.asyncio
    async def test_no_secret_and_no_word_stands_in_a_log_record_an_error_or_a_repr(
        self, provider_server: ProviderServer
    ) -> None:
        with Discretion(self.private()) as discretion:
            async with self.opened(provider_server.url, deadline=0.6) as model:
                discretion.look_at("the model", model)
                discretion.look_at("its settings", model.config)
                for answer in self._everything():
                    provider_server.script(answer)
                    with discretion.errors():
                        discretion.look_at("a draft", await self.draft(model, self.prompt(refused=PATIENT_WORDS)))
                for answer in (self.replied(Reply()), self.bad_credentials()):
                    provider_server.script(answer)
                    discretion.look_at("the health", await model.check())
            async with self.opened(closed_port(), deadline=0.6) as model:
                with discretion.errors():
                    await self.draft(model)
            discretion.look_at("a prompt", self.prompt(refused=PATIENT_WORDS))
        assert discretion.breaches == []

    def _everything(self) -> list[Answer]:
        return [
            self.replied(Reply()),
            self.replied(Reply("")),
            *self.declined(),
            *self.unusable(),
            *(refusal.answer for refusal in self.refusals()),
            self.too_many_requests(7),
            self.bad_credentials(),
            Answer(500, f"no luck with {PATIENT_WORDS}"),
            Answer(200, f"no luck with {PATIENT_WORDS}"),
            Answer(cut=True),
            Answer(silent=True),
        ]

    async def cold_start(self) -> dict[str, float]:
        """The longest hold-up of each step in a process that has loaded nothing yet. Run by `deskbell.testing.cold`."""
        assert self.sdk is None or self.sdk not in sys.modules, f"{self.sdk} was imported before open()"
        server = ProviderServer()
        server.start()
        server.otherwise = self.replied(Reply())
        model = self.made(server.url)

        async def first_draft() -> None:
            loaded = set(sys.modules)
            await self.draft(model)
            late = (
                {name.partition(".")[0] for name in set(sys.modules) - loaded}
                - sys.stdlib_module_names
                - self.loads_late
            )
            assert not late, f"the first patient waits while {', '.join(sorted(late))} are loaded: do that in open()"

        steps = {
            "open": model.open,
            "draft": first_draft,
            "check": model.check,
            "close": model.close,
        }
        try:
            return await cold.measured(steps)
        finally:
            server.stop()
