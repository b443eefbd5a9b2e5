"""`deskbell doctor`: every fault is found, named and advised on; one that breaks or hangs hides no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import asyncpg
import pytest
from pydantic import SecretStr

from core.config.bindings import BindingPlan
from core.config.catalogue import Catalogue, PluginInfo
from core.config.clinic import ClinicPlan
from core.config.clinics import LoadedClinics
from core.config.errors import ConfigError
from core.config.place import Place, Source
from core.config.settings import Runtime, load_runtime
from core.config.staff import Staff
from core.config.subscribers import Subscriber
from core.runtime.examination import Examination, Finding
from core.store.migrate import HEAD
from deskbell import LLM, Channel, ChannelConfig, Health, ManualClock, ProviderNotReady, Settings
from plugins.history.redis import RedisHistory
from tests.conftest import bare_plan
from tests.redis_server import RedisServer, _redis, needs_redis, redis_server  # noqa: F401 - fixtures
from tests.smtp_server import mail_server


class Numbered(ChannelConfig):
    number: str = "+12125550142"


class Fine(Channel[Numbered]):
    name = "fine"
    Config: ClassVar[type[Any]] = Numbered
    closed = 0

    async def close(self) -> None:
        type(self).closed += 1


class Locked(Fine):
    name = "locked"

    async def open(self) -> None:
        raise ProviderNotReady("locked: the key is missing")


class Breaking(Fine):
    name = "breaking"

    async def check(self) -> Health:
        raise RuntimeError("opensesame-77")


class Hanging(Fine):
    name = "hanging"

    async def check(self) -> Health:
        await asyncio.Event().wait()
        raise AssertionError


class Oracle(LLM[Settings]):
    name = "oracle"
    health: ClassVar[Health] = Health(ok=True, detail="Delphi, pythia-3")

    async def check(self) -> Health:
        return self.health


STAFF = {
    "sms": ["+12125550150"],
    "email": [],
    "notify": "all",
    "not_urgent": "at_once",
    "raise_again": {"after": "30m", "times": 1},
    "promise_due": "urgent",
    "texts_an_hour": 20,
}


def clinic(*channels: type[Fine], models: tuple[type[Any], ...] = (), **staff: Any) -> ClinicPlan:
    return replace(
        bare_plan(),
        channels={one.name: BindingPlan(one.name, f"harbor-{one.name}", one, Numbered()) for one in channels},
        models={one.name: BindingPlan(one.name, f"harbor-{one.name}", one, Settings()) for one in models},
        staff=Staff.model_validate({**STAFF, **staff}),
    )


Examine = Callable[..., Any]


@pytest.fixture
def examine(database_url: str, clock: ManualClock) -> Examine:
    """Asks everything of a clinic and returns the findings by what they are about."""

    async def ask(
        plan: ClinicPlan | None = None,
        *,
        sandboxed: bool = False,
        loaded: LoadedClinics | None = None,
        deadline: float = 30,
        **settings: Any,
    ) -> Mapping[str, Finding]:
        plan = plan or clinic(Fine)
        given = {"DATABASE_URL": database_url, "PUBLIC_URL": "https://texts.example", **settings}
        runtime = load_runtime({f"DESKBELL_{name}": str(value) for name, value in given.items() if value})
        catalogue = Catalogue(
            histories={"redis": RedisHistory},
            plugins=(PluginInfo("pigeon", "pigeon.post", state="broken", error="importing failed"),),
        )
        loaded = loaded or LoadedClinics(plans={"harbor": plan}, found=("harbor",))
        examination = Examination(runtime, catalogue, loaded, clock, sandboxed=sandboxed, deadline_seconds=deadline)
        return {one.about: one for one in await examination.run()}

    return ask


async def test_a_clinic_that_has_everything_has_no_problem(examine: Examine) -> None:
    found = await examine(clinic(Fine, models=(Oracle,)))
    assert {one.about for one in found.values() if one.state == "problem"} == set()
    assert found["database"].found.endswith(f"at step {HEAD}")
    assert found["harbor: model oracle (oracle)"].found == "Delphi, pythia-3"
    assert found["harbor: staff"].found == "1 by text, 0 by e-mail"
    assert found["plugin pigeon"].state == "warning"


async def test_whatever_is_not_ok_says_what_to_do(examine: Examine) -> None:
    plan = clinic(Fine, Locked, sms=[], email=[])
    found = await examine(plan, PUBLIC_URL="", SMTP_URL="smtp://127.0.0.1:9")
    faults = [one for one in found.values() if one.state != "ok"]
    assert {one.about for one in faults if one.state == "problem"} == {
        "public address",
        "mail",
        "harbor: channel locked (locked)",
        "harbor: staff",
    }
    assert [one.about for one in faults if not one.advice] == []


async def test_a_provider_that_breaks_or_hangs_hides_no_other_and_shows_no_secret(examine: Examine) -> None:
    Fine.closed = 0
    found = await examine(clinic(Breaking, Hanging, Fine), deadline=2)
    assert found["harbor: channel fine (fine)"].state == "ok"
    assert found["harbor: channel breaking (breaking)"].found == "the check itself failed (RuntimeError)"
    assert found["harbor: channel hanging (hanging)"].found == "no answer within 2 seconds"
    assert "opensesame-77" not in str(found)
    assert Fine.closed + Breaking.closed + Hanging.closed >= 3


async def test_a_model_that_does_not_answer_is_named_with_its_reason(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Oracle, "health", Health(ok=False, detail="pythia-3: access denied"))
    one = (await examine(clinic(Fine, models=(Oracle,))))["harbor: model oracle (oracle)"]
    assert (one.state, one.found) == ("problem", "pythia-3: access denied")


async def test_errors_of_a_clinics_file_are_told_with_their_line(examine: Examine) -> None:
    error = ConfigError("The key 'phone' is missing.", Place(Source("clinics/harbor/clinic.yml"), 3), clinic="harbor")
    other = ConfigError("Two clinics share a number.", clinic="harbor")
    found = await examine(loaded=LoadedClinics(errors=(error, other), found=("harbor",)))
    assert found["harbor: configuration"].state == "problem"
    assert found["harbor: configuration"].found == "line 3: The key 'phone' is missing. (and 1 more)"


# ---- the database ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "state"), [("0001", "warning"), ("9999", "problem"), (None, "ok")])
async def test_the_databases_step_is_held_against_ours(
    examine: Examine, database_url: str, step: str | None, state: str
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("DELETE FROM alembic_version" if step is None else _SET_STEP.format(step))
    finally:
        await connection.close()
    assert (await examine())["database"].state == state


_SET_STEP = "UPDATE alembic_version SET version_num = '{}'"


async def test_a_database_that_is_away_is_named_without_its_password(examine: Examine) -> None:
    one = (await examine(DATABASE_URL="postgresql://bell:opensesame@127.0.0.1:1/bell"))["database"]
    assert one.state == "problem"
    assert "bell:***@127.0.0.1:1/bell" in one.found
    assert "opensesame" not in str(one)


# ---- redis and mail ----------------------------------------------------------------------------------------------


@needs_redis
async def test_a_redis_that_answers_is_ok_and_one_that_does_not_is_a_warning(
    examine: Examine,
    redis_server: RedisServer,  # noqa: F811 - the fixture
) -> None:
    assert (await examine(REDIS_URL=redis_server.url))["redis"].state == "ok"
    wrong = redis_server.url.replace("opensesame", "closed")
    assert "refuses" in (await examine(REDIS_URL=wrong))["redis"].found
    redis_server.stop()
    assert (await examine(REDIS_URL=redis_server.url))["redis"].state == "warning"


async def test_a_mail_server_is_asked_where_staff_want_e_mail(examine: Examine) -> None:
    plan = clinic(Fine, email=["desk@harborskin.example"])
    assert (await examine(plan))["mail"].state == "problem"
    async with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        assert (await examine(plan, SMTP_URL=url))["mail"].found == "DESKBELL_MAIL_FROM is not set"
        assert (await examine(plan, SMTP_URL=url, MAIL_FROM="bell@desk.example"))["mail"].state == "ok"
        server.script = {"EHLO": "hang up"}
        assert (await examine(plan, SMTP_URL=url, MAIL_FROM="bell@desk.example"))["mail"].state == "problem"
    assert server.letters == []


# ---- what going live needs ---------------------------------------------------------------------------------------


async def test_a_sandbox_needs_no_public_address(examine: Examine) -> None:
    assert (await examine(PUBLIC_URL="", sandboxed=True))["public address"].state == "ok"
    assert (await examine(PUBLIC_URL="http://texts.example"))["public address"].state == "warning"


async def test_a_clinic_must_not_text_itself(examine: Examine) -> None:
    assert (await examine(clinic(Fine, sms=["+12125550142"])))["harbor: staff"].state == "problem"


async def test_a_subscriber_must_be_where_it_is_called(examine: Examine) -> None:
    plan = replace(
        clinic(Fine),
        subscribers={
            name: Subscriber(url=url, secret=SecretStr("whsec_" + "b3BlbnNl" * 4))
            for name, url in (("crm", "https://crm.example/"), ("here", "http://127.0.0.1:9000/"))
        },
    )
    found = await examine(plan)
    assert [found[f"harbor: subscriber {name}"].state for name in ("crm", "here")] == ["ok", "problem"]
    found = await examine(plan, sandboxed=True)
    assert [found[f"harbor: subscriber {name}"].state for name in ("crm", "here")] == ["warning", "ok"]
    assert [one.about for one in found.values() if one.state != "ok" and not one.advice] == []


def test_secrets_of_the_settings_never_show() -> None:
    runtime = Runtime(
        redis_url=SecretStr("redis://:opensesame@h/0"), smtp_url=SecretStr("smtps://u:opensesame@h"), home=Path()
    )
    assert "opensesame" not in repr(runtime)
    assert "opensesame" not in json.dumps(runtime.model_dump(mode="json"))
