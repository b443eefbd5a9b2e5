"""What every model must make of an answer, and of none: a draft or an error of the vocabulary, once and in time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deskbell.errors import Misconfigured, ModelMalformed, ModelRefused, OutboundError, ProviderNotReady, RetryLater
from deskbell.llm import LLM, Draft, Found, Prompt, Said
from deskbell.testing.llm.scene import FIELDS, MODEL_WORDS, LLMScene, Reply
from deskbell.testing.server import Answer, Call, ProviderServer, closed_port, deaf_port

#: What a busy machine may add to a deadline before a test calls it broken, in seconds.
_LEEWAY = 2.0
_PATIENT = 5.0


class DraftContract(LLMScene):
    """From a prompt to a draft or an error."""

    async def draft(self, model: LLM[Any], prompt: Prompt | None = None, within: float = _PATIENT) -> Draft:
        return await model.draft(prompt or self.prompt(), deadline_seconds=within)

    async def failure(self, model: LLM[Any], within: float = _PATIENT) -> OutboundError:
        with pytest.raises(OutboundError) as caught:
            await self.draft(model, within=within)
        return caught.value

    # ---- answers ----------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_words_facts_question_and_wish_come_back(self, provider_server: ProviderServer) -> None:
        provider_server.script(self.replied(Reply(tokens=(812, 90, 47))))
        async with self.opened(provider_server.url) as model:
            draft = await self.draft(model)
        assert draft.text == MODEL_WORDS
        assert draft.found == (Found("name", "Dana Cole", "I am Dana Cole"),)
        assert (draft.asks, draft.wants_person) == ("new_or_returning", False)
        assert (draft.tokens_in, draft.tokens_cached, draft.tokens_out) == (812, 90, 47)
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_a_reply_may_know_nothing_ask_nothing_and_want_a_person(
        self, provider_server: ProviderServer
    ) -> None:
        provider_server.script(self.replied(Reply(" A person will call you. \n", (), None, wants_person=True)))
        async with self.opened(provider_server.url) as model:
            draft = await self.draft(model, self.prompt(fields={}))
        assert draft.text == "A person will call you."
        assert (draft.found, draft.asks, draft.wants_person) == ((), None, True)

    @pytest.mark.asyncio
    async def test_what_is_no_field_and_what_has_no_evidence_is_dropped(self, provider_server: ProviderServer) -> None:
        facts = [("blood_type", "AB", "I am"), ("name", "Zelda", " "), ("name", "Dana", "I am Dana")]
        provider_server.script(self.replied(Reply(facts=facts, asks="blood_type")))
        async with self.opened(provider_server.url) as model:
            draft = await self.draft(model)
        assert [(found.name, found.value) for found in draft.found] == [("name", "Dana")]
        assert draft.asks is None

    @pytest.mark.asyncio
    async def test_words_can_be_stored_whatever_the_model_put_in_them(self, provider_server: ProviderServer) -> None:
        reply = Reply("Until\x00 Monday \ud83d😀", [("name", "Da\x00na \udead", "D\x00ana")])
        provider_server.script(self.replied(reply))
        async with self.opened(provider_server.url) as model:
            draft = await self.draft(model)
        for text in (draft.text, *(str(found.value) for found in draft.found), *(one.evidence for one in draft.found)):
            assert "\x00" not in text
            text.encode("utf-8")
        assert "Monday" in draft.text
        assert "😀" in draft.text

    @pytest.mark.asyncio
    @pytest.mark.parametrize("words", ["", "  \n "])
    async def test_a_reply_without_words_is_malformed(self, provider_server: ProviderServer, words: str) -> None:
        provider_server.script(self.replied(Reply(words)))
        async with self.opened(provider_server.url) as model:
            error = await self.failure(model)
        assert isinstance(error, ModelMalformed)
        assert error.code == "no_words"

    @pytest.mark.asyncio
    async def test_a_model_that_declines_has_refused_and_is_asked_once(self, provider_server: ProviderServer) -> None:
        answers = self.declined()
        assert answers
        async with self.opened(provider_server.url) as model:
            for answer in answers:
                provider_server.calls.clear()
                provider_server.script(answer)
                error = await self.failure(model)
                assert isinstance(error, ModelRefused), answer
                assert error.code in ("refusal", "guardrail")
                assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_an_answer_without_a_reply_is_malformed_and_not_asked_for_again(
        self, provider_server: ProviderServer
    ) -> None:
        answers = self.unusable()
        assert len(answers) >= 3
        async with self.opened(provider_server.url) as model:
            for answer in answers:
                provider_server.calls.clear()
                provider_server.script(answer)
                error = await self.failure(model)
                assert isinstance(error, ModelMalformed), answer
                assert error.code in ("unreadable", "no_reply", "truncated", "no_words", "wrong_shape")
                assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    @pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", "null", '{"content": null}', b"\xff\xfe"])
    async def test_an_unreadable_answer_is_malformed(self, provider_server: ProviderServer, body: str | bytes) -> None:
        provider_server.script(Answer(200, body, headers={"content-type": "application/json"}))
        async with self.opened(provider_server.url) as model:
            assert isinstance(await self.failure(model), ModelMalformed)

    @pytest.mark.asyncio
    async def test_many_conversations_at_once_each_get_their_own_answer(self, provider_server: ProviderServer) -> None:
        def echo(call: Call) -> Answer:
            [(_, text)] = self.told(call).lines
            return self.replied(Reply(f"You said {text}", ()))

        provider_server.otherwise = echo
        async with self.opened(provider_server.url) as model:
            prompts = [self.prompt(Said("patient", f"number {n}")) for n in range(40)]
            drafts = await asyncio.gather(*(self.draft(model, prompt, 30.0) for prompt in prompts))
        assert [draft.text for draft in drafts] == [f"You said number {n}" for n in range(40)]

    # ---- no answer --------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_each_refusal_becomes_its_error(self, provider_server: ProviderServer) -> None:
        table = self.refusals()
        async with self.opened(provider_server.url) as model:
            for refusal in table:
                provider_server.calls.clear()
                provider_server.script(refusal.answer)
                error = await self.failure(model)
                assert (type(error), error.code) == (refusal.error, refusal.code), refusal
                assert len(provider_server.calls) == 1, f"asked more than once: {refusal}"
        assert {RetryLater, Misconfigured} <= {refusal.error for refusal in table}

    @pytest.mark.asyncio
    async def test_a_provider_that_asks_for_a_pause_is_given_it(self, provider_server: ProviderServer) -> None:
        provider_server.script(self.too_many_requests(7))
        async with self.opened(provider_server.url) as model:
            error = await self.failure(model)
        assert isinstance(error, RetryLater)
        assert error.after == timedelta(seconds=7)
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_refused_credentials_are_an_operators_matter(self, provider_server: ProviderServer) -> None:
        provider_server.script(self.bad_credentials())
        async with self.opened(provider_server.url) as model:
            assert isinstance(await self.failure(model), Misconfigured)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
    async def test_a_provider_in_trouble_is_asked_once_and_not_given_up(
        self, provider_server: ProviderServer, status: int
    ) -> None:
        provider_server.script(Answer(status, "<html>trouble</html>"))
        async with self.opened(provider_server.url) as model:
            assert isinstance(await self.failure(model), RetryLater)
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    @pytest.mark.parametrize(("given", "configured"), [(0.6, 30.0), (30.0, 0.6)])
    async def test_an_answer_that_never_comes_is_waited_for_until_the_shorter_deadline(
        self, provider_server: ProviderServer, given: float, configured: float
    ) -> None:
        provider_server.script(Answer(silent=True))
        async with self.opened(provider_server.url, deadline=configured) as model:
            began = time.monotonic()
            error = await self.failure(model, within=given)
            took = time.monotonic() - began
        assert isinstance(error, RetryLater)
        assert error.code == "timeout"
        assert took < 0.6 + _LEEWAY
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_an_answer_that_drips_in_is_not_waited_for_beyond_the_deadline(
        self, provider_server: ProviderServer
    ) -> None:
        # Each byte comes in time; it is the whole that does not.
        provider_server.script(replace(self.replied(Reply()), drip=0.2))
        async with self.opened(provider_server.url) as model:
            began = time.monotonic()
            error = await self.failure(model, within=0.6)
            took = time.monotonic() - began
        assert isinstance(error, RetryLater)
        assert error.code == "timeout"
        assert took < 0.6 + _LEEWAY

    @pytest.mark.asyncio
    async def test_a_cut_connection_may_be_tried_again(self, provider_server: ProviderServer) -> None:
        provider_server.script(Answer(cut=True))
        async with self.opened(provider_server.url) as model:
            error = await self.failure(model)
        assert isinstance(error, RetryLater)
        assert error.code == "cut"
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_a_provider_that_cannot_be_reached_may_be_tried_again(self) -> None:
        async with self.opened(closed_port()) as model:
            error = await self.failure(model)
            assert isinstance(error, RetryLater)
            assert error.code == "unreachable"
        with deaf_port() as nobody:
            async with self.opened(nobody) as model:
                began = time.monotonic()
                assert isinstance(await self.failure(model, within=0.6), RetryLater)
                assert time.monotonic() - began < 0.6 + _LEEWAY

    @pytest.mark.asyncio
    async def test_a_cancelled_draft_is_cancelled_and_the_model_lives_on(self, provider_server: ProviderServer) -> None:
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hold(call: Call) -> Answer:
            loop.call_soon_threadsafe(asked.set)
            return Answer(silent=True)

        provider_server.script(hold, self.replied(Reply()))
        async with self.opened(provider_server.url) as model:
            drafting = asyncio.create_task(self.draft(model))
            await asked.wait()
            drafting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await drafting
            assert (await self.draft(model)).text == MODEL_WORDS

    # ---- life -------------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_a_check_tells_good_settings_from_bad_and_never_raises(self, provider_server: ProviderServer) -> None:
        async with self.opened(provider_server.url, deadline=0.6) as model:
            provider_server.script(self.replied(Reply()))
            assert (await model.check()).ok
            assert len(provider_server.calls) == 1
            for answer in (self.bad_credentials(), Answer(503, "later"), Answer(cut=True), Answer(silent=True)):
                provider_server.script(answer)
                health = await model.check()
                assert not health.ok
                assert health.detail
        async with self.opened(closed_port(), deadline=0.6) as model:
            assert not (await model.check()).ok

    @pytest.mark.asyncio
    async def test_closing_twice_or_unopened_is_no_error(self, provider_server: ProviderServer) -> None:
        await self.made().close()
        provider_server.script(self.replied(Reply()))
        async with self.opened(provider_server.url) as model:
            await self.draft(model)
            await model.close()
            await model.close()

    @pytest.mark.asyncio
    async def test_a_model_that_is_not_open_says_so(self) -> None:
        model = self.made()
        with pytest.raises(ProviderNotReady):
            await model.draft(self.prompt(fields=FIELDS), deadline_seconds=1.0)
