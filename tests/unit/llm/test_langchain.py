"""LangChain's models, beyond the contract of every model: what is missing, what leaves, what must not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskbell import (
    LLM,
    Misconfigured,
    ModelMalformed,
    ModelRefused,
    Prompt,
    ProviderContext,
    ProviderNotReady,
    RetryLater,
    Said,
)
from deskbell.testing import ProviderServer, Reply
from plugins.llm.langchain import LangChainModel, testing
from plugins.llm.langchain.errors import refusal

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PROMPT = Prompt(stable="stable", turn="turn", history=(Said("patient", "hello"),), fields={"name": "the name"})


def made(**settings: Any) -> LLM[Any]:
    given = {"provider": testing.LOOPBACK, "model": "heron-large", "api_key": "lc-own", **settings}
    return LangChainModel(LangChainModel.Config(**given), ProviderContext("harbor", "harbor-model"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"provider": "openai"}, "langchain-openai"),
        ({"provider": "no_such_vendor"}, "no_such_vendor"),
        ({"provider": "no_such_package.chat:Model"}, "no_such_package"),
        ({"provider": "plugins.llm.langchain.testing:NoClass"}, "NoClass"),
        ({"provider": "datetime:timedelta"}, "timedelta"),
        ({"base_url": None}, "LoopbackChat"),
        ({"provider": "langchain_core.language_models:FakeListChatModel", "options": {"responses": ["x"]}}, "no tools"),
    ],
)
async def test_what_is_missing_is_told_before_the_first_patient_and_without_the_key(
    settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(ProviderNotReady, match=told) as refused:
        await made(**{"base_url": "http://127.0.0.1:9", **settings}).open()
    assert "harbor-model" in str(refused.value)
    assert "lc-own" not in repr(refused.value.__context__) + str(refused.value)


async def test_one_forced_tool_and_one_system_message_leave(provider_server: ProviderServer) -> None:
    provider_server.otherwise = testing.replied(Reply())
    model = made(base_url=provider_server.url, options={"max_tokens": 300})
    await model.open()
    await model.draft(PROMPT, deadline_seconds=5.0)
    [call] = provider_server.calls
    assert [one["role"] for one in call.json["messages"]] == ["system", "user"]
    assert call.json["messages"][0]["content"] == "stable\n\nturn"
    assert [tool["function"]["name"] for tool in call.json["tools"]] == ["reply"]
    assert call.json["tool_choice"] == {"type": "function", "function": {"name": "reply"}}
    assert call.json["max_tokens"] == 300


async def test_no_trace_of_a_turn_goes_to_a_third_party_whatever_the_environment_says(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_traces = ProviderServer()
    with_traces.start()
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "ls-key")
    monkeypatch.setenv("LANGSMITH_ENDPOINT", with_traces.url)
    from langsmith import utils

    utils.get_env_var.cache_clear()
    provider_server.otherwise = testing.replied(Reply())
    try:
        model = made(base_url=provider_server.url)
        await model.open()
        await model.draft(PROMPT, deadline_seconds=5.0)
        from langchain_core.tracers.langchain import wait_for_all_tracers

        wait_for_all_tracers()
    finally:
        with_traces.stop()
        utils.get_env_var.cache_clear()
    assert with_traces.calls == []


async def test_the_cost_counts_what_the_cache_knew_at_its_own_price(provider_server: ProviderServer) -> None:
    provider_server.otherwise = testing.replied(Reply(tokens=(1_000, 10_000, 500)))
    model = made(base_url=provider_server.url, prices={"input": 100, "cached": 10, "output": 500})
    await model.open()
    draft = await model.draft(PROMPT, deadline_seconds=5.0)
    assert draft.cost_micros == 1_000 + 1_000 + 2_500


# ---- the vendors' errors -------------------------------------------------------------------------------------------


class Vendor(Exception):
    """An error as a vendor's package has them."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__("it quotes the patient")
        vars(self).update(attributes)


class ReadTimeout(Vendor): ...


class ConnectError(Vendor): ...


class LengthFinishReasonError(Vendor): ...


class ContentFilterFinishReasonError(Vendor): ...


class Response:
    def __init__(self, status_code: int, headers: dict[str, str]) -> None:
        self.status_code = status_code
        self.headers = headers


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (Vendor(status_code=429), RetryLater, "http_429"),
        (Vendor(response=Response(503, {})), RetryLater, "http_503"),
        (Vendor(code=403), Misconfigured, "http_403"),
        (Vendor(response={"ResponseMetadata": {"HTTPStatusCode": 400}}), Misconfigured, "http_400"),
        (Vendor(code="content_filter", status_code=400), ModelRefused, "guardrail"),
        (ContentFilterFinishReasonError(), ModelRefused, "guardrail"),
        (LengthFinishReasonError(), ModelMalformed, "truncated"),
        (ReadTimeout(), RetryLater, "timeout"),
        (TimeoutError(), RetryLater, "timeout"),
        (caused(Vendor(), ConnectError()), RetryLater, "unreachable"),
        (caused(Vendor(), caused(Vendor(), ReadTimeout())), RetryLater, "timeout"),
        (ConnectionResetError(), RetryLater, "cut"),
        (KeyError("it quotes the patient"), ModelMalformed, "unreadable"),
        (Vendor(), RetryLater, "Vendor"),
    ],
)
def test_a_vendors_error_is_known_by_its_status_or_its_name(error: Exception, kind: type[Exception], code: str) -> None:
    told = refusal(error, NOW)
    assert (type(told), told.code) == (kind, code)
    assert "patient" not in f"{told} {told!r} {vars(told)}"


def test_a_vendors_pause_is_kept() -> None:
    told = refusal(Vendor(response=Response(429, {"retry-after": "9"})), NOW)
    assert isinstance(told, RetryLater)
    assert told.after == timedelta(seconds=9)
