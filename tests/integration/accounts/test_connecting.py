"""Connecting an account: one link, one browser, one use, in time; whatever else is tried connects nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from core.config.bindings import BindingPlan
from core.runtime.opening import Opener
from core.server.connections import _HEADERS
from deskbell import ChannelConfig
from deskbell.testing.server import Answer
from tests.integration.accounts.conftest import OPERATOR, Harbor
from tests.integration.engine.conftest import Wire

STALE = "/oauth/done/stale"


async def at_the_provider(browser: httpx.AsyncClient, link: str) -> httpx.Response:
    """The link was opened, and the browser stands before the provider's page, which nobody has read yet."""
    return await browser.get(link, follow_redirects=False)


async def agreed(browser: httpx.AsyncClient, begun: httpx.Response) -> str:
    """The provider's page was agreed to: the address of ours that it leads back to."""
    return (await browser.get(begun.headers["Location"], follow_redirects=False)).headers["Location"]


async def test_an_account_is_connected_and_its_provider_has_the_tokens(harbor: Harbor) -> None:
    assert await harbor.grant() is None
    async with harbor.browser() as browser:
        answer = await browser.get(await harbor.invited())
    assert (answer.status_code, answer.url.path, answer.url.query) == (200, "/oauth/done/connected", b"")
    assert "The account is connected." in answer.text
    grant = await harbor.grant()
    assert grant is not None
    assert (grant.account, grant.expires_at) == ("M-HARBOR", harbor.clock.now() + timedelta(days=30))
    assert grant.access_token in harbor.bank.secrets
    [row] = await harbor.rows("SELECT * FROM oauth_grant")
    assert (row["clinic"], row["binding"], row["provider"]) == ("harbor", "harbor-till", "till")
    assert (row["account"], row["connected_by"]) == ("M-HARBOR", OPERATOR)


async def test_no_other_binding_of_the_clinic_sees_the_tokens(harbor: Harbor) -> None:
    await harbor.connected()
    assert await harbor.live.payments["harbor-second"].context.grant() is None


async def test_a_channel_that_took_over_the_bindings_name_is_given_no_tokens(harbor: Harbor) -> None:
    await harbor.connected()
    opener = Opener(harbor.clock, harbor.url, harbor.engine.windows.before, grants=harbor.accounts.grants)
    channel = BindingPlan("till", "harbor-till", Wire, ChannelConfig())
    plan = replace(harbor.live.plan, channels={"till": channel}, payments={})
    assert await (await opener.open_binding(plan, channel)).context.grant() is None


async def test_the_cookie_is_for_this_server_and_out_of_scripts_reach(harbor: Harbor) -> None:
    async with harbor.browser() as browser:
        begun = await at_the_provider(browser, await harbor.invited())
    cookie = begun.headers["Set-Cookie"].lower()
    assert begun.status_code == 303
    assert [word for word in ("httponly", "samesite=lax", "max-age=600", "path=/") if word not in cookie] == []
    assert parse_qs(urlsplit(begun.headers["Location"]).query)["redirect_uri"] == [f"{harbor.url}/oauth/callback"]


async def test_over_https_the_cookie_is_bound_to_the_host(harbor: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harbor.accounts.connecting, "_public_url", "https://desk.example")
    link = (await harbor.invited()).replace("https://desk.example", harbor.url)
    async with harbor.browser() as browser:
        begun = await at_the_provider(browser, link)
    assert begun.headers["Set-Cookie"].startswith("__Host-deskbell-connect=")
    assert "; Secure" in begun.headers["Set-Cookie"]
    value = begun.headers["Set-Cookie"].split("=", 1)[1].split(";")[0]
    # The proxy that ends TLS hands on what the browser sent.
    async with httpx.AsyncClient() as proxy:
        back = urlsplit(await agreed(proxy, begun))
        answer = await proxy.get(
            f"{harbor.url}{back.path}?{back.query}", headers={"Cookie": f"__Host-deskbell-connect={value}"}
        )
    assert answer.headers["Location"] == "/oauth/done/connected"


async def test_every_answer_is_kept_nowhere_and_tells_nobody_where_it_came_from(harbor: Harbor) -> None:
    async with harbor.browser() as browser:
        answer = await browser.get(await harbor.invited())
        ours = [one for one in (*answer.history, answer) if str(one.url).startswith(harbor.url)]
        ours.append(await browser.get(f"{harbor.url}/connect/nothing"))
        ours.append(await browser.get(f"{harbor.url}/oauth/callback"))
    for one in ours:
        assert {name: one.headers.get(name) for name in _HEADERS} == _HEADERS


async def test_a_link_works_once(harbor: Harbor) -> None:
    link = await harbor.invited()
    async with harbor.browser() as owner, harbor.browser() as second:
        begun = await at_the_provider(owner, link)
        assert (await second.get(link)).url.path == STALE
        # And who opened it first is not disturbed by that.
        assert (await owner.get(await agreed(owner, begun))).url.path == "/oauth/done/connected"
        assert (await owner.get(link)).url.path == STALE


async def test_a_callback_works_once(harbor: Harbor) -> None:
    async with harbor.browser() as browser:
        back = await agreed(browser, await at_the_provider(browser, await harbor.invited()))
        kept = dict(browser.cookies)
        assert (await browser.get(back)).url.path == "/oauth/done/connected"
        browser.cookies.update(kept)
        asked = len(harbor.bank.server.calls)
        assert (await browser.get(back)).url.path == STALE
    assert len(harbor.bank.server.calls) == asked


async def test_another_browser_with_the_right_state_connects_nothing(harbor: Harbor) -> None:
    """Somebody got hold of the address of the provider's page, and agrees with an account of their own."""
    async with harbor.browser() as owner, harbor.browser() as thief:
        begun = await at_the_provider(owner, await harbor.invited())
        back = await agreed(thief, begun)
        answer = await thief.get(back)
        assert (answer.url.path, answer.status_code) == (STALE, 400)
        assert await harbor.grant() is None
        # The owner, who has the cookie, can still come back.
        assert (await owner.get(await agreed(owner, begun))).url.path == "/oauth/done/connected"


async def test_a_forged_callback_in_the_owners_browser_connects_nothing(harbor: Harbor) -> None:
    """Somebody else's code and state, from a way that they began themselves, in a browser that began another."""
    async with harbor.browser() as owner, harbor.browser() as forger:
        begun = await at_the_provider(owner, await harbor.invited())
        forged = await agreed(forger, await at_the_provider(forger, await harbor.invited(binding="harbor-second")))
        assert (await owner.get(forged)).url.path == STALE
        assert await harbor.rows("SELECT FROM oauth_grant") == []
        assert (await owner.get(await agreed(owner, begun))).url.path == "/oauth/done/connected"
    assert [row["binding"] for row in await harbor.rows("SELECT binding FROM oauth_grant")] == ["harbor-till"]


@pytest.mark.parametrize("state", ["", "nothing", "x" * 5000, "%00", "%ff%fe"])
async def test_a_state_that_is_none_connects_nothing(harbor: Harbor, state: str) -> None:
    async with harbor.browser() as browser:
        await at_the_provider(browser, await harbor.invited())
        answer = await browser.get(f"{harbor.url}/oauth/callback?code=c1&state={state}")
    assert (answer.url.path, answer.status_code) == (STALE, 400)
    assert await harbor.rows("SELECT FROM oauth_grant") == []


async def test_after_ten_minutes_neither_link_nor_callback_works(harbor: Harbor) -> None:
    link = await harbor.invited()
    async with harbor.browser() as browser:
        back = await agreed(browser, await at_the_provider(browser, await harbor.invited()))
        harbor.clock.advance(601)
        assert (await browser.get(link)).url.path == STALE
        assert (await browser.get(back)).url.path == STALE
    assert await harbor.grant() is None


async def test_the_state_of_another_clinic_connects_nothing_here(harbor: Harbor) -> None:
    """The way is for the clinic that it was made for: a binding of that name elsewhere is not meant."""
    async with harbor.browser() as browser:
        answer = await browser.get(await harbor.invited(clinic="sierra", binding="harbor-till"))
    assert answer.url.path == "/oauth/done/failed"
    assert await harbor.rows("SELECT FROM oauth_grant") == []


async def test_who_says_no_is_told_that_nothing_happened(harbor: Harbor) -> None:
    harbor.bank.agrees = False
    async with harbor.browser() as browser:
        answer = await browser.get(await harbor.invited())
    assert (answer.url.path, answer.status_code) == ("/oauth/done/denied", 200)
    assert "<script>" not in answer.text
    assert await harbor.rows("SELECT FROM oauth_grant") == []


@pytest.mark.parametrize(
    "refusal", [Answer(400, {}), Answer(401, {}), Answer(503, {}), Answer(cut=True), Answer(200, "gibberish")]
)
async def test_when_the_provider_gives_no_tokens_nothing_is_connected_and_the_way_is_used_up(
    harbor: Harbor, refusal: Answer
) -> None:
    harbor.bank.refusal = refusal
    async with harbor.browser() as browser:
        back = await agreed(browser, await at_the_provider(browser, await harbor.invited()))
        kept = dict(browser.cookies)
        answer = await browser.get(back)
        assert (answer.url.path, answer.status_code) == ("/oauth/done/refused", 502)
        harbor.bank.refusal = None
        browser.cookies.update(kept)
        assert (await browser.get(back)).url.path == STALE
    assert await harbor.grant() is None


async def test_connecting_again_replaces_the_account_and_what_failed_before_is_settled(harbor: Harbor) -> None:
    await harbor.connected()
    before = await harbor.grant()
    harbor.bank.refusal = Answer(400, {})
    await harbor.pass_days(6.1)
    assert await harbor.value("SELECT failing_why FROM oauth_grant") == "Undeliverable invalid_grant"
    harbor.bank.refusal = None
    await harbor.connected()
    after = await harbor.grant()
    assert before
    assert after
    assert before.access_token != after.access_token
    [row] = await harbor.rows("SELECT failing_since, failing_why, told_at, attempts FROM oauth_grant")
    assert tuple(row) == (None, None, None, 0)
    unseen = await harbor.rows("SELECT kind FROM notice WHERE seen_at IS NULL")
    assert [row["kind"] for row in unseen] == ["account_connected"]


async def test_ways_that_ended_long_ago_are_removed(harbor: Harbor) -> None:
    await harbor.invited()
    await harbor.accounts.connecting.forget_old()
    assert await harbor.value("SELECT count(*) FROM oauth_state") == 1
    harbor.clock.advance(25 * 3600)
    await harbor.accounts.connecting.forget_old()
    assert await harbor.value("SELECT count(*) FROM oauth_state") == 0


async def test_pages_that_do_not_exist_are_not_made_up(harbor: Harbor) -> None:
    async with harbor.browser() as browser:
        answer = await browser.get(f"{harbor.url}/oauth/done/%3Cscript%3E")
    assert answer.status_code == 400
    assert "script" not in answer.text
