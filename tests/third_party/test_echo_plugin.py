"""Somebody else's plugin: built from its own package, installed, found and used, with no change of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "deskbell-echo"

LIST_PLUGINS = """
import json
from core.plugins import load_catalogue

catalogue = load_catalogue()
[echo] = [plugin for plugin in catalogue.plugins if plugin.name == "echo"]
print(json.dumps({
    "state": echo.state,
    "distribution": echo.distribution,
    "version": echo.version,
    "channel": catalogue.channels["echo"].__module__,
    "stage": catalogue.stages["echo"].__module__,
}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package in it, built and installed without any network."""
    folder = tmp_path_factory.mktemp("third-party")
    # A copy, because a build leaves its traces in the source.
    source = folder / "source"
    for file in EXAMPLE.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            (source / file.relative_to(EXAMPLE)).parent.mkdir(parents=True, exist_ok=True)
            (source / file.relative_to(EXAMPLE)).write_bytes(file.read_bytes())
    run([sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder / "dist"), str(source)])
    [wheel] = (folder / "dist").glob("*.whl")
    uv = Path(sys.executable).parent / "uv"
    run([str(uv), "pip", "install", "--offline", "--no-deps", "--target", str(folder / "site"), str(wheel)])
    return folder / "site"


def run(command: list[str], **environment: str) -> str:
    # What is asked of the run that we are part of is not asked of the plugin's own.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run(command, env={**inherited, **environment}, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_installed_plugin_is_found_with_all_that_it_brings(installed: Path) -> None:
    told = json.loads(run([sys.executable, "-c", LIST_PLUGINS], PYTHONPATH=str(installed)).splitlines()[-1])
    assert told == {
        "state": "ok",
        "distribution": "deskbell-echo",
        "version": "1.2.0",
        "channel": "deskbell_echo.channel",
        "stage": "deskbell_echo.stage",
    }


@pytest.mark.slow
def test_an_installed_plugin_passes_the_conformance_kit_in_its_own_test_run(installed: Path) -> None:
    options = ["-q", "-p", "no:cacheprovider", "-c", str(EXAMPLE / "pyproject.toml")]
    told = run([sys.executable, "-m", "pytest", *options, str(EXAMPLE / "tests")], PYTHONPATH=str(installed))
    assert " passed" in told
    assert "failed" not in told
