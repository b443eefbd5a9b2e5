"""The commands about configuration, as a shell sees them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core import plugins
from core.cli import app as program
from core.cli import main
from core.config.catalogue import Catalogue

if TYPE_CHECKING:
    from tests.unit.config.conftest import ClinicFolder

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def deskbell(
    clinics: ClinicFolder,
    catalogue: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """Runs the program in an empty working directory with the tests' own plugins: (exit code, out, err)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    for module in ("check", "schema", "explain", "plugins", "init"):
        monkeypatch.setattr(f"core.cli.{module}.load_catalogue", lambda: catalogue)
    monkeypatch.setattr(plugins, "load_catalogue", lambda: catalogue)
    for name, value in clinics.environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_check_passes_a_good_clinic(deskbell: Shell, clinics: ClinicFolder) -> None:
    clinics.write()
    code, out, _ = deskbell("check")
    assert code == 0
    assert "harbor" in out


def test_check_refuses_a_bad_one_with_file_line_and_column(deskbell: Shell, clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("America/New_York", "America/New_Yrk"))
    code, out, _ = deskbell("check")
    assert code == 1
    assert "clinics/harbor/clinic.yml:3:13" in out
    assert "America/New_Yrk" in out


def test_check_speaks_json(deskbell: Shell, clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("use: pigeon", "use: pidgeon"))
    clinics.write(clinics.good, "sierra")
    code, out, _ = deskbell("check", "--json")
    told = json.loads(out)
    assert code == 1
    assert told["ok"] is False
    assert told["clinics"] == [{"id": "harbor", "ok": False}, {"id": "sierra", "ok": True}]
    assert [error["nearest"] for error in told["errors"]] == ["pigeon"]


def test_check_wants_secrets_unless_told_not_to(
    deskbell: Shell, clinics: ClinicFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinics.write()
    monkeypatch.delenv("PIGEON_KEY")
    code, out, _ = deskbell("check")
    assert code == 1
    assert "PIGEON_KEY" in out
    assert deskbell("check", "--no-secrets")[0] == 0


def test_check_reads_the_env_file(
    deskbell: Shell, clinics: ClinicFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIGEON_KEY")
    (tmp_path / ".env").write_text("PIGEON_KEY=coo\nDESKBELL_CLINICS=practices\n")
    clinics.write()
    clinics.root.rename(tmp_path / "practices")
    assert deskbell("check")[0] == 0


def test_check_looks_into_the_folder_it_is_given(deskbell: Shell, clinics: ClinicFolder, tmp_path: Path) -> None:
    clinics.write()
    clinics.root.rename(tmp_path / "elsewhere")
    assert deskbell("check")[0] == 1
    assert deskbell("check", "--clinics", "elsewhere")[0] == 0


def test_a_wrong_setting_is_told_without_a_traceback(deskbell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKBELL_PORT", "http")
    code, _, err = deskbell("check")
    assert code == 1
    assert "DESKBELL_PORT" in err
    assert "Traceback" not in err


def test_explain_tells_value_and_place(deskbell: Shell, clinics: ClinicFolder) -> None:
    clinics.write()
    code, out, _ = deskbell("explain", "harbor", "channels.main")
    assert code == 0
    assert "clinics/harbor/clinic.yml:18:" in out
    assert "${env:PIGEON_KEY}" in out
    assert clinics.environment["PIGEON_KEY"] not in out


def test_explain_refuses_a_path_that_leads_nowhere(deskbell: Shell, clinics: ClinicFolder) -> None:
    clinics.write()
    code, _, err = deskbell("explain", "harbor", "brust.cap")
    assert code == 1
    assert "burst.cap" in err


def test_schema_is_written_to_a_file_or_out(deskbell: Shell, tmp_path: Path) -> None:
    code, out, _ = deskbell("schema")
    assert code == 0
    assert deskbell("schema", "-o", "clinic.schema.json")[0] == 0
    assert json.loads(out) == json.loads((tmp_path / "clinic.schema.json").read_text())


def test_plugins_are_listed_for_people_and_programs(deskbell: Shell) -> None:
    assert "aviary" in deskbell("plugins")[1]
    [told] = json.loads(deskbell("plugins", "--json")[1])
    assert told["state"] == "ok"
    assert told["brings"]["channels"] == ["pigeon"]


def test_help_names_our_commands_and_those_of_plugins(deskbell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def coo(times: int = 1) -> None:
        """Coos."""
        print("coo " * times)  # noqa: T201 - a command's output

    monkeypatch.setattr(plugins, "load_catalogue", lambda: Catalogue(commands={"coo": coo, "check": coo}))
    code, out, err = deskbell("--help")
    assert code == 0
    assert all(word in out for word in (*program.COMMANDS, "coo"))
    assert "'check'" in err
    assert deskbell("coo", "--times", "2")[1] == "coo coo \n"


def test_an_unknown_command_is_refused(deskbell: Shell) -> None:
    assert deskbell("chekc")[0] == 2


def test_every_command_of_the_table_can_be_run() -> None:
    for name in program.COMMANDS:
        group: Any = program.typer.main.get_command(program.app)
        context = group.get_command(None, name).make_context(name, ["--help"], resilient_parsing=True)
        assert context.command.help


def test_our_own_commands_do_not_load_the_plugins() -> None:
    code = (
        "import sys; from core.cli.app import app, Commands; import typer; "
        "group = typer.main.get_command(app); group.get_command(None, 'check'); "
        "assert 'core.plugins' not in sys.modules and 'core.config' not in sys.modules, 'loaded early'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- init -----------------------------------------------------------------------------------------------------


@pytest.fixture
def shipped(clinics: ClinicFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that ships the good clinic."""
    folder = clinics.write()
    (folder / "knowledge").mkdir()
    (folder / "knowledge" / "prices.md").write_text("# Prices\n")
    (folder / ".hidden").write_text("")
    root = clinics.root.rename(tmp_path / "shipped")
    monkeypatch.setattr("core.cli.init.shipped_clinics", lambda: root)
    return root


def test_init_makes_a_project_that_passes_check(
    deskbell: Shell, shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deskbell("init", "desk")[0] == 0
    project = tmp_path / "desk"
    names = {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
    assert names == {
        ".env",
        ".env.example",
        ".gitignore",
        "README.md",
        "clinic.schema.json",
        "clinics/harbor/clinic.yml",
        "clinics/harbor/knowledge/prices.md",
    }
    assert "PIGEON_KEY=\n" in (project / ".env").read_text()
    assert "# DESKBELL_PORT=8000\n" in (project / ".env").read_text()
    assert ".env\n" in (project / ".gitignore").read_text()
    assert "{clinic}" not in (project / "README.md").read_text()
    monkeypatch.chdir(project)
    assert deskbell("check")[0] == 0


def test_init_refuses_a_folder_that_is_not_empty(deskbell: Shell, shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "mine.txt").write_text("mine")
    code, _, err = deskbell("init", "desk")
    assert code == 1
    assert "desk" in err
    assert [path.name for path in (tmp_path / "desk").iterdir()] == ["mine.txt"]
    assert deskbell("init", "desk/mine.txt")[0] == 1


def test_init_starts_from_the_clinic_that_is_named(deskbell: Shell, shipped: Path, tmp_path: Path) -> None:
    (shipped / "harbor").rename(shipped / "sierra")
    assert deskbell("init", "desk", "--from", "siera")[0] == 1
    assert not (tmp_path / "desk").exists()
    assert deskbell("init", "desk", "--from", "sierra")[0] == 0
    assert (tmp_path / "desk" / "clinics" / "sierra" / "clinic.yml").is_file()
