"""Square's checkout and consent page in a real browser, at the size of a phone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import pytest_asyncio

from deskbell import Payee
from sandbox.server import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

HARBOR = "+12125550142"


@pytest_asyncio.fixture(loop_scope="module")
async def ask(sandbox: Sandbox, receptionist: Any) -> Any:
    """Makes a link for a deposit of $50 that leads back to an address of the application; gives its parts."""
    from square import AsyncSquare

    await sandbox.introduce(
        [], [Payee("harbor", "Harbor Skin Studio", "square", "harbor-money", f"{receptionist.url}/webhooks/square/m")]
    )
    settings = sandbox.overrides["square"]
    token = settings["access_token"].replace("{binding}", "harbor-money")
    async with httpx.AsyncClient(trust_env=False) as http:
        client = AsyncSquare(token=token, base_url=settings["base_url"], httpx_client=http)
        [place] = (await client.locations.list()).locations or []

        async def make(redirect_url: str | None = f"{receptionist.url}/thanks") -> tuple[Any, Any]:
            price: Any = {"amount": 5_000, "currency": "USD"}
            made = await client.checkout.payment_links.create(
                quick_pay={"name": "Appointment deposit", "price_money": price, "location_id": place.id or ""},
                checkout_options={"redirect_url": redirect_url} if redirect_url else None,
            )
            return made.payment_link, client

        yield make


@pytest_asyncio.fixture(loop_scope="module", params=["light", "dark"])
async def phone(request: Any, browser: Any, sandbox: Sandbox) -> Any:
    page = await browser.new_page(viewport={"width": 375, "height": 720}, color_scheme=request.param)
    page.set_default_timeout(30_000)
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    yield page
    await page.close()
    assert not [trouble for trouble in troubles if "the server responded with a status of 4" not in trouble]
    assert all(url.startswith((sandbox.url, "http://127.0.0.1:")) for url in asked)


async def fits(page: Any) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_a_deposit_is_declined_then_paid_and_leads_back(phone, ask, sandbox) -> None:
    link, _ = await ask()
    await phone.goto(link.url)
    assert await phone.title() == "Appointment deposit · Harbor Skin Studio"
    await phone.get_by_role("heading", name="Appointment deposit").wait_for()
    assert await fits(phone)

    await phone.get_by_role("button", name="Decline the card").click()
    assert "declined" in await phone.get_by_role("alert").inner_text()
    await phone.get_by_role("button", name="Pay $50.00").click()
    await phone.get_by_role("heading", name="Paid").wait_for()
    assert await fits(phone)
    onwards = phone.get_by_role("link", name="Return to Harbor Skin Studio")
    assert str(await onwards.get_attribute("href")).endswith("/thanks")
    await phone.reload()
    assert await phone.get_by_role("button").count() == 0


async def test_a_link_is_paid_with_the_keyboard_alone(phone, ask) -> None:
    link, _ = await ask(redirect_url=None)
    await phone.goto(link.url)
    await phone.keyboard.press("Tab")
    assert await phone.evaluate("document.activeElement.textContent") == "Pay $50.00"
    await phone.keyboard.press("Enter")
    await phone.get_by_role("heading", name="Paid").wait_for()
    assert await phone.get_by_role("link").count() == 0


async def test_a_closed_link_says_so_in_a_friendly_way(phone, ask) -> None:
    link, client = await ask()
    await phone.goto(link.url)
    await client.checkout.payment_links.delete(link.id)
    await phone.get_by_role("button", name="Pay").click()

    await phone.get_by_role("heading", name="This link is no longer open").wait_for()
    assert await phone.get_by_role("button").count() == 0
    assert await fits(phone)


@pytest.mark.parametrize(("button", "answer"), [("Allow", "code=sandbox-sq0cgb-"), ("Deny", "error=access_denied")])
async def test_consent_leads_back_to_the_application_with_the_answer(
    phone, ask, sandbox, receptionist, button, answer
) -> None:
    application_id = sandbox.overrides["square"]["application_id"].replace("{binding}", "harbor-money")
    back = f"{receptionist.url}/thanks"
    asked = {"client_id": application_id, "scope": "PAYMENTS_READ ORDERS_WRITE", "state": "s1", "redirect_uri": back}
    await phone.goto(str(httpx.URL(f"{sandbox.url}/square/oauth2/authorize", params=asked)))
    await phone.get_by_role("heading", name="Connect this account?").wait_for()
    assert "Create orders and payment links" in await phone.get_by_role("list").inner_text()
    assert await fits(phone)
    async with phone.expect_request(lambda sent: sent.url.startswith(back)) as sent:
        await phone.get_by_role("button", name=button).click()
    request = await sent.value
    assert answer in request.url
    assert "state=s1" in request.url


async def test_a_link_in_a_text_opens_its_page_beside_the_phone(page, receptionist, ask, sandbox) -> None:
    from deskbell import Reachable

    link, _ = await ask()
    where = f"{receptionist.url}/webhooks/telnyx/harbor-main"
    await sandbox.introduce([Reachable("harbor", "Harbor Skin Studio", "telnyx", HARBOR, where)])
    receptionist.reply = f"Here is the link: {link.url}. It is open until 5 pm (see http://x and javascript:alert(1))"
    dana = page.get_by_role("region", name="Dana Cole texting Harbor Skin Studio")
    await dana.get_by_label("Text message").fill("I would like to pay")
    await dana.get_by_label("Text message").press("Enter")

    shown = dana.locator("li.text", has_text="Here is the link")
    await shown.wait_for()
    assert await shown.locator(".said").inner_text() == receptionist.reply
    links = shown.get_by_role("link")
    assert [await one.get_attribute("href") for one in await links.all()] == [link.url, "http://x"]
    assert await links.first.get_attribute("rel") == "noopener noreferrer"
    async with page.expect_popup() as opened:
        await links.first.click()
    beside = await opened.value
    await beside.get_by_role("button", name="Pay $50.00").wait_for()
    assert await beside.evaluate("opener") is None
    await beside.close()
