"""Everything an operator wants to know before a clinic goes live, each asked of whom it concerns, all at once.

Every question has a deadline of its own, and one that breaks is a finding like any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from core.config.bindings import BindingPlan
from core.config.catalogue import Catalogue
from core.config.clinic import ClinicPlan
from core.config.clinics import LoadedClinics
from core.config.settings import Runtime as Settings
from core.config.subscribers import LOOPBACK
from core.runtime.connections import Connections, connections
from core.runtime.finding import Finding, Question, State
from core.runtime.history import near_history_of
from core.runtime.mail import mailer_of
from core.runtime.opening import Opener
from core.store.embedded import EmbeddedServer
from core.store.migrate import HEAD, current
from deskbell import Clock, Health, ProviderNotReady

#: The oldest PostgreSQL whose SQL is ours.
_POSTGRES = 14


class Examination:
    """Asks everything once. `sandboxed`: a sandbox plays the providers, so no public address is needed."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        loaded: LoadedClinics,
        clock: Clock,
        *,
        sandboxed: bool = False,
        deadline_seconds: float = 20,
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._loaded = loaded
        self._clock = clock
        self._sandboxed = sandboxed
        self._deadline = deadline_seconds
        url = settings.public_url or f"http://{settings.host}:{settings.port}"
        self._url = url

    async def run(self) -> list[Finding]:
        """All findings: the configuration's first, then the process's, then clinic by clinic."""
        async with connections(self._settings, self._loaded, self._clock) as accounts:
            return await self._run(accounts)

    async def _run(self, accounts: Connections) -> list[Finding]:
        self._opener = Opener(self._clock, self._url, _no_transcript, self._settings.home, grants=accounts.grants)
        asked = [
            ("database", self._database),
            ("redis", self._redis),
            ("mail", self._mail),
            *(question for plan in self._loaded.plans.values() for question in self._of(plan)),
            *accounts.questions(self._loaded),
        ]
        answers = await asyncio.gather(*(self._ask(about, question) for about, question in asked))
        return [*self._configuration(), self._public_url(), *answers, *self._staff()]

    async def _ask(self, about: str, question: Callable[[], Awaitable[Finding]]) -> Finding:
        try:
            async with asyncio.timeout(self._deadline):
                return replace(await question(), about=about)
        except TimeoutError:
            return Finding(about, "problem", f"no answer within {self._deadline:g} seconds")
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the other questions are asked too
            return Finding(about, "problem", f"the check itself failed ({type(error).__name__})")

    # ---- what can be seen without asking anybody ----------------------------------------------------------------

    def _configuration(self) -> Iterator[Finding]:
        faults = (*self._loaded.errors, *self._loaded.disabled.values())
        for clinic in self._loaded.found:
            own = [error for error in faults if error.clinic == clinic]
            if own:
                first = f"line {own[0].place.line}: {own[0].problem}" if own[0].place else own[0].problem
                more = f" (and {len(own) - 1} more)" if len(own) > 1 else ""
                yield Finding(f"{clinic}: configuration", "problem", first + more, "`deskbell check` shows each place.")
            else:
                yield Finding(f"{clinic}: configuration", "ok", "proved")
        for error in faults:
            if error.clinic is None:
                yield Finding("configuration", "problem", error.problem, error.advice or "See `deskbell check`.")
        for plugin in self._catalogue.broken:
            yield Finding(
                f"plugin {plugin.name}", "warning", plugin.error, "Repair it or take it out: `deskbell plugins`."
            )

    def _public_url(self) -> Finding:
        url = self._settings.public_url
        if url is None:
            if self._sandboxed:
                return Finding("public address", "ok", "not needed: a sandbox plays the providers")
            advice = "Set DESKBELL_PUBLIC_URL to the https address that providers call; signatures are made over it."
            return Finding("public address", "problem", "not set", advice)
        if urlsplit(url).scheme != "https" and not self._sandboxed:
            return Finding("public address", "warning", url, "Use https: what patients write travels over it.")
        return Finding("public address", "ok", url)

    def _staff(self) -> Iterator[Finding]:
        for clinic, plan in self._loaded.plans.items():
            yield _told(clinic, plan)
            yield from _subscribers(clinic, plan, self._sandboxed)
            if plan.clinic.hours is None:
                advice = "Write 'hours', so that patients are told by when somebody calls."
                yield Finding(f"{clinic}: hours", "warning", "none: promises stay vague", advice)

    # ---- what the process needs ---------------------------------------------------------------------------------

    async def _database(self) -> Finding:
        settings = self._settings
        if settings.database_url is not None:
            return await _postgres(settings.database_url.get_secret_value(), settings.database_shown)
        server = EmbeddedServer(settings.home)
        url = await asyncio.to_thread(server.start)
        try:
            return await _postgres(url, f"embedded in {settings.home}")
        finally:
            await asyncio.to_thread(server.stop)

    async def _redis(self) -> Finding:
        if self._settings.redis_url is None:
            return Finding("", "ok", "not used: PostgreSQL has the history")
        try:
            history = near_history_of(self._settings, self._catalogue, self._clock)
            if history is None:
                return Finding("", "ok", "not used")
            await history.open()
        except (ProviderNotReady, ModuleNotFoundError) as error:
            return Finding("", "warning", str(error), "Until then PostgreSQL is read.")
        try:
            health = await history.check()
        finally:
            await history.close()
        # It holds copies only: without it nothing is lost but speed.
        advice = "Start it, or put DESKBELL_REDIS_URL right; until then PostgreSQL is read."
        return _of_health(health, advice, bad="warning")

    async def _mail(self) -> Finding:
        settings = self._settings
        needed = sorted(clinic for clinic, plan in self._loaded.plans.items() if plan.staff.email)
        if settings.smtp_url is None:
            if not needed:
                return Finding("", "ok", "not used: no clinic's staff want e-mail")
            advice = "Set DESKBELL_SMTP_URL and DESKBELL_MAIL_FROM, or take 'email' out of 'staff'."
            state: State = "warning" if self._sandboxed else "problem"
            return Finding("", state, f"no mail server, and staff of {', '.join(needed)} want e-mail", advice)
        if settings.mail_from is None:
            advice = "Set it to the address that e-mails to staff come from."
            return Finding("", "problem", "DESKBELL_MAIL_FROM is not set", advice)
        mailer = mailer_of(settings, self._clock, sandboxed=self._sandboxed)
        if mailer is None:
            return Finding("", "warning", "a sandbox runs: e-mails go to a mail server on this machine only")
        return _of_health(await mailer.check(), "Look at DESKBELL_SMTP_URL: host, port, user and password.")

    # ---- what each clinic needs ---------------------------------------------------------------------------------

    def _of(self, plan: ClinicPlan) -> Iterator[Question]:
        kinds: Mapping[str, Sequence[BindingPlan]] = {
            "channel": tuple(plan.channels.values()),
            "payment": tuple(plan.payments.values()),
            "model": tuple(plan.models.values()),
            "knowledge": (plan.knowledge,) if plan.knowledge else (),
        }
        for kind, bindings in kinds.items():
            for binding in bindings:
                named = kind if kind == "knowledge" else f"{kind} {binding.key}"
                about = f"{plan.clinic.id}: {named} ({binding.provider.name})"
                yield about, self._provider(plan, kind, binding)

    def _provider(self, plan: ClinicPlan, kind: str, binding: BindingPlan) -> Callable[[], Awaitable[Finding]]:
        async def question() -> Finding:
            try:
                provider = await self._opener.open_binding(plan, binding)
            except ProviderNotReady as error:
                return Finding("", "problem", str(error), _ADVICE[kind])
            try:
                return _of_health(await provider.check(), _ADVICE[kind])
            finally:
                await provider.close()

        return question


_ADVICE = {
    "channel": "Look at its account, key and number; until it answers, no text leaves.",
    "payment": "Look at its account and keys; until it answers, no deposit can be taken.",
    "model": "Look at its credentials, region and model id; until it answers, the rules do.",
    "knowledge": "Look at the documents; `deskbell knowledge status` says more.",
}


def _of_health(health: Health, advice: str, *, bad: State = "problem") -> Finding:
    return Finding("", "ok", health.detail or "answers") if health.ok else Finding("", bad, health.detail, advice)


async def _postgres(url: str, shown: str) -> Finding:
    try:
        connection = await asyncpg.connect(url, timeout=8)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        advice = "Start PostgreSQL, or put DESKBELL_DATABASE_URL right."
        return Finding("", "problem", f"{shown} cannot be reached ({type(error).__name__})", advice)
    try:
        major, step = connection.get_server_version().major, await current(connection)
    finally:
        await connection.close()
    shown = f"{shown}, PostgreSQL {major}"
    if major < _POSTGRES:
        return Finding("", "problem", shown, f"Deskbell needs PostgreSQL {_POSTGRES} or newer.")
    if step is None:
        return Finding("", "ok", f"{shown}, empty; the first start makes the tables")
    if step > HEAD:
        advice = "It was used by a newer Deskbell: run that one."
        return Finding("", "problem", f"{shown}, at step {step}, and this Deskbell knows {HEAD}", advice)
    if step < HEAD:
        return Finding(
            "", "warning", f"{shown}, at step {step} of {HEAD}", "`deskbell migrate`, or the next start, does it."
        )
    return Finding("", "ok", f"{shown}, at step {step}")


def _told(clinic: str, plan: ClinicPlan) -> Finding:
    """Whether anybody is told when a patient needs a person."""
    staff, about = plan.staff, f"{clinic}: staff"
    if not staff.sms and not staff.email:
        advice = "Name phones or e-mail addresses under 'staff': emergencies and hand-overs reach nobody."
        return Finding(about, "problem", "nobody is named", advice)
    own = {str(number) for one in plan.channels.values() if (number := getattr(one.config, "number", None))}
    if own & set(staff.sms):
        advice = "Name phones that people carry: a text to its own number would be answered by the clinic itself."
        return Finding(about, "problem", "one of the phones is the clinic's own number for texts", advice)
    count = f"{len(staff.sms)} by text, {len(staff.email)} by e-mail"
    if not staff.raise_again.times:
        return Finding(about, "warning", count, "With 'raise_again.times: 0' what nobody has seen is not raised again.")
    return Finding(about, "ok", count)


def _subscribers(clinic: str, plan: ClinicPlan, sandboxed: bool) -> Iterator[Finding]:
    """Whether each system that is told what happens is where this process calls at all. Nobody is called for it."""
    for name, who in plan.subscribers.items():
        about, here = f"{clinic}: subscriber {name}", urlsplit(who.url).hostname in LOOPBACK
        if here and not sandboxed:
            advice = "Write its public https address: this machine is called in a sandbox only."
            yield Finding(about, "problem", "is on this machine", advice)
        elif sandboxed and not here:
            advice = "Name one on this machine to see what it would be told, e.g. http://127.0.0.1:9000/."
            yield Finding(about, "warning", "a sandbox runs: it is not told", advice)
        else:
            count = "everything" if who.types is None else f"{len(set(who.types))} types"
            yield Finding(about, "ok", f"is told of {count}")


async def _no_transcript(turn: Any, limit: int) -> Sequence[Any]:
    return ()
