"""What makes vectors of texts: in this process and offline, or a model on Amazon Bedrock.

An embedder blocks and is called in a thread. Its `identity` stands in the index: vectors of different identities are
never compared.
"""

from __future__ import annotations

import json
import logging
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deskbell import Misconfigured, RetryLater
from plugins.knowledge.chroma.config import ChromaConfig

Vector = list[float]

#: A question longer than this is no question; the rest would only cost.
_LONGEST = 2000


class Embedder(ABC):
    """Makes vectors of length 1 of texts."""

    #: Model and settings, in a word.
    identity: str
    #: Least score of a passage that answers, found by measuring (docs/performance.md).
    threshold: float

    @abstractmethod
    def passages(self, texts: Sequence[str]) -> list[Vector]:
        """Vectors of what is to be found. Raises `RetryLater` or `Misconfigured`."""

    @abstractmethod
    def question(self, text: str) -> Vector:
        """The vector of what is asked."""


def embedder(config: ChromaConfig) -> Embedder:
    """The embedder of a binding. Imports what it needs, so it belongs into a thread."""
    return Bedrock(config) if config.embedder == "bedrock" else Offline()


class Offline(Embedder):
    """Averaged word pieces of a language model, from the weights in wordllama's own package. No network, ever."""

    identity = "wordllama/l2_supercat/256"
    threshold = 0.35

    def __init__(self) -> None:
        with _root_logger_as_it_is():
            from wordllama import WordLlama
            from wordllama import wordllama as package
        self._model: Any = WordLlama.load(
            "l2_supercat", cache_dir=Path(package.__file__).parent, dim=256, disable_download=True
        )

    def passages(self, texts: Sequence[str]) -> list[Vector]:
        # One by one: a batch is padded to its longest text.
        return [self.question(text) for text in texts]

    def question(self, text: str) -> Vector:
        return _unit(self._model.embed([text[:_LONGEST].casefold()])[0].tolist())


class Bedrock(Embedder):
    """Amazon Titan or Cohere through bedrock-runtime."""

    #: Not measured: look at the scores of `deskbell knowledge search` and set `threshold`.
    threshold = 0.35

    def __init__(self, config: ChromaConfig) -> None:
        import boto3
        from botocore.config import Config

        limits = Config(
            connect_timeout=config.deadline_seconds / 2,
            read_timeout=config.deadline_seconds,
            retries={"max_attempts": 0, "mode": "standard"},
        )
        self.identity = f"bedrock/{config.model}"
        self._model = config.model
        self._client: Any = boto3.client(
            "bedrock-runtime", region_name=config.region, endpoint_url=config.base_url, config=limits
        )

    def passages(self, texts: Sequence[str]) -> list[Vector]:
        return list(self._cohere(texts, "search_document") if self._is_cohere else map(self._titan, texts))

    def question(self, text: str) -> Vector:
        return next(self._cohere([text], "search_query")) if self._is_cohere else self._titan(text)

    @property
    def _is_cohere(self) -> bool:
        return "cohere.embed" in self._model

    def _titan(self, text: str) -> Vector:
        answer = self._invoke({"inputText": text[: 4 * _LONGEST] or " "})
        return _unit(answer["embedding"])

    def _cohere(self, texts: Sequence[str], kind: str) -> Iterator[Vector]:
        for start in range(0, len(texts), 96):
            some = [text[:_LONGEST] or " " for text in texts[start : start + 96]]
            answer = self._invoke({"texts": some, "input_type": kind, "truncate": "END"})["embeddings"]
            yield from map(_unit, answer["float"] if isinstance(answer, dict) else answer)

    def _invoke(self, body: dict[str, Any]) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client.invoke_model(
                modelId=self._model, body=json.dumps(body), contentType="application/json", accept="application/json"
            )
            return json.loads(answer["body"].read())
        except ClientError as error:
            # From None: the provider's message may quote the text.
            code = str(error.response.get("Error", {}).get("Code", ""))
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if status in (400, 401, 403, 404) and "Throttling" not in code:
                raise Misconfigured(f"Bedrock refused to embed ({code})", code=code) from None
            raise RetryLater(f"Bedrock did not embed ({code})", code=code) from None
        except (BotoCoreError, ValueError) as error:
            raise RetryLater(f"Bedrock did not embed ({type(error).__name__})") from None


def _unit(values: Sequence[float]) -> Vector:
    """The vector with length 1; a text without any meaning keeps its zeros, which are near to nothing."""
    length = math.sqrt(sum(value * value for value in values))
    return [value / length for value in values] if length > 1e-9 else [float(value) for value in values]


@contextmanager
def _root_logger_as_it_is() -> Iterator[None]:
    """wordllama sets up the root logger when it is imported, which is not for a library to do."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
