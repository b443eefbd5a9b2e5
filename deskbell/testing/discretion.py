"""Watches that nothing private leaves through a log record, an error or a repr."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from urllib.parse import unquote_plus

from deskbell.errors import DeskbellError


class Discretion(logging.Handler):
    """Collects `breaches`: where one of the private strings showed. Inside ``with``, every logger is at DEBUG.

    An error is searched with all that hangs on it: also the context that ``from None`` only hides.
    """

    def __init__(self, private: Sequence[str]) -> None:
        super().__init__(logging.DEBUG)
        self.breaches: list[str] = []
        self._private = private
        self._levels: dict[logging.Logger, int] = {}

    def __enter__(self) -> Discretion:
        root = logging.getLogger()
        loggers = [one for one in logging.Logger.manager.loggerDict.values() if isinstance(one, logging.Logger)]
        self._levels = {logger: logger.level for logger in [root, *loggers]}
        for logger in loggers:
            logger.setLevel(logging.NOTSET)
        root.setLevel(logging.DEBUG)
        root.addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger().removeHandler(self)
        for logger, level in self._levels.items():
            logger.setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        where = f"a log record of {record.name}"
        self._search(where, f"{record.getMessage()} {record.args!r}")
        if record.exc_info and record.exc_info[1]:
            self.look_at_error(where, record.exc_info[1])

    def look_at(self, what: str, thing: object) -> None:
        """Searches the repr and str of something."""
        self._search(f"the repr of {what}", f"{thing!r} {thing}")

    def look_at_error(self, where: str, error: BaseException) -> None:
        seen: set[int] = set()
        chain: list[BaseException | None] = [error]
        while chain:
            one = chain.pop()
            if one is None or id(one) in seen:
                continue
            seen.add(id(one))
            chain += [one.__cause__, one.__context__]
            notes = getattr(one, "__notes__", [])
            self._search(f"{where}: {type(one).__name__}", f"{one} {one!r} {vars(one)!r} {notes!r}")

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Lets errors of our vocabulary happen, and searches them."""
        try:
            yield
        except DeskbellError as error:
            self.look_at_error("an error", error)

    def _search(self, where: str, text: str) -> None:
        readable = f"{text}\n{unquote_plus(text)}"
        self.breaches += [f"{where} shows {private[:3]}…" for private in self._private if private in readable]
