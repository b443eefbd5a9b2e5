"""A small world to configure: providers and stages of the tests' own, and a folder of clinics to write into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, SecretStr

from core.config.catalogue import Catalogue
from core.config.clinics import LoadedClinics, load_clinics
from core.config.errors import ConfigError
from core.plugins import load_catalogue
from deskbell import (
    E164,
    LLM,
    CallNext,
    Channel,
    ChannelConfig,
    ChannelEvent,
    Draft,
    Knowledge,
    OutboundText,
    Passage,
    Prompt,
    RawRequest,
    SendReceipt,
    Settings,
    Stage,
    Turn,
    hookimpl,
)

GOOD = """\
clinic:
  name: Harbor Skin Studio
  timezone: America/New_York
  phone: "+12125550134"
  languages: [en]
hours:
  monday: ["09:00-17:00"]
  closed_on: [2026-12-25]
services:
  - name: Botox
    aliases: [tox]
    price: {cents: 1300, per: unit}
    deposit_cents: 5000
  - name: Facial
deposit: {cents: 5000}
booking: {ask: [name, service, when]}
channels:
  main: {use: pigeon, number: "+12125550142", key: "${env:PIGEON_KEY}"}
models:
  first: {use: parrot, key: "${env:PARROT_KEY}"}
knowledge: {use: notes}
"""
ENVIRONMENT = {"PIGEON_KEY": "coo-coo-7712", "PARROT_KEY": "polly-9954"}


class PigeonConfig(ChannelConfig):
    number: E164 = Field(description="The number that patients text.")
    forward_to: E164 | None = Field(default=None, description="Where calls ring.")
    key: SecretStr = Field(description="Opens the loft.")
    base_url: str = Field(default="https://pigeons.example", description="Address of the loft.")
    loud: bool = Field(default=False, description="Whether it coos.")


class Pigeon(Channel[PigeonConfig]):
    name = "pigeon"
    Config = PigeonConfig

    @property
    def address(self) -> str:
        return self.config.number

    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        return []

    async def send(self, text: OutboundText) -> SendReceipt:
        return SendReceipt("1")


class ParrotConfig(Settings):
    key: SecretStr = Field(description="Opens the cage.")


class Parrot(LLM[ParrotConfig]):
    name = "parrot"
    Config = ParrotConfig

    async def draft(self, prompt: Prompt, *, deadline_seconds: float) -> Draft:
        return Draft("hello")


class NotesConfig(Settings):
    folder: str = Field(default="knowledge", description="Where the notes are.")


class Notes(Knowledge[NotesConfig]):
    name = "notes"
    Config = NotesConfig

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        return []


class FormatConfig(Settings):
    max_segments: int = Field(default=3, ge=1, le=10, description="Longest text, in segments.")


def stage(
    name: str, *, sealed: bool = False, outside_of: frozenset[str] = frozenset(), **more: Any
) -> type[Stage[Any]]:
    async def call(self: Any, turn: Turn, call_next: CallNext) -> None:
        await call_next()

    because = f"{name} must see everything" if outside_of else ""
    body = {"name": name, "sealed": sealed, "outside_of": outside_of, "because": because, "__call__": call, **more}
    return type(name.title(), (Stage,), body)


STAGES = [
    stage("sms_format", sealed=True, outside_of=frozenset({"*", "output_guard"}), Config=FormatConfig),
    stage("output_guard", sealed=True, outside_of=frozenset({"*"})),
    stage("health_guard"),
    stage("injection_guard"),
    stage("sender_guard"),
    stage("consent", sealed=True, outside_of=frozenset({"assistant", "emergency"})),
    stage("takeover"),
    stage("card_guard", sealed=True, outside_of=frozenset({"history", "assistant"})),
    stage("emergency", sealed=True, outside_of=frozenset({"assistant"})),
    stage("pace", outside_of=frozenset({"history", "assistant"})),
    stage("history"),
    stage("deposit"),
    stage("missed_call"),
    stage("nudge"),
    stage("assistant"),
]


class Aviary:
    plugin_name = "aviary"

    @hookimpl
    def register_channels(self) -> Sequence[type[Channel[Any]]]:
        return [Pigeon]

    @hookimpl
    def register_llms(self) -> Sequence[type[LLM[Any]]]:
        return [Parrot]

    @hookimpl
    def register_knowledge(self) -> Sequence[type[Knowledge[Any]]]:
        return [Notes]

    @hookimpl
    def register_stages(self) -> Sequence[type[Stage[Any]]]:
        return STAGES


@pytest.fixture(scope="session")
def aviary() -> object:
    """The plugin that brings everything the good clinic names."""
    return Aviary()


@pytest.fixture(scope="session")
def catalogue(aviary: object) -> Catalogue:
    found = load_catalogue([aviary])
    assert not found.broken
    return found


@dataclass
class ClinicFolder:
    """A folder of clinics; writes files into it and loads it."""

    root: Path
    catalogue: Catalogue
    environment: dict[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))

    #: A complete clinic, for tests to change.
    good = GOOD

    def write(self, text: str = GOOD, name: str = "harbor") -> Path:
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "clinic.yml").write_text(text, encoding="utf-8")
        return folder

    def load(self, overrides: Mapping[str, Mapping[str, Any]] | None = None, **options: Any) -> LoadedClinics:
        options.setdefault("environment", self.environment)
        return load_clinics(self.root, self.catalogue, overrides=overrides, **options)

    def errors(self, text: str) -> tuple[ConfigError, ...]:
        """The errors of one clinic with this file."""
        self.write(text)
        return self.load().errors

    def error(self, text: str) -> ConfigError:
        """The only error of one clinic with this file."""
        [error] = self.errors(text)
        return error


@pytest.fixture
def clinics(tmp_path: Path, catalogue: Catalogue) -> ClinicFolder:
    return ClinicFolder(tmp_path / "clinics", catalogue)
