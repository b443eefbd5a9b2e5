"""Connecting a clinic's Square account, renewing the tokens, and giving the access back."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from square.core.api_error import ApiError

BACK = "http://127.0.0.1:9/oauth/square?from=deskbell"
SCOPES = "PAYMENTS_READ PAYMENTS_WRITE ORDERS_READ ORDERS_WRITE MERCHANT_PROFILE_READ"


@pytest.fixture
def application_id(sandbox: Any) -> str:
    return str(sandbox.overrides["square"]["application_id"].replace("{binding}", "harbor-money"))


@pytest.fixture
def decide(control: Any, application_id: str) -> Any:
    """Opens the consent page and answers it; gives what came back with the redirect."""

    async def answer(choice: str = "allow", scope: str = SCOPES) -> dict[str, str]:
        asked = {"client_id": application_id, "scope": scope, "state": "s&1", "redirect_uri": BACK}
        page = await control.get("/square/oauth2/authorize", params={**asked, "session": "false"})
        assert page.status_code == 200
        assert "Harbor Skin Studio" in page.text
        sent = await control.post("/square/oauth2/authorize", data={**asked, "choice": choice})
        assert sent.status_code == 303
        place = sent.headers["location"]
        assert place.startswith("http://127.0.0.1:9/oauth/square?from=deskbell&")
        return {name: value for name, [value] in parse_qs(urlsplit(place).query).items()}

    return answer


@pytest.fixture
def obtain(square: Any, sandbox: Any, application_id: str) -> Any:
    async def ask(**more: Any) -> Any:
        given = {"client_id": application_id, "client_secret": sandbox.overrides["square"]["application_secret"]}
        return await square(token="unused").o_auth.obtain_token(**{**given, **more})

    return ask


@pytest.fixture
def connect(decide: Any, obtain: Any) -> Any:
    async def tokens(**more: Any) -> Any:
        return await obtain(grant_type="authorization_code", code=(await decide(**more))["code"], redirect_uri=BACK)

    return tokens


async def refused(call: Any) -> tuple[int, str]:
    with pytest.raises(ApiError) as problem:
        await call
    return int(problem.value.status_code or 0), str(problem.value.errors[0].code)


async def test_who_agrees_comes_back_with_a_code_that_is_worth_tokens(decide, connect, square) -> None:
    answer = await decide()
    assert (answer["response_type"], answer["state"]) == ("code", "s&1")

    tokens = await connect()
    assert (tokens.token_type, tokens.merchant_id) == ("bearer", "MLNVNCBB3B62M")
    [place] = (await square(token=tokens.access_token).locations.list()).locations
    assert place.name == "Harbor Skin Studio"
    status = await square(token=tokens.access_token).o_auth.retrieve_token_status()
    assert (status.scopes, status.expires_at) == (SCOPES.split(), tokens.expires_at)
    assert status.merchant_id == tokens.merchant_id


async def test_who_declines_comes_back_without_one(decide) -> None:
    answer = await decide("deny")
    assert (answer["error"], answer["state"]) == ("access_denied", "s&1")
    assert "code" not in answer


async def test_a_code_is_good_once_for_its_address_and_for_five_minutes(decide, obtain, control) -> None:
    def redeem(code: str, **more: Any) -> Any:
        return obtain(grant_type="authorization_code", code=code, **more)

    code = (await decide())["code"]
    assert await refused(redeem("invented")) == (401, "UNAUTHORIZED")
    await redeem(code)
    assert await refused(redeem(code)) == (401, "UNAUTHORIZED")
    assert await refused(redeem((await decide())["code"], redirect_uri="http://other.example/")) == (
        400,
        "INVALID_VALUE",
    )
    late = (await decide())["code"]
    await control.post("/api/clock", json={"advance_seconds": 301})
    assert await refused(redeem(late)) == (401, "UNAUTHORIZED")


async def test_only_the_application_itself_gets_tokens(decide, obtain, application_id) -> None:
    code = (await decide())["code"]

    def redeem(**more: Any) -> Any:
        return obtain(grant_type="authorization_code", code=code, **more)

    assert await refused(redeem(client_secret="wrong")) == (401, "UNAUTHORIZED")
    assert await refused(redeem(client_secret=None)) == (401, "UNAUTHORIZED")
    assert await refused(redeem(client_id="sandbox-sq0idb-wrong.harbor-money")) == (401, "UNAUTHORIZED")
    other = application_id.replace("harbor-money", "palm-money")
    assert await refused(redeem(client_id=other)) == (401, "UNAUTHORIZED")


async def test_access_ends_after_thirty_days_and_is_renewed_as_often_as_one_likes(
    connect, obtain, square, control
) -> None:
    tokens = await connect()
    await control.post("/api/clock", json={"advance_seconds": 30 * 86_400 + 1})
    old = square(token=tokens.access_token).locations.list()
    assert await refused(old) == (401, "ACCESS_TOKEN_EXPIRED")

    for _ in range(2):
        fresh = await obtain(grant_type="refresh_token", refresh_token=tokens.refresh_token)
        assert (await square(token=fresh.access_token).locations.list()).locations
        assert fresh.refresh_token == tokens.refresh_token
    assert await refused(obtain(grant_type="refresh_token", refresh_token=tokens.access_token)) == (401, "UNAUTHORIZED")
    dressed_up = tokens.refresh_token.replace("EQAAl", "EAAAl")
    assert await refused(square(token=dressed_up).locations.list()) == (401, "UNAUTHORIZED")


async def test_tokens_outlive_a_restart(connect, square, sandbox) -> None:
    from sandbox.server import Sandbox

    tokens = await connect()
    folder, port = sandbox.clock_file.parent, int(sandbox.url.rpartition(":")[2])
    await sandbox.stop()
    again = Sandbox(host="127.0.0.1", port=port, folder=folder)
    await again.start()
    [place] = (await square(token=tokens.access_token).locations.list()).locations
    await again.stop()
    assert place.merchant_id == tokens.merchant_id


async def test_scopes_that_were_not_given_are_missed(connect, square) -> None:
    tokens = await connect(scope="MERCHANT_PROFILE_READ")
    client = square(token=tokens.access_token)

    assert (await client.locations.list()).locations
    assert await refused(client.orders.get("any")) == (403, "INSUFFICIENT_SCOPES")


@pytest.mark.parametrize("by", ["token", "merchant"])
async def test_access_that_is_given_back_is_over_and_told(
    by, connect, obtain, square, sandbox, application, application_id
) -> None:
    tokens = await connect()
    client = square(token=tokens.access_token)
    secret = sandbox.overrides["square"]["application_secret"]
    what = {"token": {"access_token": tokens.access_token}, "merchant": {"merchant_id": tokens.merchant_id}}[by]

    def revoke(secret: str) -> Any:
        headers = {"additional_headers": {"Authorization": f"Client {secret}"}}
        return client.o_auth.revoke_token(client_id=application_id, request_options=headers, **what)

    assert await refused(revoke("wrong")) == (401, "UNAUTHORIZED")
    assert (await revoke(secret)).success
    await sandbox.idle()
    [delivery] = application.deliveries
    event = json.loads(delivery.body)
    assert (event["type"], event["merchant_id"]) == ("oauth.authorization.revoked", tokens.merchant_id)
    assert event["data"]["type"] == "revocation"
    assert event["data"]["object"]["revocation"]["revoker_type"] == "APPLICATION"
    assert await refused(client.locations.list()) == (401, "ACCESS_TOKEN_REVOKED")
    renewal = obtain(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    assert await refused(renewal) == (401, "ACCESS_TOKEN_REVOKED")
    fresh = await connect()
    assert (await square(token=fresh.access_token).locations.list()).locations


async def test_a_clinic_may_end_the_access_by_itself(connect, square, control, sandbox, application) -> None:
    tokens = await connect()
    assert (await control.post("/api/payees/harbor-money", json={"outcome": "revoked"})).status_code == 200
    await sandbox.idle()

    [delivery] = application.deliveries
    assert json.loads(delivery.body)["data"]["object"]["revocation"]["revoker_type"] == "MERCHANT"
    call = square(token=tokens.access_token).locations.list()
    assert await refused(call) == (401, "ACCESS_TOKEN_REVOKED")
    assert (await control.post("/api/payees/none", json={"outcome": "revoked"})).status_code == 404


async def test_a_question_that_names_no_known_application_or_address_goes_nowhere(control, application_id) -> None:
    asked = {"client_id": application_id, "scope": SCOPES, "state": "s", "redirect_uri": BACK, "choice": "allow"}
    for wrong in ({"client_id": "sandbox-sq0idb-wrong.x"}, {"redirect_uri": "javascript:alert(1)"}):
        page = await control.get("/square/oauth2/authorize", params={**asked, **wrong})
        sent = await control.post("/square/oauth2/authorize", data={**asked, **wrong})
        assert page.status_code == sent.status_code == 400
        assert "location" not in sent.headers
