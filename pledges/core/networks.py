"""Which addresses count as one when requests are counted."""

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

UNKNOWN: Final = "unknown"
PREFIX: Final = 64
"""Bits: the smallest network that a provider gives one customer, who has all addresses in it."""


def network_of(address: str | None) -> str:
    """The IPv4 address itself, the /64 of an IPv6 address, `UNKNOWN` for anything else."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return UNKNOWN
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), PREFIX), strict=False))
