"""The clinic's account at Square: its locations, and how it is connected through OAuth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from deskbell import (
    Grant,
    Health,
    Location,
    Misconfigured,
    OutboundError,
    OutcomeUnknown,
    ProviderContext,
    Undeliverable,
)
from plugins.payments.square import reading
from plugins.payments.square.config import SquareConfig

if TYPE_CHECKING:
    from plugins.payments.square.api import SquareApi

#: What links, look-ups, refunds and the list of locations need.
SCOPES = ("PAYMENTS_READ", "PAYMENTS_WRITE", "ORDERS_READ", "ORDERS_WRITE", "MERCHANT_PROFILE_READ")
#: What revoking an access says that is gone already.
_GONE = frozenset({"ACCESS_TOKEN_REVOKED", "ACCESS_TOKEN_EXPIRED"})


def authorize_url(config: SquareConfig, state: str, redirect_uri: str) -> str:
    """Square's page for the account's owner; ``session=false``: they sign in, whoever is signed in already."""
    asked = {
        "client_id": application(config)[0],
        "scope": " ".join(SCOPES),
        "session": "false",
        "state": state,
        "redirect_uri": redirect_uri,
    }
    return f"{config.address}/oauth2/authorize?{urlencode(asked)}"


def application(config: SquareConfig) -> tuple[str, str]:
    """The application's id and secret."""
    if config.application_id is None or config.application_secret is None:
        raise Misconfigured("This binding has a token of its own; to connect an account it needs an application_id.")
    return config.application_id, config.application_secret.get_secret_value()


class Accounts:
    """Asks for tokens and locations."""

    def __init__(self, api: SquareApi, config: SquareConfig, context: ProviderContext) -> None:
        self._api = api
        self._config = config
        self._context = context
        #: The location that was found, and the token it was found with: another token may be another account's.
        self._found: tuple[str, str] | None = None

    # ---- locations -----------------------------------------------------------------------------------------------

    async def locations(self, until: float | None = None) -> Sequence[Location]:
        answer = await self._api.read(
            lambda options: self._api.locations.list(request_options=options), until or self._api.limit()
        )
        found = reading.at(answer, "locations")
        read = (_location(one) for one in (found if isinstance(found, list) else ()))
        return [location for location in read if location.id]

    async def location(self, until: float) -> str:
        """The id of the location that deposits are booked on."""
        if self._config.location_id is not None:
            return self._config.location_id
        token = await self._api.token()
        if self._found is None or self._found[0] != token:
            self._found = (token, _only_active(await self.locations(until)).id)
        return self._found[1]

    async def health(self) -> Health:
        try:
            found = await self.locations()
            location = _named(self._config.location_id, found) if self._config.location_id else _only_active(found)
        except OutboundError as error:
            return Health(ok=False, detail=f"Square: {error}")
        if not location.active:
            return Health(ok=False, detail=f"Square: the location {location.name} is inactive.")
        return Health(ok=True, detail=f"Square: deposits go to {location.name}, in {location.currency}.")

    # ---- tokens --------------------------------------------------------------------------------------------------

    async def exchange(self, code: str, redirect_uri: str) -> Grant:
        return await self._obtain(grant_type="authorization_code", code=code, redirect_uri=redirect_uri)

    async def refresh(self, grant: Grant) -> Grant:
        return await self._obtain(grant, grant_type="refresh_token", refresh_token=grant.refresh_token)

    async def revoke(self, grant: Grant) -> None:
        """Names the account where it is known: a token may have expired before."""
        client_id, secret = application(self._config)
        whose = {"merchant_id": grant.account} if grant.account else {"access_token": grant.access_token}
        try:
            await self._api.once(
                lambda options: self._api.oauth.revoke_token(client_id=client_id, **whose, request_options=options),
                self._api.limit(),
                {"Authorization": f"Client {secret}"},
            )
        except Undeliverable:
            return
        except Misconfigured as error:
            if error.code not in _GONE:
                raise

    async def _obtain(self, old: Grant | None = None, **asked: Any) -> Grant:
        client_id, secret = application(self._config)
        answer = await self._api.once(
            lambda options: self._api.oauth.obtain_token(
                client_id=client_id, client_secret=secret, **asked, request_options=options
            ),
            self._api.limit(),
            {},
        )
        access, expires_at = reading.text(answer, "access_token"), reading.moment(answer, "expires_at")
        # A refresh token of this flow stays good, and may be left out of later answers.
        refresh = reading.text(answer, "refresh_token") or (old.refresh_token if old else "")
        if not access or not refresh or expires_at is None:
            raise OutcomeUnknown("Square's answer holds no tokens.")
        account = reading.identifier(answer, "merchant_id") or (old.account if old else "")
        return Grant(access_token=access, refresh_token=refresh, expires_at=expires_at, account=account)


def _location(found: Any) -> Location:
    return Location(
        id=reading.identifier(found, "id"),
        name=reading.text(found, "name"),
        currency=reading.text(found, "currency"),
        active=reading.text(found, "status") == "ACTIVE",
    )


def _only_active(locations: Sequence[Location]) -> Location:
    active = [location for location in locations if location.active]
    if len(active) == 1:
        return active[0]
    raise Misconfigured(f"location_id is not set, and the account has {_list(active)}; name the one that is paid.")


def _named(location_id: str, locations: Sequence[Location]) -> Location:
    for location in locations:
        if location.id == location_id:
            return location
    raise Misconfigured(f"location_id is {location_id}, and the account has {_list(locations)}.")


def _list(locations: Sequence[Location]) -> str:
    named = ", ".join(f"{location.name} ({location.id})" for location in locations)
    return f"{len(locations)} locations: {named}" if named else "no active location"
