"""Where a message may go: to an https address that is out in the world, never to one inside.

The name is looked up at each delivery and the connection is made to the very address that was checked, so a
name that points elsewhere a moment later gains nothing. The certificate must still be the name's.
"""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL: Final = 2_000
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
WORLD: Final = ipaddress.IPv6Network("2000::/3")
"""All that is routed between networks in IPv6. What lies beside it wraps IPv4 addresses in further ways."""
NOT_THE_WORLD: Final[Sequence[Network]] = (
    ipaddress.IPv6Network("3fff::/20"),
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv4Network("192.88.99.0/24"),
)
"""Reserved later than the standard library knows: documentation, protocols, relays of 6to4."""


class ForbiddenTargetError(ValueError):
    """A message may not go there; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was checked, and the name it was found by."""

    host: str
    port: int
    path: str
    address: str


def checked_url(url: str) -> tuple[str, int, str]:
    """Host, port and path of an address one may ask for. Raises ForbiddenTargetError."""
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise ForbiddenTargetError("is no address") from None
    if parts.scheme != "https":
        raise ForbiddenTargetError("is not https")
    if not parts.hostname or parts.username is not None or parts.fragment or len(url) > LONGEST_URL:
        raise ForbiddenTargetError("is no plain address: no user, no fragment, not too long")
    if any(not " " < sign < "\x7f" for sign in url):
        raise ForbiddenTargetError("holds a blank or a sign that is not ASCII; write names and paths encoded")
    path = parts.path or "/"
    return parts.hostname, port, f"{path}?{parts.query}" if parts.query else path


def resolve(url: str, *, allowed: Sequence[Network] = ()) -> Target:
    """The address to connect to. `allowed` are networks of one's own. Raises ForbiddenTargetError."""
    host, port, path = checked_url(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ForbiddenTargetError("the name is not known") from None
    addresses = [str(entry[4][0]) for entry in found]
    for address in addresses:
        if not is_outside(address, allowed=allowed):
            raise ForbiddenTargetError("leads to an address inside")
    return Target(host, port, path, addresses[0])


def is_outside(address: str, *, allowed: Sequence[Network] = ()) -> bool:
    """Whether an address is one of the public internet, or of a network that is allowed on purpose."""
    plain = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if any(plain.version == network.version and plain in network for network in allowed):
        return True
    if plain.version == WORLD.version and plain not in WORLD:
        return False
    is_reserved = any(plain.version == network.version and plain in network for network in NOT_THE_WORLD)
    return plain.is_global and not plain.is_multicast and not is_reserved


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it stands for one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
