"""The conformance kit's pytest plugin: loaded wherever Deskbell is installed, so it is kept light.

It brings the fixture `provider_server` and carries out the contract classes' `xfails`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from deskbell.testing import server
from deskbell.testing.contract import Contract

# Before they are imported: their asserts shall show what was compared.
pytest.register_assert_rewrite(
    "deskbell.testing.channel",
    "deskbell.testing.discretion",
    "deskbell.testing.knowledge",
    "deskbell.testing.llm",
    "deskbell.testing.payment",
    "deskbell.testing.stage",
)


@pytest.fixture
def provider_server() -> Iterator[server.ProviderServer]:
    """A provider's HTTP API on the loopback, to be scripted with `Answer`s."""
    with server.provider_server() as running:
        yield running


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        contract = getattr(item, "cls", None)
        if not (isinstance(contract, type) and issubclass(contract, Contract)):
            continue
        name = getattr(item, "originalname", item.name)
        if name in contract.xfails:
            item.add_marker(pytest.mark.xfail(reason=contract.xfails[name], strict=True))
