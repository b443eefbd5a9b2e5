"""Vectors from a model on Bedrock: the real SDK against a loopback that answers as bedrock-runtime does."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from deskbell import Misconfigured, RetryLater
from deskbell.testing import Answer, Call, Discretion, ProviderServer
from sandbox.server import Sandbox
from tests.integration.knowledge.conftest import Opened

#: What a text is about, in as many directions as there are words here.
_WORDS = ("park", "garage", "pay", "card", "gift", "free", "automobile", "vehicle")
#: Directions that mean the same.
_SAME = {"automobile": "park", "vehicle": "park", "garage": "park"}


def vector(text: str) -> list[float]:
    said = text.casefold()
    meant = {_SAME.get(word, word) for word in _WORDS if word in said}
    return [1.0 if word in meant else 0.001 for word in _WORDS]


def model(call: Call) -> Answer:
    """Titan takes one text, Cohere many."""
    if "cohere" in unquote(call.path):
        return Answer(200, {"embeddings": [vector(text) for text in call.json["texts"]], "response_type": "x"})
    return Answer(200, {"embedding": vector(call.json["inputText"]), "inputTextTokenCount": 3})


@pytest.fixture
def settings(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    provider_server.otherwise = model
    return {"embedder": "bedrock", "region": "us-east-1", "base_url": provider_server.url, "threshold": 0.3}


@pytest.mark.parametrize("name", ["amazon.titan-embed-text-v2:0", "cohere.embed-english-v3"])
async def test_a_question_in_other_words_finds_its_passage(opened: Opened, settings: dict[str, Any], name: str) -> None:
    provider = await opened(**settings, model=name)
    [found, *_] = await provider.search("my automobile?")
    assert found.title == "Where can I park?"


async def test_what_has_not_changed_is_not_embedded_again(
    opened: Opened, settings: dict[str, Any], folder: Path, provider_server: ProviderServer
) -> None:
    provider = await opened(**settings)
    embedded = len(provider_server.calls)
    assert embedded == 7  # three passages, and four wordings of their questions
    (folder / "knowledge" / "more.md").write_text("## Is there wifi?\nYes.\n")
    report = await provider.index()
    assert (report.fresh, report.kept) == (1, 3)
    assert len(provider_server.calls) == embedded + 2
    assert "wifi" in provider_server.calls[-1].plain


async def test_cohere_is_told_what_is_a_question_and_what_a_document(
    opened: Opened, settings: dict[str, Any], provider_server: ProviderServer
) -> None:
    provider = await opened(**settings, model="us.cohere.embed-english-v3")
    await provider.search("automobile")
    assert [call.json["input_type"] for call in provider_server.calls][-2:] == ["search_document", "search_query"]


@pytest.mark.parametrize(
    "answer", [Answer(429, {"message": "park"}), Answer(500, "park"), Answer(cut=True), Answer(200, "no")]
)
async def test_while_the_model_fails_words_decide(
    opened: Opened, settings: dict[str, Any], provider_server: ProviderServer, answer: Answer, caplog: Any
) -> None:
    provider = await opened(**settings)
    provider_server.otherwise = answer
    with Discretion(["garage?"]) as discretion, caplog.at_level(logging.WARNING):
        [found, *_] = await provider.search("where is the garage?")
        assert await provider.search("my automobile") == []
    assert found.title == "Where can I park?"
    assert discretion.breaches == []
    assert "words alone decide" in caplog.text


async def test_a_model_that_fails_while_indexing_leaves_the_index_as_it_was(
    opened: Opened, settings: dict[str, Any], folder: Path, provider_server: ProviderServer
) -> None:
    provider = await opened(**settings)
    (folder / "knowledge" / "more.md").write_text("## Is there wifi?\nYes.\n")
    provider_server.otherwise = Answer(503, "later")
    with pytest.raises(RetryLater):
        await provider.index()
    provider_server.otherwise = model
    assert (await provider.search("my automobile"))[0].title == "Where can I park?"
    assert (await provider.index()).fresh == 1


async def test_refused_credentials_are_an_operators_matter(
    opened: Opened, settings: dict[str, Any], provider_server: ProviderServer
) -> None:
    provider_server.otherwise = Answer(403, {"message": "no"}, {"x-amzn-errortype": "AccessDeniedException"})
    provider = await opened(**settings, index=False)
    with pytest.raises(Misconfigured):
        await provider.index()
    assert (await provider.search("where is the garage?"))[0].title == "Where can I park?"
    health = await provider.check()
    assert not health.ok
    assert "AccessDeniedException" in health.detail
    provider_server.otherwise = model
    assert (await provider.check()).ok


async def test_another_model_makes_the_index_anew(
    opened: Opened, settings: dict[str, Any], provider_server: ProviderServer
) -> None:
    first = await opened(**settings)
    await first.close()
    second = await opened(**settings, model="cohere.embed-english-v3", index=False)
    assert (await second.index()).fresh == 3


async def test_in_a_sandbox_no_question_goes_to_a_real_model(tmp_path: Path) -> None:
    sandbox = Sandbox(host="127.0.0.1", port=0, folder=tmp_path)
    await sandbox.start()
    try:
        assert sandbox.overrides["chroma"] == {"embedder": "offline"}
    finally:
        await sandbox.stop()
