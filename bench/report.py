"""What the bench prints: the machine, the figures, their ratios, and the aims they are held against."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import psutil
from rich.console import Console
from rich.table import Table

from bench.parts import Figure

#: Part -> (the part it is compared with, the share of it that is aimed at).
_AIMS = {
    "intake": ("bare", 0.5),
    "intake_fresh": ("bare_fresh", 0.5),
    "turns": ("bare", 0.25),
    "turns_and_1": ("bare", 0.25),
    "intake_fleet": ("bare", 0.5),
    "turns_fleet": ("bare", 0.25),
}
_SECTION_ENDS = ("intake_fresh", "modelled", "turns_fleet", "calm_modelled_own", "calm_calls")
_WAITING_SECONDS, _WAITING_MB = 6.0, 400.0
_OWN_MILLISECONDS = 15.0


def machine(folder: Path, postgres: str) -> str:
    """One line on what was measured on; `folder` is where the database's data are."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}; PostgreSQL {postgres}; "
        f"a write to disk takes {1000 * _sync_seconds(folder):.2f} ms; load before: {os.getloadavg()[0]:.2f}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _sync_seconds(folder: Path) -> float:
    """How long the disk takes to make one small write durable: what bounds every commit."""
    file = folder / "sync"
    took = []
    with file.open("wb") as stream:
        for _ in range(100):
            stream.write(bytes(8192))
            stream.flush()
            began = time.monotonic()
            os.fsync(stream.fileno())
            took.append(time.monotonic() - began)
    file.unlink()
    return median(took)


def show(console: Console, machine_line: str, figures: Mapping[str, Figure]) -> None:
    table = Table(title="Deskbell bench", caption=machine_line, caption_justify="left", title_justify="left")
    table.add_column("part")
    for name in ("per second", "lowest–highest", "of (a)", "aim", "p50 ms", "p99 ms", "peak MB"):
        table.add_column(name, justify="right")
    table.add_column("cores used: load · server · PostgreSQL", justify="right")
    for figure in figures.values():
        table.add_row(*_row(figure, figures), end_section=figure.key in _SECTION_ENDS)
    console.print(table)


def _row(figure: Figure, figures: Mapping[str, Figure]) -> tuple[str, ...]:
    rates = figure.rates
    speed = (f"{figure.rate:,.0f}", f"{rates[0]:,.0f}–{rates[-1]:,.0f}")
    if figure.key.startswith("calm"):
        speed = ("", "")
    cores = " · ".join(f"{figure.cpu(process):.2f}" for process in ("load", "server", "postgres"))
    if figure.key.endswith("_own"):
        cores = ""
    waits = (f"{figure.wait(50):.1f}", f"{figure.wait(99):.1f}")
    memory = f"{figure.peak_mb:.0f}" if figure.peak_mb else ""
    if figure.key == "waiting":
        seconds = f"all in {figure.seconds:.2f} s"
        return (figure.name, seconds, "", "", f"< {_WAITING_SECONDS:g} s, < {_WAITING_MB:g} MB", *waits, memory, cores)
    return (figure.name, *speed, *_ratio(figure, figures), *waits, memory, cores)


def _ratio(figure: Figure, figures: Mapping[str, Figure]) -> tuple[str, str]:
    if figure.key.endswith("_own"):
        return "", f"p50 < {_OWN_MILLISECONDS:g} ms"
    if figure.key not in _AIMS:
        return "", ""
    other, share = _AIMS[figure.key]
    return f"{figure.rate / figures[other].rate:.0%}", f"≥ {share:.0%}"


def as_json(machine_line: str, figures: Mapping[str, Figure]) -> dict[str, object]:
    """The same figures for a program to read."""
    return {
        "machine": machine_line,
        "figures": {
            key: {
                "rate": figure.rate,
                "rates": figure.rates,
                "seconds": figure.seconds,
                "p50_ms": figure.wait(50),
                "p99_ms": figure.wait(99),
                "peak_mb": figure.peak_mb,
                "cpu": {process: figure.cpu(process) for process in ("load", "server", "carrier", "postgres")},
            }
            for key, figure in figures.items()
        },
    }
