"""A clinic whose account at a till is to be connected: a real server of ours, a provider that plays OAuth, browsers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from threading import Event
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import Field, SecretStr

from core.config.bindings import BindingPlan
from core.config.catalogue import new_manager
from core.config.staff import Staff
from core.engine.accounts.accounts import Accounts
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.observers import ObserverCalls
from core.runtime.opening import Opener, close_clinic
from core.server.app import build_app
from core.server.listener import Listener
from core.server.webhooks import Receiver
from core.store.database import Database
from core.vault import Vault
from deskbell import (
    ChannelConfig,
    Grant,
    Location,
    ManualClock,
    Misconfigured,
    OutcomeUnknown,
    Payment,
    PaymentConfig,
    ProviderContext,
    RetryLater,
    Undeliverable,
)
from deskbell.testing.server import Answer, Call, ProviderServer, closed_port, provider_server
from tests.conftest import CLINIC, bare_plan
from tests.integration.engine.conftest import Wire

DESK = "+12125550150"
OPERATOR = "olga"
KEY = Fernet.generate_key().decode()
STAFF = {
    "sms": [DESK],
    "email": [],
    "notify": "urgent",
    "not_urgent": "at_once",
    "raise_again": {"after": "30m", "times": 2},
    "promise_due": "urgent",
    "texts_an_hour": 20,
}


class TillConfig(PaymentConfig):
    base_url: str = Field(default="", description="Where the till's API is.")
    secret: SecretStr = Field(default=SecretStr("app-secret-of-the-till"), description="The application's secret.")


class Till(Payment[TillConfig]):
    """A payment provider that is connected through OAuth, over real HTTP."""

    name = "till"
    Config: ClassVar[type[Any]] = TillConfig
    connects = True

    async def open(self) -> None:
        self.http = httpx.AsyncClient(base_url=self.config.base_url, timeout=self.config.deadline_seconds)

    async def close(self) -> None:
        await self.http.aclose()

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        return f"{self.config.base_url}/authorize?{urlencode({'state': state, 'redirect_uri': redirect_uri})}"

    async def exchange(self, code: str, redirect_uri: str) -> Grant:
        return await self._tokens(grant_type="authorization_code", code=code, redirect_uri=redirect_uri)

    async def refresh(self, grant: Grant) -> Grant:
        return await self._tokens(grant_type="refresh_token", refresh_token=grant.refresh_token)

    async def revoke(self, grant: Grant) -> None:
        await self._post("/revoke", access_token=grant.access_token)

    async def locations(self) -> Sequence[Location]:
        grant = await self.context.grant()
        if grant is None:
            raise Misconfigured("not connected")
        return [Location("L1", "Pier 4", "USD"), Location("L2", "Old quay", "USD", active=False)]

    async def _tokens(self, **body: str) -> Grant:
        told = await self._post("/token", **body)
        return Grant(told["access"], told["refresh"], datetime.fromisoformat(told["expires_at"]), told["account"])

    async def _post(self, path: str, **body: str) -> Any:
        try:
            answer = await self.http.post(path, json={**body, "secret": self.config.secret.get_secret_value()})
        except httpx.ConnectError as error:
            raise RetryLater("the till is away", code="connect") from error
        except httpx.TransportError as error:
            raise OutcomeUnknown("the till was cut off", code="cut") from error
        match answer.status_code:
            case 200:
                return answer.json()
            case 401:
                raise Misconfigured("the till does not know our application", code="invalid_client")
            case 400:
                raise Undeliverable("the till refuses for good", code="invalid_grant")
            case _:
                raise RetryLater("the till is busy", code=str(answer.status_code))


@dataclass
class Bank:
    """What stands behind the till's API: a page that agrees at once, and tokens."""

    server: ProviderServer
    clock: ManualClock
    life: timedelta = timedelta(days=30)
    agrees: bool = True
    #: Every refresh token works once.
    single_use: bool = True
    #: Instead of tokens.
    refusal: Answer | None = None
    codes: set[str] = field(default_factory=set)
    refresh_tokens: set[str] = field(default_factory=set)
    #: All that was ever handed out, to search for.
    secrets: list[str] = field(default_factory=list)
    renewals: int = 0
    renewed: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.server.otherwise = self.answer

    def answer(self, call: Call) -> Answer:
        path = urlsplit(call.path)
        match path.path:
            case "/authorize":
                return self._page({key: values[0] for key, values in parse_qs(path.query).items()})
            case "/token" if self.refusal is None:
                return self._tokens(call.json)
            case "/token" | "/revoke":
                return self.refusal or Answer(200, {})
        return Answer(404, {})

    def _page(self, asked: Mapping[str, str]) -> Answer:
        self.secrets.append(asked["state"])
        back = {"state": asked["state"]}
        if self.agrees:
            back["code"] = self._made("code", self.codes)
        else:
            back |= {"error": "access_denied", "error_description": "<script>no</script>"}
        return Answer(302, "", {"Location": f"{asked['redirect_uri']}?{urlencode(back)}"})

    def _tokens(self, asked: Mapping[str, str]) -> Answer:
        if asked["secret"] != "app-secret-of-the-till":
            return Answer(401, {})
        renewing = asked["grant_type"] == "refresh_token"
        given, known = (asked["refresh_token"], self.refresh_tokens) if renewing else (asked["code"], self.codes)
        if given not in known:
            return Answer(400, {"error": "invalid_grant"})
        if self.single_use or not renewing:
            known.discard(given)
        if renewing:
            self.renewals += 1
            self.renewed.set()
        tokens = {
            "access": self._made("access", set()),
            "refresh": self._made("refresh", self.refresh_tokens),
            "expires_at": (self.clock.now() + self.life).isoformat(),
            "account": "M-HARBOR",
        }
        return Answer(200, tokens)

    def _made(self, kind: str, known: set[str]) -> str:
        made = f"{kind}-{uuid4().hex}"
        known.add(made)
        self.secrets.append(made)
        return made


@dataclass
class Harbor:
    """What a test holds in its hands."""

    database: Database
    clock: ManualClock
    bank: Bank
    engine: Engine
    accounts: Accounts
    live: LiveClinic
    url: str
    wire: Wire

    @property
    def till(self) -> Till:
        found = self.live.payments["harbor-till"]
        assert isinstance(found, Till)
        return found

    async def invited(self, clinic: str = "harbor", binding: str = "harbor-till") -> str:
        link = await self.accounts.connecting.invite(clinic, binding, OPERATOR)
        self.bank.secrets.append(link.rsplit("/", 1)[-1])
        return link

    async def connected(self) -> None:
        """The account is connected, as an operator's browser does it."""
        async with self.browser() as browser:
            assert (await browser.get(await self.invited())).url.path == "/oauth/done/connected"

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            yield browser
            self.bank.secrets += [value for value in browser.cookies.values() if value]

    async def grant(self) -> Grant | None:
        """As the provider sees it."""
        return await self.till.context.grant()

    async def pass_days(self, days: float, step: timedelta = timedelta(hours=3)) -> None:
        """Time passes, and a worker looks every `step`."""
        end = self.clock.now() + timedelta(days=days)
        while self.clock.now() < end:
            self.clock.set(min(self.clock.now() + step, end))
            await self.accounts.renewal.renew_due()

    async def page(self) -> list[str]:
        """Staff's pager looks; all texts that their phones got so far."""
        pager = self.engine.pager
        for act in (pager.plan, pager.raise_again, pager.deliveries.send_texts):
            await act()
        return [text.text for text in self.wire.taken if text.to == DESK]

    async def rows(self, sql: str, *arguments: Any) -> Sequence[Any]:
        async with self.database.connection() as connection:
            return list(await connection.fetch(sql, *arguments))

    async def value(self, sql: str, *arguments: Any) -> Any:
        async with self.database.connection() as connection:
            return await connection.fetchval(sql, *arguments)

    async def notices(self) -> list[str]:
        return [row["kind"] for row in await self.rows("SELECT kind FROM notice ORDER BY id")]

    async def everything_stored(self) -> str:
        """Every column of every row of every table, as text."""
        names = await self.rows("SELECT format('%I', tablename) AS t FROM pg_tables WHERE schemaname = 'public'")
        stored = [
            row["whole"]
            for name in names
            for row in await self.rows(f"SELECT t::text AS whole FROM {name['t']} t")  # noqa: S608
        ]
        return "\n".join(stored)


def staffed_plan(base_url: str) -> Any:
    bindings = {
        key: BindingPlan(key, f"harbor-{key}", Till, TillConfig(base_url=base_url)) for key in ("till", "second")
    }
    return replace(bare_plan(), payments=bindings, staff=Staff.model_validate(STAFF))


def make_engine(database: Database, clock: ManualClock, url: str = "", keys: Sequence[str] = (KEY,)) -> Engine:
    """Another process on the same database."""
    return Engine(
        database,
        clock,
        ObserverCalls(new_manager()),
        wall=clock,
        random=Random(7),
        public_url=url,
        vault=Vault(keys),
    )


@pytest.fixture
def bank(clock: ManualClock) -> Iterator[Bank]:
    with provider_server() as server:
        yield Bank(server, clock)


@pytest.fixture
async def harbor(database: Database, clock: ManualClock, bank: Bank) -> AsyncIterator[Harbor]:
    port = urlsplit(closed_port()).port
    url = f"http://127.0.0.1:{port}"
    engine = make_engine(database, clock, url)
    assert engine.accounts
    opener = Opener(clock, url, engine.windows.before, grants=engine.accounts.grants)
    plan = staffed_plan(bank.server.url)
    payments = {one.id: await opener.open_binding(plan, one) for one in plan.payments.values()}
    wire = Wire(ChannelConfig(), ProviderContext("harbor", "harbor-main"))
    live = LiveClinic(plan, {"harbor-main": wire}, None, Pipeline([]), payments=payments)
    engine.directory.swap({CLINIC.id: live})

    async def readiness() -> list[str]:
        return []

    app = build_app(
        f"accounts-{uuid4().hex}",
        Receiver(engine.directory, engine.intake),
        readiness,
        connecting=engine.accounts.connecting,
    )
    listener = Listener(app, "127.0.0.1", port or 0)
    await listener.start()
    try:
        yield Harbor(database, clock, bank, engine, engine.accounts, live, url, wire)
    finally:
        await listener.stop(grace=1)
        await close_clinic(live)
        await engine.stop(timedelta(seconds=1))
