"""Encodings: a clinic whose texts no longer fit GSM-7 pays for each of them twice over, and is told so once a day."""

from __future__ import annotations

from datetime import date, datetime

from core import log, metrics
from core.receptionist.sms import Encoding

logger = log.get(__name__)


class Encodings:
    """What this process has seen leave. One letter outside GSM-7 makes every segment 70 letters instead of 160."""

    def __init__(self) -> None:
        self._warned: dict[str, date] = {}

    def note(self, clinic: str, channel: str, text: int, encoding: Encoding, now: datetime) -> None:
        """Counts a text that left; the first of a clinic's in UCS-2 on a day is worth a line in the log."""
        metrics.texts.labels(clinic, channel, encoding).inc()
        if encoding == "ucs2" and self._warned.get(clinic) != now.date():
            self._warned[clinic] = now.date()
            logger.warning("text is not GSM-7", clinic=clinic, text=text, see="deskbell outbox show")
