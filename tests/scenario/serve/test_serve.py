"""The main job on real input: `deskbell serve --sandbox`, from the first start to Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

from tests.scenario.serve.conftest import PATIENT, Serving, until

Make = Callable[..., Serving]


async def test_texts_travel_the_real_way_and_back_under_faults_and_ctrl_c_leaves_nothing_behind(serving: Make) -> None:
    system = serving()
    await system.start()
    await system.text("how much is botox?")
    assert "$13" in (await system.answered(1))[0]
    await until(lambda: delivered(system))
    seen = (await system.http.get("/api/log")).json()
    assert any(entry.get("provider") == "telnyx" for entry in seen)

    for number, kind in enumerate(("duplicate", "reorder", "delay", "drop_response", "status"), start=12):
        fault: dict[str, Any] = {"provider": "telnyx", "kind": kind, "times": 1, "seconds": 0.2}
        patient = f"+121255501{number}"
        (await system.http.post("/api/faults", json=fault)).raise_for_status()
        await system.text("how much is botox?", sender=patient)
        await system.answered(1, patient)
        await system.http.delete("/api/faults")
    for number in range(12, 17):
        assert len(await system.answers(f"+121255501{number}")) == 1

    assert await system.stop() == 0
    assert system.left_behind() == []


async def delivered(system: Serving) -> bool:
    thread = (await system.http.get(f"/api/threads/{PATIENT}")).json()
    return all(line["status"] == "delivered" for line in thread)


async def test_a_second_start_remembers_the_conversation(serving: Make) -> None:
    system = serving()
    await system.start()
    await system.text("I'm Dana Cole, I'd like botox")
    await system.answered(1)
    assert await system.stop(signal.SIGTERM) == 0
    again = serving()
    await again.start()
    await again.text("never been there")
    answers = await again.answered(1)
    assert "Hi, this is Harbor" not in answers[0]
    assert "your name" not in answers[0]


async def test_a_running_system_takes_over_new_clinic_files_refuses_broken_ones_and_follows_the_clock(
    serving: Make,
) -> None:
    system = serving()
    file = system.folder / "clinics" / "harbor" / "clinic.yml"
    good = file.read_text()
    await system.start()

    file.write_text(good.replace("cents: 1300", "cents: 1700"))
    await until(lambda: logged(system, "clinics reloaded", 1))
    await system.text("how much is botox?")
    assert "$17" in (await system.answered(1))[0]

    file.write_text(good.replace("services:", "servces:"))
    await until(lambda: logged(system, "clinic file refused", 1))
    await system.text("how much is dysport?")
    assert "$4.50" in (await system.answered(2))[1]

    file.write_text(good)
    await until(lambda: logged(system, "clinics reloaded", 3))
    system.process.send_signal(signal.SIGHUP)
    await until(lambda: logged(system, "clinics reloaded", 4))

    before = (await system.http.get("/api/clock")).json()["now"]
    await system.http.post("/api/clock", json={"advance_seconds": 86_400})
    assert (await system.http.get("/api/clock")).json()["now"][:10] > before[:10]
    await system.text("how much is botox?")
    assert "$13" in (await system.answered(3))[2]


async def logged(system: Serving, words: str, times: int) -> bool:
    return (system.folder / "log").read_text().count(words) >= times


async def test_two_worker_processes_share_the_work_and_a_broadcast_and_both_go(serving: Make) -> None:
    system = serving("--workers", "2")
    await system.start()
    patients = [f"+121255501{number:02}" for number in range(10, 30)]
    await asyncio.gather(*(system.text("how much is botox?", sender=patient) for patient in patients))
    for patient in patients:
        assert len(await system.answered(1, patient)) == 1

    # Nobody is broadcast to in the middle of a conversation.
    (await system.http.post("/api/clock", json={"advance_seconds": 3600})).raise_for_status()
    words = "Our opening hours have changed."
    options = ("--a-minute", "600", "--by", "rosa", "--yes", "--watch")
    assert "20/20" in await system.said("broadcast", "start", "harbor", words, *options)
    for patient in patients:
        [_, told] = await system.answered(2, patient)
        assert told == f"Harbor Skin Studio: {words} Reply STOP to opt out."
    assert await system.stop() == 0
    assert system.left_behind() == []
