"""The bench runs to its end and has a figure for every part. How good the figures are is no test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_a_quick_run_has_a_figure_for_every_part(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    saved = json.loads(file.read_text())
    assert "PostgreSQL" in saved["machine"]
    figures = saved["figures"]
    for part in (
        "bare",
        "bare_fresh",
        "intake",
        "intake_fresh",
        "turns",
        "modelled",
        "calm_modelled_own",
        "calm_calls",
        "waiting",
    ):
        assert figures[part]["rate"] > 0, part
        assert figures[part]["p50_ms"] > 0, part
    assert figures["waiting"]["seconds"] > 2
    assert figures["waiting"]["peak_mb"] > 50
