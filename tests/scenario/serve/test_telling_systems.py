"""A subscriber beside a running system: told over HTTP of what a patient's text brought about."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from deskbell.testing.server import Answer, ProviderServer
from tests.scenario.serve.conftest import PATIENT, Serving, until

SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()


async def test_a_patients_text_reaches_the_crm_and_takes_no_words_and_no_number_along(
    serving: Callable[..., Serving], provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_SECRET", SECRET)
    provider_server.otherwise = Answer(204)
    system = serving()
    file = system.folder / "clinics" / "harbor" / "clinic.yml"
    section = f'\nsubscribers: {{crm: {{url: "{provider_server.url}/deskbell", secret: "${{env:CRM_SECRET}}"}}}}\n'
    file.write_text(file.read_text() + section)
    await system.start()
    await system.text("Hey, Dana Cole here, never been, lip filler for the quillonby, mornings are best")
    await system.answered(1)

    async def told() -> bool:
        return "request.moved" in {call.json["type"] for call in provider_server.calls}

    await until(told)
    learned = [call.json["data"] for call in provider_server.calls if call.json["type"] == "fact.learned"]
    assert "Dana" in [fact.get("value") for fact in learned]
    assert not any("quillonby" in call.plain or PATIENT in call.plain for call in provider_server.calls)
    assert all(call.headers["webhook-signature"].startswith("v1,") for call in provider_server.calls)
    assert await system.stop() == 0
