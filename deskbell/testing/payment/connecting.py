"""What a payment provider that is connected through OAuth must do with tokens, and the others without."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from deskbell.errors import Misconfigured, OutboundError, OutcomeUnknown, RetryLater
from deskbell.provider import Grant, no_grant
from deskbell.testing.payment.scene import DEPOSIT, GRANT, LINK, PaymentScene
from deskbell.testing.server import Answer, ProviderServer

REDIRECT = "https://desk.example/oauth/callback?from=square&to=us"


async def connected() -> Grant | None:
    """The tokens of an account that is connected."""
    return GRANT


class ConnectingContract(PaymentScene):
    """From a code to tokens, and what they are good for."""

    def only_if_it_connects(self) -> None:
        self.only_if(self.payment.connects, "this provider is not connected through OAuth")

    @pytest.mark.asyncio
    async def test_a_provider_without_oauth_says_so(self) -> None:
        self.only_if(not self.payment.connects, "this provider is connected through OAuth")
        payment = self.made()
        with pytest.raises(Misconfigured):
            payment.authorize_url("state-1", REDIRECT)
        calls: list[Callable[[], Awaitable[Any]]] = [
            lambda: payment.exchange("code-1", REDIRECT),
            lambda: payment.refresh(GRANT),
            lambda: payment.revoke(GRANT),
        ]
        for call in calls:
            with pytest.raises(Misconfigured):
                await call()
        assert list(await payment.locations()) == []

    @pytest.mark.asyncio
    async def test_the_page_of_consent_is_told_the_state_and_the_way_back_and_no_secret(self) -> None:
        self.only_if_it_connects()
        url = self.made(grant=no_grant).authorize_url("state&1=2 3", REDIRECT)
        asked = parse_qs(urlsplit(url).query)
        assert asked["state"] == ["state&1=2 3"]
        assert asked["redirect_uri"] == [REDIRECT]
        assert not any(secret in url for secret in self.secrets)

    @pytest.mark.asyncio
    async def test_a_code_and_a_refresh_token_become_tokens(self, provider_server: ProviderServer) -> None:
        self.only_if_it_connects()
        fresh = replace(GRANT, access_token="access-peacock-2")
        provider_server.script(self.granted(GRANT), self.granted(fresh))
        async with self.opened(provider_server.url, grant=no_grant) as payment:
            assert await payment.exchange("code-1", REDIRECT) == GRANT
            assert await payment.refresh(GRANT) == fresh
        exchanged, refreshed = provider_server.calls
        assert "code-1" in exchanged.plain
        assert GRANT.refresh_token in refreshed.plain

    @pytest.mark.asyncio
    @pytest.mark.parametrize("answer", [Answer(503), Answer(cut=True), Answer(200, "{}"), Answer(200, "<html>")])
    async def test_tokens_that_do_not_come_are_no_tokens(self, provider_server: ProviderServer, answer: Answer) -> None:
        self.only_if_it_connects()
        provider_server.otherwise = answer
        async with self.opened(provider_server.url, grant=no_grant) as payment:
            for call in (payment.exchange("code-1", REDIRECT), payment.refresh(GRANT)):
                with pytest.raises(OutboundError) as caught:
                    await call
                assert isinstance(caught.value, RetryLater | OutcomeUnknown)
        assert len(provider_server.calls) == 2

    @pytest.mark.asyncio
    async def test_a_code_that_is_refused_is_an_error_of_the_vocabulary(self, provider_server: ProviderServer) -> None:
        self.only_if_it_connects()
        provider_server.script(self.bad_credentials())
        async with self.opened(provider_server.url, grant=no_grant) as payment:
            with pytest.raises(Misconfigured):
                await payment.exchange("code-1", REDIRECT)

    @pytest.mark.asyncio
    async def test_access_is_given_back_and_one_that_is_gone_is_no_error(self, provider_server: ProviderServer) -> None:
        self.only_if_it_connects()
        provider_server.script(Answer(200, {"success": True}), self.gone())
        async with self.opened(provider_server.url, grant=no_grant) as payment:
            await payment.revoke(GRANT)
            await payment.revoke(GRANT)
        assert len(provider_server.calls) == 2

    @pytest.mark.asyncio
    async def test_without_an_account_it_opens_and_says_what_is_missing(self, provider_server: ProviderServer) -> None:
        self.only_if_it_connects()
        async with self.opened(provider_server.url, grant=no_grant) as payment:
            with pytest.raises(Misconfigured):
                await payment.create_link(DEPOSIT)
            health = await payment.check()
        assert not health.ok
        assert health.detail
        assert provider_server.calls == []

    @pytest.mark.asyncio
    async def test_every_call_is_made_with_the_tokens_of_the_moment(self, provider_server: ProviderServer) -> None:
        self.only_if_it_connects()
        current = GRANT

        async def grant() -> Grant | None:
            return current

        provider_server.script(self.made_link(LINK), self.made_link(LINK))
        async with self.opened(provider_server.url, grant=grant) as payment:
            await payment.create_link(DEPOSIT)
            current = replace(GRANT, access_token="access-peacock-2")
            await payment.create_link(DEPOSIT)
        first, second = provider_server.calls
        assert GRANT.access_token in first.plain
        assert "access-peacock-2" in second.plain
        assert GRANT.access_token not in second.plain
