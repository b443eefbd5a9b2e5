"""Which addresses may be called. A clinic's file names the URL, and must not make us call what only we can reach.

A running system calls public addresses only; a sandbox calls this machine only, so that patients who do not exist are
told to nobody. What is not known to be right is refused, and what was looked up is what is connected to.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Literal

Reach = Literal["public", "loopback"]

#: IPv6 addresses that carry an IPv4 address on to a translator (RFC 6052).
_TRANSLATED = IPv6Network("64:ff9b::/96")


class AddressRefused(OSError):
    """This address is none that we call."""


def may_be_called(address: str, reach: Reach) -> bool:
    """Whether an IP address is within reach. One that cannot be read is not."""
    try:
        found = _inner(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if reach == "loopback":
        return found.is_loopback
    return found.is_global and not found.is_multicast


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Of an IPv6 address that stands for an IPv4 one, that one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
