"""E-mail to staff: what a mail server is handed, and what each of its moods comes to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from core.engine.paging.mail import SmtpMailer
from core.engine.paging.wording import Mail
from deskbell import ManualClock, Misconfigured, OutboundError, OutcomeUnknown, RetryLater, Undeliverable
from deskbell.testing import Discretion
from tests.smtp_server import mail_server, tls

CLOCK = ManualClock(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))
MAIL = Mail("desk@harborskin.example", "Harbor: Asked for a person: Zoë Quillonby", "Please look.\n", "8f6c")


def mailer(url: str, **options: object) -> SmtpMailer:
    return SmtpMailer(SecretStr(url), "Deskbell <bell@desk.example>", CLOCK, tls=tls().client, **options)  # type: ignore[arg-type]


async def test_an_e_mail_arrives_as_it_was_worded_with_an_id_that_stays() -> None:
    async with mail_server() as server:
        for _ in range(2):
            await mailer(f"smtp://127.0.0.1:{server.port}").send(MAIL)
    first, second = server.letters
    assert (first["To"], first["Subject"]) == (MAIL.to, MAIL.subject)
    assert first["From"] == "Deskbell <bell@desk.example>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first.get_content().strip() == "Please look."
    assert first["Message-ID"] == second["Message-ID"] == "<8f6c@desk.example>"


@pytest.mark.parametrize("how", ["smtps", "smtp"])
async def test_user_and_password_go_over_tls_only(how: str) -> None:
    async with mail_server(implicit_tls=how == "smtps", starttls=how == "smtp") as server:
        await mailer(f"{how}://bell:open%20sesame@127.0.0.1:{server.port}").send(MAIL)
    assert server.logins == [("bell", "open sesame")]
    assert server.encrypted == [True]


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted() -> None:
    async with mail_server(implicit_tls=True) as server:
        strict = SmtpMailer(SecretStr(f"smtps://127.0.0.1:{server.port}"), "bell@desk.example", CLOCK)
        with pytest.raises(Misconfigured, match="certificate"):
            await strict.send(MAIL)
    assert server.letters == []


async def test_without_tls_it_speaks_to_no_other_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with mail_server() as server:
        elsewhere = mailer(f"smtp://127.0.0.1:{server.port}")
        monkeypatch.setattr(elsewhere, "_host", "127.0.0.3")
        monkeypatch.setattr(SmtpMailer, "_connect", _to(server.port))
        with pytest.raises(Misconfigured, match="STARTTLS"):
            await elsewhere.send(MAIL)
    assert server.letters == []


def _to(port: int) -> object:
    import smtplib

    return lambda self: smtplib.SMTP("127.0.0.1", port, "[127.0.0.1]", timeout=5)


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({"MAIL": "451 come again"}, RetryLater),
        ({"MAIL": "550 who are you"}, Misconfigured),
        ({"RCPT": "450 mailbox busy"}, RetryLater),
        ({"RCPT": "550 no such user"}, Undeliverable),
        ({"RCPT": "hang up"}, RetryLater),
        ({"DATA": "451 not now"}, RetryLater),
        ({"LETTER": "451 not now"}, RetryLater),
        ({"LETTER": "554 we do not like it"}, Undeliverable),
        ({"LETTER": "hang up"}, OutcomeUnknown),
        ({"LETTER": "say nothing"}, OutcomeUnknown),
        ({"MAIL": "say nothing"}, RetryLater),
        ({"AUTH": "535 wrong password"}, Misconfigured),
    ],
    ids=str,
)
async def test_what_goes_wrong_is_told_in_the_vocabulary(script: dict[str, str], error: type[OutboundError]) -> None:
    async with mail_server(implicit_tls=True) as server:
        server.script = script
        with pytest.raises(error) as raised:
            await mailer(f"smtps://bell:sesame77@127.0.0.1:{server.port}", step_seconds=0.3).send(MAIL)
    assert type(raised.value) is error


async def test_a_server_that_outlasts_the_whole_deadline_may_have_taken_it() -> None:
    async with mail_server() as server:
        server.script = {"LETTER": "say nothing"}
        with pytest.raises(OutcomeUnknown):
            await mailer(f"smtp://127.0.0.1:{server.port}", step_seconds=1, deadline_seconds=0.2).send(MAIL)


async def test_a_server_that_is_away_has_taken_nothing() -> None:
    async with mail_server() as server:
        port = server.port
    away = mailer(f"smtp://127.0.0.1:{port}")
    with pytest.raises(RetryLater):
        await away.send(MAIL)
    assert not (await away.check()).ok


async def test_its_health_is_a_login_and_no_letter() -> None:
    async with mail_server(implicit_tls=True) as server:
        fine = mailer(f"smtps://bell:sesame77@127.0.0.1:{server.port}")
        assert (await fine.check()).ok
        server.script = {"AUTH": "535 wrong password"}
        health = await fine.check()
    assert (health.ok, "535" in health.detail) == (False, True)
    assert server.letters == []


async def test_nothing_private_shows() -> None:
    async with mail_server(implicit_tls=True) as server:
        one = mailer(f"smtps://bell:sesame77@127.0.0.1:{server.port}", step_seconds=0.3)
        with Discretion(["Quillonby", "desk@harborskin", "sesame77"]) as discretion:
            for script in ({}, {"RCPT": "550 no desk@harborskin.example here"}, {"AUTH": "535 sesame77 is wrong"}):
                server.script = script
                with discretion.errors():
                    await one.send(MAIL)
                discretion.look_at("its health", await one.check())
            discretion.look_at("the mailer", one)
            discretion.look_at("the mail", MAIL)
    assert discretion.breaches == []
