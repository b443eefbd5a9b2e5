"""The documentation is held to the code: what it names exists, and what exists is named."""

from __future__ import annotations

import base64
import inspect
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr

from core import metrics
from core.config.schema import ClinicFile
from core.config.settings import PREFIX, Runtime
from core.engine.announcing import message
from deskbell import ANNOUNCEMENT_TYPES, errors, hooks

ROOT = Path(__file__).parents[3]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text())
    missing = [link for link in links if not link.startswith("http") and not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("group", [hooks.Registration, hooks.Observers])
def test_every_hook_is_documented_with_its_arguments(group: type) -> None:
    for name, function in inspect.getmembers(group, inspect.isfunction):
        arguments = ", ".join(list(inspect.signature(function).parameters)[1:])
        assert f"`{name}({arguments})`" in page("plugins.md")


def test_every_error_of_channels_is_documented() -> None:
    named = [errors.SignatureInvalid, errors.Malformed, errors.NotForMe, errors.RetryLater, errors.Undeliverable]
    for error in [*named, errors.OptedOut, errors.Misconfigured, errors.OutcomeUnknown]:
        assert f"`{error.__name__}" in page("plugins.md")


def test_every_variable_of_the_operator_is_documented() -> None:
    for field in Runtime.model_fields:
        assert f"`{PREFIX}{field.upper()}`" in page("operations.md")


def test_every_figure_that_operations_watches_exists() -> None:
    existing = {
        name
        for metric in vars(metrics).values()
        if isinstance(metric, MetricWrapperBase)
        for family in metric.describe()
        for name in (family.name, f"{family.name}_total")
    }
    watched = set(re.findall(r"`(deskbell_\w+)", page("operations.md")))
    assert watched
    assert watched <= existing


def test_the_example_of_a_clinic_file_has_every_kind_of_section_that_exists_and_no_other() -> None:
    example = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page("configuration.md"), re.DOTALL)[1])
    assert set(example) - set(ClinicFile.model_fields) == set()
    assert set(ClinicFile.model_fields) - set(example) == {"payments"}


def test_every_announcement_is_documented_and_no_other() -> None:
    table = re.findall(r"(?m)^\| (`[^|]*) \|", page("announcements.md"))
    assert set(re.findall(r"`([a-z_.]+)`", " ".join(table))) == ANNOUNCEMENT_TYPES


def test_what_is_told_verifies_by_the_five_lines_of_the_page() -> None:
    code = re.search(r"```python\n(import base64.*?)```", page("announcements.md"), re.DOTALL)
    assert code
    names: dict[str, Any] = {}
    exec(code[1], names)  # noqa: S102 - it is what the page tells receivers to run
    new, old = ("whsec_" + base64.b64encode(byte * 32).decode() for byte in (b"n", b"o"))
    now = datetime.now(UTC)
    headers = message.headers("m1", b"{}", [SecretStr(new), SecretStr(old)], now)
    assert names["verified"](headers, b"{}", new)
    assert names["verified"](headers, b"{}", old)
    assert not names["verified"](headers, b"{ }", new)
    assert not names["verified"](headers | {"webhook-id": "m2"}, b"{}", new)
    late = message.headers("m1", b"{}", [SecretStr(new)], now - timedelta(hours=1))
    assert not names["verified"](late, b"{}", new)
