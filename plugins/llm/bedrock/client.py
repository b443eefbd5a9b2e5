"""The SDK's Bedrock client with our settings. Imported by `BedrockModel.open` in a thread, and by nobody else."""

from __future__ import annotations

import httpx2
from anthropic import AsyncAnthropicBedrock
from botocore.exceptions import BotoCoreError
from pydantic import SecretStr

from deskbell import ProviderContext, ProviderNotReady
from plugins.llm.bedrock.config import BedrockConfig
from plugins.llm.claude.client import ClaudeClient

#: What signing without credentials ends in.
NO_CREDENTIALS = (RuntimeError, BotoCoreError)


def client(config: BedrockConfig, context: ProviderContext) -> ClaudeClient:
    """Raises `ProviderNotReady` where the credentials turn out to be none."""

    def make(http: httpx2.AsyncClient) -> AsyncAnthropicBedrock:
        return _sdk(config, http)

    try:
        return ClaudeClient(make, vendor="Amazon Bedrock", clock=context.clock, no_credentials=NO_CREDENTIALS)
    except NO_CREDENTIALS as error:
        reason = type(error).__name__
    raise ProviderNotReady(f"{context.binding}: the AWS credentials cannot be used to sign ({reason}).")


def _sdk(config: BedrockConfig, http: httpx2.AsyncClient) -> AsyncAnthropicBedrock:
    sdk = AsyncAnthropicBedrock(
        aws_region=config.region,
        api_key=_shown(config.api_key),
        # Said here, or the environment could send patients' words elsewhere.
        base_url=config.base_url or f"https://bedrock-runtime.{config.region}.amazonaws.com",
        default_headers=_headers(config),
        max_retries=0,
        http_client=http,
        open_telemetry=False,
    )
    # An empty variable of the environment is no token.
    sdk.api_key = sdk.api_key or None
    if config.aws_access_key:
        # Set afterwards: beside a bearer token in the environment the constructor would refuse them.
        sdk.api_key = None
        sdk.aws_access_key = _shown(config.aws_access_key)
        sdk.aws_secret_key = _shown(config.aws_secret_key)
        sdk.aws_session_token = _shown(config.aws_session_token)
    return sdk


def _headers(config: BedrockConfig) -> dict[str, str]:
    if config.guardrail_id is None or config.guardrail_version is None:
        return {}
    return {
        "X-Amzn-Bedrock-GuardrailIdentifier": config.guardrail_id,
        "X-Amzn-Bedrock-GuardrailVersion": config.guardrail_version,
    }


def _shown(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
