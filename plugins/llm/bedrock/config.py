"""The settings of a Bedrock binding: what a clinic writes beside ``use: bedrock``."""

from __future__ import annotations

import re
from typing import Any, Self

from pydantic import Field, SecretStr, model_validator

from deskbell import Credential
from plugins.llm.claude.config import ClaudeConfig

#: The version that every Claude on Bedrock up to Opus 4.6 understands, and that takes sampling settings.
FIRST_VERSION = "bedrock-2023-05-31"
#: Ids with a version of their own ("…-v1:0", "…-v1"), and the one model of that age without: they may refuse what
#: newer SDKs send.
_OF_FIRST_VERSION = re.compile(r"anthropic\.claude-(?:.+-v\d+(?::\d+)?|sonnet-4-6)$")


class BedrockConfig(ClaudeConfig):
    """What a clinic writes under ``models:`` beside ``use: bedrock``.

    Without keys here, AWS's usual places are searched: the environment, ``AWS_PROFILE``, the role of the machine.
    """

    samples = frozenset({FIRST_VERSION})

    model: str = Field(
        min_length=1,
        max_length=2_048,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$",
        description="Id or ARN of a Claude model or inference profile: us.anthropic.claude-haiku-4-5-20251001-v1:0.",
    )
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="AWS region that is called, e.g. us-east-1.")
    guardrail_id: str | None = Field(
        None, pattern=r"^[A-Za-z0-9:/._-]+$", description="Id or ARN of a Bedrock guardrail that every call passes."
    )
    guardrail_version: str | None = Field(
        None, pattern=r"^(DRAFT|[1-9]\d{0,7})$", description="The guardrail's version: a number, or DRAFT."
    )
    aws_access_key: Credential | None = Field(None, description="AWS access key id; left out, AWS's usual places.")
    aws_secret_key: SecretStr | None = Field(None, min_length=1, description="The secret access key beside it.")
    aws_session_token: Credential | None = Field(None, description="Session token, for temporary keys.")
    api_key: Credential | None = Field(None, description="A Bedrock API key, in the place of AWS keys.")

    @property
    def version(self) -> str | None:
        return self.anthropic_version or (FIRST_VERSION if _OF_FIRST_VERSION.search(self.model) else None)

    @property
    def unusual(self) -> dict[str, Any]:
        # Bedrock has the version in the body, where it wins over the SDK's own.
        return {**self.sampling, **({"anthropic_version": self.version} if self.version else {})}

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if (self.aws_access_key is None) != (self.aws_secret_key is None):
            raise ValueError("aws_access_key and aws_secret_key: give both or none")
        if self.aws_session_token is not None and self.aws_access_key is None:
            raise ValueError("aws_session_token belongs to an aws_access_key")
        if self.api_key is not None and self.aws_access_key is not None:
            raise ValueError("give an api_key or AWS keys, not both")
        if (self.guardrail_id is None) != (self.guardrail_version is None):
            raise ValueError("guardrail_id and guardrail_version: give both or none")
        return self
