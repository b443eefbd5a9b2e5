"""Settings of a `chroma` binding."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from deskbell import E164, Settings
from plugins.knowledge.entries import OWN_EMAILS, OWN_PHONES


def _server(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("must be the address of a Chroma server, e.g. 'http://chroma:8000'")
    return value.rstrip("/")


class ChromaConfig(Settings):
    """Where the documents are, where the index is kept, and what makes vectors of texts."""

    folder: str = Field(
        default="knowledge", min_length=1, description="Folder of the documents, from the clinic's own folder on."
    )
    url: Annotated[str, AfterValidator(_server)] | None = Field(
        default=None,
        description="Chroma server to keep the index in, for many machines; left out, it is kept on this one.",
    )
    token: SecretStr | None = Field(default=None, description="Bearer token of that server, where it wants one.")
    database: str = Field(default="default_database", min_length=3, description="Database on that server.")
    embedder: Literal["offline", "bedrock"] = Field(
        default="offline",
        description="What makes vectors of texts: 'offline' (in this process, no network) or 'bedrock'.",
    )
    model: str = Field(
        default="amazon.titan-embed-text-v2:0",
        description="Model on Bedrock: amazon.titan-embed-… or cohere.embed-…; only with embedder 'bedrock'.",
    )
    region: str | None = Field(default=None, description="AWS region of the model; needed with embedder 'bedrock'.")
    base_url: str | None = Field(default=None, description="Another address for Bedrock: a private endpoint, a test.")
    threshold: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Least score (0 to 1) of a passage, below which we rather do not know; the embedder's own if none.",
    )
    passage_size: int = Field(
        default=600, ge=200, le=4000, description="About how many characters of running text make one passage."
    )
    largest_mb: int = Field(default=20, ge=1, le=200, description="A document of more megabytes is refused.")
    phones: tuple[E164, ...] = Field(default=(), description=OWN_PHONES)
    emails: tuple[str, ...] = Field(default=(), description=OWN_EMAILS)
    deadline_seconds: float = Field(
        default=2.0, gt=0, le=30, description="How long a search may take; after half of it, words alone decide."
    )
    refresh_seconds: float = Field(
        default=15.0, gt=0, le=3600, description="How often to look whether another process has made a newer index."
    )

    @model_validator(mode="after")
    def _a_region_for_bedrock(self) -> ChromaConfig:
        if self.embedder == "bedrock":
            if not self.region:
                raise ValueError("embedder 'bedrock' needs a region, e.g. 'us-east-1'")
            if not any(family in self.model for family in ("amazon.titan-embed", "cohere.embed")):
                raise ValueError("model must be an amazon.titan-embed-… or cohere.embed-… model")
        return self
