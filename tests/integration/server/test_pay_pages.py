"""Where a deposit's link leads: to the checkout while it is open, and to a friendly line at all other times."""

from __future__ import annotations

from uuid import uuid4

import pytest

from core.engine.live import LiveClinic
from core.server.app import build_app
from core.server.listener import Listener
from core.server.pay import PayPages
from core.server.webhooks import Receiver
from tests.integration.engine.bank import BINDING, Bank
from tests.integration.engine.conftest import World, make_world

CHECKOUT = "https://checkout.example/pay/1"


def serve(world: World, bank: Bank | None) -> None:
    before = world.live
    payments = {BINDING: bank} if bank else {}
    world.live = LiveClinic(before.plan, before.channels, None, before.pipeline, payments=payments)
    world.engine.directory.swap({before.id: world.live})


@pytest.fixture
async def world(database, clock):
    made = make_world(database, clock)
    serve(made, Bank())
    yield made
    await made.engine.stop()


@pytest.fixture
async def http(world: World):
    import httpx

    async def ready() -> list[str]:
        return []

    engine = world.engine
    app = build_app(
        f"pay-{uuid4().hex}",
        Receiver(engine.directory, engine.intake),
        ready,
        pay=PayPages(world.database, engine.directory),
    )
    listener = Listener(app, "127.0.0.1", 0)
    await listener.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.port}") as client:
        yield client
    await listener.stop()


async def deposit(world: World, status: str, *, url: str | None = CHECKOUT, clinic: str = "harbor") -> str:
    now = world.clock.now()
    token: str = await world.value(
        """
        INSERT INTO deposit (clinic, conversation, request, binding, cents, currency, status, link_id, link_url,
                             created_at, moved_at)
        VALUES ($4, 1, 1, 'harbor-bank', 5000, 'USD', $1, 'L', $2, $3, $3) RETURNING token
        """,
        status,
        url,
        now,
        clinic,
    )
    return token


@pytest.mark.parametrize("status", ["link_sent", "failed"])
async def test_an_open_link_leads_to_the_checkout_and_is_kept_by_nobody(world, http, status: str) -> None:
    answer = await http.get(f"/pay/{await deposit(world, status)}")
    assert (answer.status_code, answer.headers["location"]) == (303, CHECKOUT)
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_nobody_pays_where_nobody_hears_of_it(world, http) -> None:
    token = await deposit(world, "link_sent")
    serve(world, None)
    answer = await http.get(f"/pay/{token}")
    assert answer.status_code == 200
    assert "no longer in use" in answer.text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("requested", "not ready yet"),
        ("paid", "no further payment"),
        ("held", "no further payment"),
        ("disputed", "no further payment"),
        ("expired", "no longer in use"),
        ("cancelled", "no longer in use"),
        ("refunded", "was given back"),
    ],
)
async def test_every_other_link_gets_a_friendly_line_of_the_clinics(world, http, status: str, words: str) -> None:
    answer = await http.get(f"/pay/{await deposit(world, status)}")
    assert answer.status_code == 200
    assert words in answer.text
    assert "Harbor" in answer.text
    assert "tel:+12125550134" in answer.text
    assert "checkout.example" not in answer.text


@pytest.mark.parametrize("status", ["link_sent", "paid", "expired"])
async def test_the_page_behind_a_payment_asserts_nothing_and_changes_nothing(world, http, status: str) -> None:
    token = await deposit(world, status)
    answer = await http.get(f"/pay/{token}/thanks?status=COMPLETED&paid=1")
    assert "If your payment went through" in answer.text
    assert await world.value("SELECT status FROM deposit") == status


@pytest.mark.parametrize("path", ["/pay/0123456789abcdef", "/pay/0123456789abcdef/thanks"])
async def test_a_link_of_nobodys_is_told_so_without_a_hint(world, http, path: str) -> None:
    answer = await http.get(path)
    assert (answer.status_code, "not known here" in answer.text) == (404, True)


@pytest.mark.parametrize("path", ["/pay/x", "/pay/0123456789ABCDEF", "/pay/0123456789abcdef0", "/pay/", "/pay/..%2f"])
async def test_what_is_no_token_is_no_page(http, path: str) -> None:
    assert (await http.get(path)).status_code == 404


async def test_a_clinic_that_is_not_served_has_no_page(world, http) -> None:
    token = await deposit(world, "paid", clinic="gone")
    assert (await http.get(f"/pay/{token}")).status_code == 404


async def test_previews_that_fetch_a_link_change_nothing(world, http) -> None:
    token = await deposit(world, "link_sent")
    for method in ("HEAD", "POST", "PUT", "DELETE"):
        assert (await http.request(method, f"/pay/{token}")).status_code in (303, 405)
    await http.get(f"/pay/{token}", headers={"user-agent": "facebookexternalhit/1.1"})
    assert await world.value("SELECT status FROM deposit") == "link_sent"
