"""How errors are shown to people and to programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.console import Console

from core.config.errors import ConfigErrors
from core.config.report import render

if TYPE_CHECKING:
    from tests.unit.config.conftest import ClinicFolder


def rendered(clinics: ClinicFolder, width: int = 120) -> list[str]:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(render(clinics.load().errors))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_the_caret_stands_under_the_value(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("America/New_York", "America/New_Yrk"))
    lines = rendered(clinics)
    shown = next(line for line in lines if "timezone:" in line)
    caret = lines[lines.index(shown) + 1]
    assert caret.index("^") == shown.index("America/New_Yrk")
    assert caret.count("^") == len("America/New_Yrk")


def test_a_long_line_is_cut_around_the_caret(clinics: ClinicFolder) -> None:
    aliases = ", ".join(f"alias{number}" for number in range(60))
    clinics.write(clinics.good.replace("aliases: [tox]", f"aliases: [{aliases}, 17, {aliases.replace('a', 'b')}]"))
    lines = rendered(clinics, width=115)
    shown, caret = next((line, lines[number + 1]) for number, line in enumerate(lines) if "alias59" in line)
    assert shown[caret.index("^") :].startswith("17")
    assert len(shown) <= 115


def test_the_json_says_what_a_program_needs(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("use: pigeon", "use: pidgeon"))
    [error] = json.loads(json.dumps(ConfigErrors(clinics.load().errors).as_json()))
    assert error["clinic"] == "harbor"
    assert error["file"].endswith("harbor/clinic.yml")
    assert (error["line"], error["column"]) == (18, 15)
    assert error["path"] == "channels.main.use"
    assert error["given"] == '"pidgeon"'
    assert error["allowed"] == ["pigeon"]
    assert error["nearest"] == "pigeon"


def test_all_errors_stand_in_one_exception(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("America/New_York", "Mars").replace("cents: 1300", "cents: x"))
    errors = ConfigErrors(clinics.load().errors)
    assert len(errors) == 2
    assert all(error.path in str(errors) for error in errors)
