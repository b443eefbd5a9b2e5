"""Claude's settings, its prices, and what leaves the process for it, beyond the contract of every model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from pydantic import ValidationError

from deskbell import LLM, Misconfigured, Prompt, ProviderContext, ProviderNotReady, Said
from deskbell.testing import ProviderServer, Reply
from plugins.llm.anthropic import AnthropicModel
from plugins.llm.bedrock import BedrockModel
from plugins.llm.bedrock.config import BedrockConfig
from plugins.llm.claude import answer, testing
from plugins.llm.langchain import LangChainModel
from plugins.llm.settings import Prices

HAIKU = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
NEWER = "global.anthropic.claude-sonnet-5-5"
KEYS = {"aws_access_key": "AKIAHERON", "aws_secret_key": "secret"}
PROMPT = Prompt(stable="stable", turn="turn", history=(Said("patient", "hello"),), fields={"name": "the name"})


def bedrock(**changes: Any) -> BedrockConfig:
    return BedrockConfig(**{"model": HAIKU, "region": "us-east-1", **KEYS, **changes})


async def sent(provider: type[LLM[Any]], server: ProviderServer, **settings: Any) -> Any:
    """The one call that a draft makes."""
    server.otherwise = testing.replied(Reply())
    model = provider(provider.Config(base_url=server.url, **settings), ProviderContext("harbor", "harbor-model"))
    await model.open()
    await model.draft(PROMPT, deadline_seconds=5.0)
    await model.close()
    [call] = server.calls
    return call


# ---- settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"aws_secret_key": None},
        {"aws_access_key": None},
        {"aws_access_key": None, "aws_secret_key": None, "aws_session_token": "token"},
        {"api_key": "bedrock-key"},
        {"guardrail_id": "gr1"},
        {"guardrail_version": "1"},
        {"guardrail_id": "gr1\nx", "guardrail_version": "1"},
        {"region": "Virginia"},
        {"model": "a model"},
        {"model": ".."},
        {"base_url": "ftp://bedrock.example"},
        {"max_tokens": 0},
        {"aws_session_token": "two words"},
        {"temperature": 0.5, "model": NEWER},
        {"top_p": 0.5, "anthropic_version": "2026-10-21"},
        {"thinking": "on"},
    ],
)
def test_settings_that_do_not_go_together_are_refused_before_anything_starts(wrong: dict[str, Any]) -> None:
    bedrock()
    with pytest.raises(ValidationError) as refused:
        bedrock(**wrong)
    assert "secret" not in str(refused.value).replace("aws_secret_key", "")


@pytest.mark.parametrize(
    ("model", "version"),
    [
        (HAIKU, "bedrock-2023-05-31"),
        ("us.anthropic.claude-opus-4-6-v1", "bedrock-2023-05-31"),
        ("us.anthropic.claude-sonnet-4-6", "bedrock-2023-05-31"),
        ("arn:aws:bedrock:us-east-1:1234:inference-profile/us.anthropic.claude-sonnet-4-6", "bedrock-2023-05-31"),
        (NEWER, None),
        ("arn:aws:bedrock:us-east-1:1234:application-inference-profile/abc", None),
    ],
)
def test_the_version_fits_the_model_unless_it_is_set(model: str, version: str | None) -> None:
    assert bedrock(model=model).version == version
    assert bedrock(model=model, anthropic_version="2027-01-01").version == "2027-01-01"


def test_the_models_of_the_documentation_are_settings_that_can_be_made() -> None:
    page = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text()
    known = {model.name: model for model in (BedrockModel, AnthropicModel, LangChainModel)}
    examples = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    models = [binding for example in examples for binding in example.get("models", {}).values()]
    assert {binding["use"] for binding in models} == {"bedrock", "langchain"}
    for binding in models:
        known[binding.pop("use")].Config(**binding)


# ---- what leaves ---------------------------------------------------------------------------------------------------


async def test_the_version_sampling_and_guardrail_leave_as_bedrock_wants_them(provider_server: ProviderServer) -> None:
    more = {"temperature": 0.2, "top_p": 0.9, "top_k": 5, "guardrail_id": "gr1", "guardrail_version": "2"}
    call = await sent(BedrockModel, provider_server, model=HAIKU, region="eu-west-1", **KEYS, **more)
    assert call.path == f"/model/{HAIKU}/invoke"
    body = call.json
    assert body["anthropic_version"] == "bedrock-2023-05-31"
    assert (body["temperature"], body["top_p"], body["top_k"]) == (0.2, 0.9, 5)
    assert call.headers["x-amzn-bedrock-guardrailidentifier"] == "gr1"
    assert call.headers["x-amzn-bedrock-guardrailversion"] == "2"
    assert "/eu-west-1/bedrock/aws4_request" in call.headers["authorization"]
    assert not {"model", "stream", "cache_control", "thinking"} & set(body)


async def test_a_newer_model_gets_no_sampling_and_the_sdks_version(provider_server: ProviderServer) -> None:
    call = await sent(BedrockModel, provider_server, model=NEWER, region="us-east-1", thinking="off", **KEYS)
    body = call.json
    assert body["anthropic_version"] == "2026-10-21"
    assert body["thinking"] == {"type": "disabled"}
    assert not {"temperature", "top_p", "top_k"} & set(body)
    assert "x-amzn-bedrock-guardrailidentifier" not in call.headers


async def test_the_tool_must_be_called_and_once(provider_server: ProviderServer) -> None:
    call = await sent(BedrockModel, provider_server, model=NEWER, region="us-east-1", **KEYS)
    assert [tool["name"] for tool in call.json["tools"]] == ["reply"]
    assert call.json["tool_choice"] == {"type": "tool", "name": "reply", "disable_parallel_tool_use": True}


async def test_the_environment_changes_neither_address_nor_keys(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_BEDROCK_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("AWS_BEARER_TOKEN_BEDROCK", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "AWS_ACCESS_KEY_ID"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    call = await sent(BedrockModel, provider_server, model=NEWER, region="us-east-1", **KEYS)
    assert "Credential=AKIAHERON/" in call.headers["authorization"]
    assert "/us-east-1/" in call.headers["authorization"]
    assert "from-the-environment" not in call.plain
    provider_server.calls.clear()
    call = await sent(AnthropicModel, provider_server, model="claude-haiku-4-5", api_key="sk-own")
    assert "sk-own" in call.plain
    assert "from-the-environment" not in call.plain


ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/heron"


@pytest.mark.parametrize("model", [HAIKU, NEWER, ARN])
async def test_the_signature_holds_over_what_arrives(provider_server: ProviderServer, model: str) -> None:
    # Whatever carries the request may touch neither path nor signed headers, or AWS refuses it.
    call = await sent(BedrockModel, provider_server, model=model, region="us-east-1", **KEYS)
    authorization = call.headers["authorization"]
    signed, given = authorization.partition("SignedHeaders=")[2].split(", Signature=")
    arrived = AWSRequest(
        method=call.method,
        url=provider_server.url + call.path,
        headers={name: call.headers[name] for name in signed.split(";")},
        data=call.body,
    )
    arrived.context["timestamp"] = call.headers["x-amz-date"]
    signer = SigV4Auth(Credentials(KEYS["aws_access_key"], KEYS["aws_secret_key"]), "bedrock", "us-east-1")
    wanted = signer.string_to_sign(arrived, signer.canonical_request(arrived))
    assert signer.signature(wanted, arrived) == given


async def test_a_bedrock_key_takes_the_place_of_a_signature(provider_server: ProviderServer) -> None:
    call = await sent(BedrockModel, provider_server, model=NEWER, region="us-east-1", api_key="bedrock-key")
    assert call.headers["authorization"] == "Bearer bedrock-key"


async def test_anthropics_version_is_a_header(provider_server: ProviderServer) -> None:
    settings = {"model": "claude-haiku-4-5", "api_key": "sk-own", "anthropic_version": "2023-06-01", "temperature": 0.1}
    call = await sent(AnthropicModel, provider_server, **settings)
    assert call.headers["anthropic-version"] == "2023-06-01"
    assert (call.json["model"], call.json["temperature"]) == ("claude-haiku-4-5", 0.1)


# ---- credentials ---------------------------------------------------------------------------------------------------


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("HOME", str(tmp_path))


def keyless(**changes: Any) -> BedrockModel:
    config = bedrock(aws_access_key=None, aws_secret_key=None, **changes)
    return BedrockModel(config, ProviderContext("harbor", "harbor-model"))


async def test_without_aws_credentials_it_does_not_open_and_says_what_to_set(no_aws: None) -> None:
    with pytest.raises(ProviderNotReady, match=r"harbor-model.*AWS_ACCESS_KEY_ID.*AWS_PROFILE.*aws_access_key"):
        await keyless().open()


async def test_a_broken_profile_is_told_by_name(no_aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ProviderNotReady, match=r"ProfileNotFound.*AWS_PROFILE"):
        await keyless().open()


async def test_aws_credentials_are_found_where_aws_keeps_them(
    no_aws: None, monkeypatch: pytest.MonkeyPatch, provider_server: ProviderServer
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    call = await sent(BedrockModel, provider_server, model=NEWER, region="us-east-1")
    assert "Credential=AKIAENVIRONMENT/" in call.headers["authorization"]


async def test_credentials_that_went_away_meanwhile_are_an_operators_matter(
    no_aws: None, monkeypatch: pytest.MonkeyPatch, provider_server: ProviderServer
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    model = keyless(base_url=provider_server.url, region="eu-west-3")
    await model.open()
    from anthropic.lib.aws import _auth

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    _auth._get_session.cache_clear()
    with pytest.raises(Misconfigured) as failed:
        await model.draft(PROMPT, deadline_seconds=5.0)
    await model.close()
    assert failed.value.code == "no_credentials"
    assert provider_server.calls == []


async def test_a_missing_package_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(BedrockModel):
        client_module = "plugins.llm.bedrock.no_such_module"

    model = Elsewhere(bedrock(), ProviderContext("harbor", "harbor-model"))
    with pytest.raises(ProviderNotReady, match=r"pip install 'deskbell\[bedrock\]'"):
        await model.open()


# ---- prices --------------------------------------------------------------------------------------------------------


def test_the_cost_is_by_the_price_list_and_the_cache_is_counted_at_its_own_price() -> None:
    usage = {
        "input_tokens": 1_000,
        "cache_creation_input_tokens": 2_000,
        "cache_read_input_tokens": 10_000,
        "output_tokens": 500,
    }
    said = testing.message(testing.call_of({"words": "Hi", "wants_person": False}), stop="tool_use", usage=usage).body
    draft = answer.draft(said, {}, Prices(input=100, cached=10, output=500))
    assert (draft.tokens_in, draft.tokens_cached, draft.tokens_out) == (3_000, 10_000, 500)
    # A dollar for a million read: 1000 + 1.25 * 2000 = 3500 micros; a tenth of it for 10000 cached; five for 500.
    assert draft.cost_micros == 3_500 + 1_000 + 2_500
    assert answer.draft(said, {}, None).cost_micros == 0


def test_a_part_of_a_micro_is_a_whole_one() -> None:
    assert Prices(input=1, output=1).cost_micros(read=1, cached=0, written=0) == 1
    assert Prices(input=0, output=0).cost_micros(read=9, cached=9, written=9) == 0
