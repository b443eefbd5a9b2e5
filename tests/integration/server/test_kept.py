"""What could not be stored or read is kept: sealed, for its owner alone, and never more than there is room for."""

from __future__ import annotations

import stat

import pytest
from cryptography.fernet import Fernet

from core.server import kept as rooms
from core.server.kept import Kept, UnusableRecord
from core.vault import Vault
from tests.integration.server.conftest import Site

WORDS = "my lip is numb, my card is 4111 1111 1111 1111"


async def test_a_text_that_the_database_does_not_take_is_kept_and_its_words_are_not_on_the_disk(site: Site) -> None:
    asked = site.text(WORDS)
    await site.database.close()
    assert (await site.post(asked)).status_code == 503
    assert (await site.post(asked)).status_code == 503
    [file] = site.kept.files()
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    held = file.read_text()
    assert not any(word in held for word in ("numb", "4111", "+1212"))
    recorded = site.kept.read(file)
    assert (recorded.clinic, recorded.provider, recorded.binding, recorded.why) == (
        "harbor",
        "telnyx",
        "harbor-main",
        "unstored",
    )
    assert (recorded.at, recorded.request.body) == (site.clock.now(), asked.body)
    assert recorded.request.url == asked.url
    assert asked.headers.items() <= recorded.request.headers.items()


async def test_what_its_plugin_cannot_read_is_kept_and_what_nobody_signed_is_not(site: Site) -> None:
    odd = site.signer.sign(site.text().url, b'{"data": {}}', site.clock.now())
    assert (await site.post(odd)).status_code == 400
    [file] = site.kept.files()
    assert site.kept.read(file).why == "unread"

    unsigned = site.text("hello", message_id="m2")
    headers = {**unsigned.headers, "telnyx-signature-ed25519": "AAAA"}
    path = "/webhooks/telnyx/harbor-main"
    assert (await site.http.post(path, content=unsigned.body, headers=headers)).status_code == 403
    assert (await site.post(site.text("hello", message_id="m3"))).status_code == 200
    assert site.kept.files() == [file]


async def test_unread_ones_end_at_their_limit_and_crowd_out_no_text(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rooms.LIMITS, "unread", 2)
    for number in range(4):
        await site.post(site.signer.sign(site.text().url, b'{"data": %d}' % number, site.clock.now()))
    assert len(site.kept.files()) == 2
    await site.database.close()
    await site.post(site.text())
    assert [file.suffix for file in site.kept.files()].count(".unstored") == 1


async def test_without_its_key_or_under_another_clinics_name_a_kept_webhook_does_not_open(site: Site) -> None:
    await site.post(site.signer.sign(site.text().url, b'{"data": {}}', site.clock.now()))
    [file] = site.kept.files()
    stranger = Kept(site.kept.folder, Vault([Fernet.generate_key().decode()]))
    with pytest.raises(UnusableRecord, match="none of the keys of DESKBELL_SECRET_KEYS"):
        stranger.read(file)
    file.write_text(file.read_text().replace('"harbor"', '"sierra"'))
    with pytest.raises(UnusableRecord):
        site.kept.read(file)
