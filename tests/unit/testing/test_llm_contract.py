"""The model contract catches careless models: each fault is put into a sound model and must be seen."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deskbell import Draft, Found, ModelMalformed, OutboundError, Prompt, RetryLater
from deskbell.testing import LLMContract, ProviderServer
from plugins.llm.bedrock import BedrockModel

_SPEC = importlib.util.spec_from_file_location("sound", Path(__file__).parents[2] / "contract" / "test_bedrock.py")
assert _SPEC is not None
assert _SPEC.loader is not None
_SOUND = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_SOUND)


class Careless(BedrockModel):
    """Does to the draft, or instead of it, what `spoil` does."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        raise NotImplementedError

    async def draft(self, prompt: Prompt, *, deadline_seconds: float) -> Draft:
        return await self.spoil(prompt, deadline_seconds)

    async def sound(self, prompt: Prompt, deadline: float) -> Draft:
        return await super().draft(prompt, deadline_seconds=deadline)


class Insists(Careless):
    """Asks again by itself."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        try:
            return await self.sound(prompt, deadline)
        except OutboundError:
            return await self.sound(prompt, deadline)


class Optimist(Careless):
    """Makes a draft of every failure."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        try:
            return await self.sound(prompt, deadline)
        except OutboundError:
            return Draft("How can we help?")


class Believes(Careless):
    """Adds a fact that no field asked for."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        draft = await self.sound(prompt, deadline)
        return replace(draft, found=(*draft.found, Found("blood_type", "AB", "I am")))


class Deaf(Careless):
    """Does not tell the model why its draft was refused."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        return await self.sound(replace(prompt, refused=""), deadline)


class Shuffles(Careless):
    """Tells the conversation backwards."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        return await self.sound(replace(prompt, history=prompt.history[::-1]), deadline)


class Mixes(Careless):
    """Lets the turn into the stable part, so that no cache ever knows it."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        return await self.sound(replace(prompt, stable=f"{prompt.stable} {prompt.turn}"), deadline)


class Dawdles(Careless):
    """Has a deadline of its own."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        await asyncio.sleep(4.0)
        return await self.sound(prompt, deadline)


class Talks(Careless):
    """Logs what it is told and what it says."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        draft = await self.sound(prompt, deadline)
        logging.getLogger("careless").debug("said %s", draft.text)
        return draft


class Quotes(Careless):
    """Quotes the patient in its errors."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        try:
            return await self.sound(prompt, deadline)
        except ModelMalformed as error:
            raise ModelMalformed(f"no answer to {prompt.history[0].text}", code=error.code) from None


class Forgets(Careless):
    """Does not count what it used."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        return replace(await self.sound(prompt, deadline), tokens_in=0)


class Swallows(Careless):
    """Goes on when it is cancelled."""

    async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
        try:
            return await self.sound(prompt, deadline)
        except asyncio.CancelledError:
            raise RetryLater(code="cut") from None


def contract(model: type[BedrockModel]) -> LLMContract:
    sound: type[LLMContract] = _SOUND.TestBedrock
    made: type[LLMContract] = type("Tested", (sound,), {"llm": model})
    return made()


@pytest.mark.parametrize(
    ("model", "test"),
    [
        (Insists, "test_each_refusal_becomes_its_error"),
        (Insists, "test_an_answer_without_a_reply_is_malformed_and_not_asked_for_again"),
        (Insists, "test_a_model_that_declines_has_refused_and_is_asked_once"),
        (Optimist, "test_a_cut_connection_may_be_tried_again"),
        (Optimist, "test_refused_credentials_are_an_operators_matter"),
        (Optimist, "test_a_provider_that_asks_for_a_pause_is_given_it"),
        (Believes, "test_what_is_no_field_and_what_has_no_evidence_is_dropped"),
        (Deaf, "test_the_reason_of_a_refused_draft_reaches_the_model"),
        (Shuffles, "test_the_conversation_is_told_in_order_and_by_side"),
        (Mixes, "test_the_stable_part_is_the_same_to_the_byte_whatever_the_turn"),
        (Talks, "test_no_secret_and_no_word_stands_in_a_log_record_an_error_or_a_repr"),
        (Quotes, "test_no_secret_and_no_word_stands_in_a_log_record_an_error_or_a_repr"),
        (Forgets, "test_words_facts_question_and_wish_come_back"),
        (Swallows, "test_a_cancelled_draft_is_cancelled_and_the_model_lives_on"),
    ],
)
async def test_a_careless_model_is_caught(
    model: type[BedrockModel], test: str, provider_server: ProviderServer
) -> None:
    method: Callable[[Any], Awaitable[None]] = getattr(contract(model), test)
    with pytest.raises((AssertionError, OutboundError, pytest.fail.Exception)):
        await method(provider_server)


async def test_a_model_that_keeps_its_own_time_is_caught(provider_server: ProviderServer) -> None:
    test = contract(Dawdles).test_an_answer_that_never_comes_is_waited_for_until_the_shorter_deadline
    with pytest.raises(AssertionError):
        await test(provider_server, 0.6, 30.0)


async def test_a_model_that_loses_lines_is_caught(provider_server: ProviderServer) -> None:
    class Short(Careless):
        async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
            return await self.sound(replace(prompt, history=prompt.history[-1:]), deadline)

    test = contract(Short).test_no_line_is_lost_or_moved_whoever_spoke_first_last_or_twice
    with pytest.raises(AssertionError):
        await test(provider_server, "pp")


async def test_a_model_that_holds_up_the_loop_is_seen_by_the_cold_start() -> None:
    class Heavy(Careless):
        async def spoil(self, prompt: Prompt, deadline: float) -> Draft:
            time.sleep(0.6)  # noqa: ASYNC251 (what the test is about)
            return await self.sound(prompt, deadline)

    tested = contract(Heavy)
    tested.sdk = None  # type: ignore[misc] (this process has loaded it long ago)
    assert (await tested.cold_start())["draft"] > tested.longest_hold_up
