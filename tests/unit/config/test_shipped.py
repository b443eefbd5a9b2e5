"""What ships is in order: the defaults, the clinics, and a project made from the installed package."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.config.clinics import load_clinics
from core.config.defaults import load_defaults, shipped_clinics
from core.config.policy import prove
from core.plugins import load_catalogue

ROOT = Path(__file__).parents[3]
PACKAGES = ("clinics", "config", "core", "deskbell", "plugins", "portal", "sandbox")


def test_our_own_plugins_all_work() -> None:
    assert [plugin for plugin in load_catalogue().plugins if plugin.distribution == "deskbell" and plugin.error] == []


def test_every_shipped_pipeline_is_safe() -> None:
    stages = load_catalogue().stages
    pipelines = load_defaults().pipelines
    assert pipelines
    for name, node in pipelines.items():
        assert prove(node.plain(), stages) == [], name


def test_the_shipped_clinics_need_nothing_but_their_secrets() -> None:
    loaded = load_clinics(shipped_clinics(), load_catalogue(), environment={})
    assert set(loaded.found) == {"harbor", "sierra"}
    assert {error.kind for error in loaded.errors} == {"reference"}
    passed = load_clinics(shipped_clinics(), load_catalogue(), environment={}, skip_missing=True)
    assert (passed.errors, dict(passed.disabled)) == ((), {})


@pytest.mark.slow
def test_the_installed_package_makes_a_project_that_passes_check(tmp_path: Path) -> None:
    source, site, project = tmp_path / "source", tmp_path / "site", tmp_path / "desk"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("setup.cfg", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, source)
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path), str(source)]
    run(build, tmp_path)
    [wheel] = tmp_path.glob("*.whl")
    uv = str(Path(sys.executable).parent / "uv")
    run([uv, "pip", "install", "--offline", "--no-deps", "--target", str(site), str(wheel)], tmp_path)
    deskbell = [sys.executable, "-c", "from core.cli import main; main()"]
    run([*deskbell, "init", str(project)], tmp_path, PYTHONPATH=str(site))
    told = json.loads(run([*deskbell, "check", "--no-secrets", "--json"], project, PYTHONPATH=str(site)))
    assert told["ok"]
    assert [clinic["id"] for clinic in told["clinics"]] == ["harbor"]
    # The copy is what ran, and not this checkout.
    where = run([sys.executable, "-c", "import core; print(core.__file__)"], project, PYTHONPATH=str(site))
    assert where.startswith(str(site))


def run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
