"""The mail server of this process, as the operator has named it."""

from __future__ import annotations

from urllib.parse import urlsplit

from core import log
from core.config.settings import Runtime as Settings
from core.engine.paging.mail import LOOPBACK, SmtpMailer
from deskbell import Clock

logger = log.get(__name__)


def mailer_of(settings: Settings, clock: Clock, *, sandboxed: bool) -> SmtpMailer | None:
    """The mail server that is set; None without one. A sandbox sends nothing beyond this machine."""
    if settings.smtp_url is None:
        return None
    if settings.mail_from is None:
        logger.error("no e-mail is sent", why="DESKBELL_SMTP_URL is set and DESKBELL_MAIL_FROM is not")
        return None
    if sandboxed and urlsplit(settings.smtp_url.get_secret_value()).hostname not in LOOPBACK:
        logger.warning("no e-mail is sent", why="a sandbox runs, and the mail server is not on this machine")
        return None
    return SmtpMailer(settings.smtp_url, settings.mail_from, clock)
