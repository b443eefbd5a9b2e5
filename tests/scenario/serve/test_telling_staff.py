"""Staff are told on their own phones, the real way: through the carrier, with a link, until somebody acts."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable

from tests.scenario.serve.conftest import Serving

DESK = "+12125550150"


async def test_an_emergency_reaches_the_front_desk_and_again_until_somebody_has_seen_it(
    serving: Callable[..., Serving],
) -> None:
    system = serving()
    await system.start()
    await system.text("my throat is closing after the quillonby filler")
    assert "911" in (await system.answered(1))[0]

    (first,) = await system.answered(1, DESK)
    assert "URGENT" in first
    assert "quillonby" not in first.lower()
    link = re.search(r"http://\S+", first)
    assert link
    page = await system.http.get(link.group())
    assert page.status_code == 200
    token = link.group().rsplit("/", 1)[-1]
    assert token in page.text

    (await system.http.post("/api/clock", json={"advance_seconds": 31 * 60})).raise_for_status()
    told = await system.answered(2, DESK)
    assert "Still waiting" in told[1]

    shown = await command(system, "staff", "show", token)
    assert "quillonby" in shown
    assert "1 notice seen" in await command(system, "staff", "seen", re.search(r"c\d+", shown).group())  # type: ignore[union-attr]
    (await system.http.post("/api/clock", json={"advance_seconds": 31 * 60})).raise_for_status()
    await system.text("how much is botox?", sender="+12125550117")
    await system.answered(1, "+12125550117")
    assert len(await system.answers(DESK)) == 2


async def command(system: Serving, *words: str) -> str:
    """One `deskbell` command beside the running system."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "core.cli",
        *words,
        env={**system.environment, "DESKBELL_SANDBOX_URL": f"http://127.0.0.1:{system.sandbox_port}", "COLUMNS": "200"},
        cwd=system.folder,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return said.decode()
