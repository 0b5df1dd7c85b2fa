"""Whose request it is: proxies that may speak for others, and the address that limits count by."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Network = IPv4Network | IPv6Network

# A household or a phone has a whole /64 of IPv6 addresses to choose from.
_IPV6_PREFIX = 64


class TrustedProxies:
    """The networks whose word about the client (X-Forwarded-For) and the request (X-Request-ID) counts."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks: list[Network] = [ip_network(network) for network in networks]

    def sent(self, scope: Scope) -> bool:
        """Whether the peer of the connection itself is one of them."""
        client = scope.get("client")
        try:
            address = ip_address(client[0]) if client else None
        except ValueError:  # a Unix socket, or a test's name
            return False
        return address is not None and any(address in network for network in self._networks)


def limited_address(scope: Scope) -> str:
    """The client's address as limits count it: IPv4 whole, IPv6 by its /64; "unknown" for all without one."""
    client = scope.get("client")
    if not client:
        return "unknown"
    try:
        address = ip_address(client[0])
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address)
