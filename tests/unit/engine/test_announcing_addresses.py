"""Where a subscriber may be: nothing that only we can reach is ever called for a clinic's file."""

from __future__ import annotations

from socket import AF_UNSPEC, AddressFamily

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from core.engine.announcing.addresses import AddressRefused, may_be_called
from core.engine.announcing.names import CheckedNames

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.7",
    "172.16.4.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "224.0.0.1",
    "255.255.255.255",
    "198.51.100.7",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.7",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:db8::1",
    "localhost",
    "",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not may_be_called(address, "public")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e"])
def test_a_public_address_is_called_but_not_from_a_sandbox(address: str) -> None:
    assert may_be_called(address, "public")
    assert not may_be_called(address, "loopback")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_sandbox_calls_this_machine(address: str) -> None:
    assert may_be_called(address, "loopback")


class Names(AbstractResolver):
    """Knows what it was told of names; what else is asked for does not exist."""

    def __init__(self, **known: list[str]) -> None:
        self.known = known

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_UNSPEC) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.known[host.partition(".")[0]]
        ]

    async def close(self) -> None:
        pass


async def test_a_name_that_leads_inside_is_refused_even_if_only_in_part() -> None:
    names = CheckedNames(Names(good=["93.184.215.14"], mixed=["93.184.215.14", "10.0.0.7"], empty=[]), "public")
    assert [one["host"] for one in await names.resolve("good.example")] == ["93.184.215.14"]
    for name in ("mixed.example", "empty.example"):
        with pytest.raises(AddressRefused):
            await names.resolve(name)
