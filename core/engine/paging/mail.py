"""E-mail to the clinic's people, over SMTP. Blocking inside, so it runs in a thread; every step has a deadline."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from core.engine.paging.wording import Mail
from deskbell import Clock, Health, Misconfigured, OutboundError, OutcomeUnknown, RetryLater, Undeliverable

#: Hosts that are this machine.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Mailer(Protocol):
    """Hands over one e-mail, once. Raises what a channel's `send` may raise."""

    async def send(self, mail: Mail) -> None: ...

    async def check(self) -> Health: ...


class SmtpMailer:
    """A mail server: ``smtps://user:password@host:465``, or ``smtp://…:587``, which must then offer STARTTLS.

    Without TLS it speaks to this machine only: what it sends are names of patients.
    """

    def __init__(
        self,
        url: SecretStr,
        sender: str,
        clock: Clock,
        *,
        step_seconds: float = 8,
        deadline_seconds: float = 25,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        parts = urlsplit(url.get_secret_value())
        self._host = parts.hostname or ""
        self._implicit = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._implicit else 587)
        self._user = unquote(parts.username or "")
        self._password = SecretStr(unquote(parts.password or ""))
        self._sender = sender
        self._clock = clock
        self._step = step_seconds
        self._deadline = deadline_seconds
        self._tls = tls

    def __repr__(self) -> str:
        return f"<SmtpMailer {self._host}:{self._port}>"

    async def send(self, mail: Mail) -> None:
        """Raises `RetryLater`, `Undeliverable`, `Misconfigured` or `OutcomeUnknown`."""
        try:
            async with asyncio.timeout(self._deadline):
                await asyncio.to_thread(self._send, mail)
        except TimeoutError:
            # The thread goes on, and may yet get the e-mail through.
            raise OutcomeUnknown("the mail server did not keep the deadline", code="deadline") from None

    async def check(self) -> Health:
        """Greets and logs in, and sends nothing."""
        try:
            async with asyncio.timeout(self._deadline):
                await asyncio.to_thread(self._greet)
        except Misconfigured as error:
            return Health(ok=False, detail=f"{self._host} refuses us: {error} ({error.code})")
        except (OutboundError, TimeoutError):
            return Health(ok=False, detail=f"{self._host}:{self._port} does not answer")
        return Health(ok=True, detail=f"{self._host} answers")

    def _greet(self) -> None:
        with self._session():
            pass

    def _send(self, mail: Mail) -> None:
        message = self._message(mail)
        with self._session() as server:
            _accepted(_step(server.mail, parseaddr(self._sender)[1]), Misconfigured, "the sender is refused")
            _accepted(_step(server.rcpt, mail.to), Undeliverable, "the recipient is refused")
            _accepted(_hand_over(server, message), Undeliverable, "the e-mail is refused")

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A greeted, encrypted and logged-in connection."""
        server: smtplib.SMTP = _step(self._connect)
        try:
            _step(self._log_in, server)
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        # A name of our own, or smtplib asks the DNS for one.
        us = "[127.0.0.1]"
        if self._implicit:
            return smtplib.SMTP_SSL(self._host, self._port, us, timeout=self._step, context=self._context())
        return smtplib.SMTP(self._host, self._port, us, timeout=self._step)

    def _log_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if not self._implicit and server.has_extn("starttls"):
            server.starttls(context=self._context())
            server.ehlo()
        elif not self._implicit and self._host not in LOOPBACK:
            raise Misconfigured("it offers no STARTTLS: use smtps://, or another server", code="tls")
        if self._user:
            server.login(self._user, self._password.get_secret_value())

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _message(self, mail: Mail) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{mail.id}@{parseaddr(self._sender)[1].rpartition('@')[2]}>"
        # Nobody's out-of-office note is to come back.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        return message.as_bytes()


def _step(act: Callable[..., Any], *arguments: Any) -> Any:
    """One step before the letter itself: what breaks here has certainly sent nothing.

    The server's own words are let go of, in the error and behind it: they hold addresses.
    """
    try:
        return act(*arguments)
    except (OSError, smtplib.SMTPException) as error:
        fault = _fault(error)
    raise fault


def _fault(error: Exception) -> OutboundError:
    match error:
        case smtplib.SMTPAuthenticationError():
            return Misconfigured("user or password are wrong", code=str(error.smtp_code))
        case smtplib.SMTPNotSupportedError():
            return Misconfigured("it takes no login of ours", code="login")
        case ssl.SSLCertVerificationError():
            return Misconfigured("its certificate is not to be trusted", code="certificate")
        case smtplib.SMTPResponseException():
            return RetryLater("the mail server does not take it now", code=str(error.smtp_code))
        case _:
            return RetryLater("the mail server is not to be reached", code=type(error).__name__)


def _hand_over(server: smtplib.SMTP, message: bytes) -> tuple[int, bytes]:
    """The letter itself: where the connection breaks now, it may have been taken."""
    try:
        return server.data(message)
    except smtplib.SMTPDataError as error:
        return error.smtp_code, b""
    except (OSError, smtplib.SMTPException) as error:
        kind = type(error).__name__
    raise OutcomeUnknown("the connection broke while the e-mail went out", code=kind)


def _accepted(answer: tuple[int, bytes], refused: type[OutboundError], what: str) -> None:
    code = answer[0]
    if 200 <= code < 300:
        return
    if code < 500:
        raise RetryLater("the mail server asks to come again", code=str(code))
    raise refused(what, code=str(code))
