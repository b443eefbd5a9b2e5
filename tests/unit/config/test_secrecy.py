"""No secret in any message, excerpt, rendering or repr, however the file is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from core.config.errors import ConfigErrors
from core.config.explain import explain
from core.config.report import render

if TYPE_CHECKING:
    from tests.unit.config.conftest import ClinicFolder

SECRET = "Zanzibar-99-quetzal"
MAIN = '{use: pigeon, number: "+12125550142", key: "${env:PIGEON_KEY}"}'


def everything(clinics: ClinicFolder, *, width: int = 200) -> str:
    """All that a load can be made to say."""
    loaded = clinics.load()
    errors = ConfigErrors([*loaded.errors, *loaded.disabled.values()])
    console = Console(width=width)
    with console.capture() as capture:
        console.print(render(errors))
    explained = [repr(entry) for name in loaded.trees for entry in explain(loaded, name, "")]
    return "\n".join([capture.get(), json.dumps(errors.as_json()), str(errors), repr(errors), repr(loaded), *explained])


@pytest.mark.parametrize(
    "main",
    [
        f'{{use: pigeon, number: "+12125550142", key: {SECRET}}}',
        f'{{use: pigeon, number: "+12125550142", key: "prefix {SECRET} ${{env:PIGEON_KEY}}"}}',
        f'{{use: pigeon, number: nonsense, key: "{SECRET}", colour: grey}}',
        f'{{use: pigeon, number: "+12125550142", kye: "{SECRET}"}}',
        f'{{use: pigeon, number: "+12125550142", key: ["{SECRET}"]}}',
        f'{{use: pigeon, number: "+12125550142", key: {{inner: "{SECRET}"}}}}',
        f'{{use: unknown_bird, number: 5, token: "{SECRET}"}}',
        f'{{number: 5, anything: "{SECRET}"}}',
        f'{{use: pigeon, use: parrot, number: 5, key: "{SECRET}"}}',
        f'{{use: pigeon, key: "{SECRET}"',
        f'{{use: pigeon, key: "{SECRET}',
        f"{{use: pigeon, number: 5, key: |\n      {SECRET}\n      {SECRET}\n    }}",
        f"\n    use: pigeon\n    number: 5\n    key: |\n      {SECRET}\n      more {SECRET}\n    loud: [{SECRET}",
        f'\n    use: pigeon\n    number: 5\n    key: "{SECRET}\n      {SECRET}"\n    loud: 3',
    ],
)
def test_a_literal_secret_is_never_shown(main: str, clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace(MAIN, main))
    said = everything(clinics)
    assert clinics.load().errors
    assert SECRET not in said


@pytest.mark.parametrize("use", ["number", "base_url", "deadline_seconds", "loud", "use"])
def test_no_error_shows_what_a_reference_brings_wherever_it_is_put(use: str, clinics: ClinicFolder) -> None:
    clinics.environment["MISPLACED"] = SECRET
    settings = {"use": "pigeon", "number": '"+12125550142"', "key": '"${env:MISPLACED}"', use: '"${env:MISPLACED}"'}
    clinics.write(clinics.good.replace(MAIN, "{" + ", ".join(f"{k}: {v}" for k, v in settings.items()) + "}"))
    errors = ConfigErrors(clinics.load().errors)
    assert len(errors) == (0 if use == "base_url" else 1)
    assert SECRET not in f"{errors} {errors!r} {errors.as_json()} {clinics.load()!r}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: Facial", "name: '${env:MISPLACED} ${env:MISPLACED} ${env:MISPLACED} ${env:MISPLACED}'"),
        ("aliases: [tox]", "aliases: ['${env:MISPLACED}', '${env:MISPLACED}']"),
        ("timezone: America/New_York", "timezone: '${env:MISPLACED}'"),
    ],
)
def test_nor_outside_of_bindings(before: str, after: str, clinics: ClinicFolder) -> None:
    clinics.environment["MISPLACED"] = SECRET
    clinics.write(clinics.good.replace(before, after))
    loaded = clinics.load()
    assert loaded.errors
    assert SECRET not in "\n".join([str(ConfigErrors(loaded.errors)), repr(loaded)])


def test_a_good_plan_shows_no_secret(clinics: ClinicFolder) -> None:
    clinics.write()
    loaded = clinics.load()
    loaded.require()
    said = everything(clinics)
    assert not any(secret in said for secret in clinics.environment.values())


def test_a_neighbours_phone_number_is_masked_and_the_caret_stays_in_place(clinics: ClinicFolder) -> None:
    error = clinics.error(clinics.good.replace("  main: {use: pigeon, ", "  main: {use: pigeon, loud: 5, "))
    assert error.place is not None
    assert "+12125550142" not in error.place.excerpt
    assert "+1212***0142" in error.place.excerpt
    assert error.place.excerpt[error.place.column - 1 :].startswith("5")


def test_an_unknown_setting_of_a_known_provider_hides_its_value_and_shows_the_rest(clinics: ClinicFolder) -> None:
    error = clinics.error(clinics.good.replace("use: pigeon", "use: pigeon, colour: greyish"))
    assert error.place is not None
    assert "greyish" not in error.place.excerpt
    assert "${env:PIGEON_KEY}" in error.place.excerpt
