"""Bedrock as a model: Claude behind AWS's signatures."""

from __future__ import annotations

import os
from importlib import import_module
from typing import ClassVar

from deskbell import ProviderNotReady
from plugins.llm.bedrock.config import BedrockConfig
from plugins.llm.claude.model import ClaudeModel


class BedrockModel(ClaudeModel[BedrockConfig]):
    """Claude through Bedrock's InvokeModel."""

    name: ClassVar[str] = "bedrock"
    Config: ClassVar[type[BedrockConfig]] = BedrockConfig
    vendor: ClassVar[str] = "Amazon Bedrock"
    client_module: ClassVar[str] = "plugins.llm.bedrock.client"
    extra: ClassVar[str] = "bedrock"

    def require_credentials(self) -> None:
        """Looks where AWS keeps them, with the small half of its SDK; asking the machine's role takes a second."""
        if self.config.aws_access_key or self.config.api_key or os.environ.get("AWS_BEARER_TOKEN_BEDROCK"):
            return
        try:
            found = import_module("botocore.session").Session().get_credentials()
        except ModuleNotFoundError:
            return  # that the SDK is missing is told when it is loaded
        except Exception as error:  # noqa: BLE001 (a broken profile, an expired login: whatever botocore meets)
            raise ProviderNotReady(
                f"{self.context.binding}: the AWS credentials cannot be used ({type(error).__name__}); "
                "see AWS_PROFILE and the files in ~/.aws."
            ) from None
        if found is None:
            raise ProviderNotReady(
                f"{self.context.binding}: no AWS credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                "AWS_PROFILE, or give the machine a role, or write aws_access_key and aws_secret_key in the binding."
            )
