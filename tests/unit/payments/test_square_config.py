"""Which settings of Square go together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from plugins.payments.square import SquareConfig

TOKEN = {"access_token": "EAAA-secret-1"}
APPLICATION = {"application_id": "sq0idp-1", "application_secret": "sq0csp-secret-2"}
KEY = {"webhook_signature_key": "secret-3"}


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (TOKEN, "https://connect.squareup.com"),
        (APPLICATION, "https://connect.squareup.com"),
        ({**TOKEN, "environment": "sandbox"}, "https://connect.squareupsandbox.com"),
        (
            {**TOKEN, **APPLICATION, "environment": "sandbox", "base_url": "http://127.0.0.1:8100/square/"},
            "http://127.0.0.1:8100/square",
        ),
    ],
)
def test_a_token_or_an_application_is_enough(given: dict[str, Any], address: str) -> None:
    config = SquareConfig(**given, **KEY)
    assert config.address == address
    assert "secret" not in repr(config).replace("application_secret", "").replace("SecretStr", "")


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (KEY, "access_token"),
        ({**TOKEN, **APPLICATION, **KEY}, "not both"),
        ({"application_id": "sq0idp-1", **KEY}, "both or none"),
        ({"application_secret": "sq0csp-1", **TOKEN, **KEY}, "both or none"),
        ({**APPLICATION, "application_id": "sandbox-sq0idb-1", **KEY}, "environment: sandbox"),
        ({**TOKEN, **KEY, "environment": "staging"}, "environment"),
        ({**TOKEN, **KEY, "notification_url": "desk.example/webhooks"}, "whole address"),
        ({**TOKEN, **KEY, "location_id": "L 1"}, "location_id"),
        ({"access_token": "EAAA 1", **KEY}, "access_token"),
        (TOKEN, "webhook_signature_key"),
        ({**TOKEN, "webhook_signature_key": ""}, "webhook_signature_key"),
    ],
)
def test_settings_that_do_not_go_together_are_refused_with_the_reason(given: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word) as caught:
        SquareConfig(**given)
    assert "EAAA" not in str(caught.value)
