"""Where webhooks may go: to public addresses, so that nobody has us call what only we can reach.

The address is looked at where the connection is made to it, and so is the one that is connected to: a name that leads
elsewhere a moment later leads us nowhere else. Who runs the house may say of an endpoint that it lies inside; then
private addresses are fine, and those where a cloud keeps its secrets still are not.
"""

import errno
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv6 addresses behind which there is an IPv4 one, by NAT64."""

AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]


class NotAllowed(OSError):
    """An address that nothing is sent to."""


def is_allowed(text: str, *, inside: bool) -> bool:
    """Return whether a webhook may go to an address."""
    address = _behind(ip_address(text.partition("%")[0]))
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    return address.is_global or (inside and address.is_private)


def connecting(*, inside: bool) -> Callable[[AddressInfo], socket.socket]:
    """Return what makes the sockets for allowed addresses, and raises NotAllowed for all others."""

    def make(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not is_allowed(address[0], inside=inside):
            message = f"{address[0]} is no address that webhooks may go to."
            raise NotAllowed(errno.EACCES, message)
        return socket.socket(family, kind, protocol)

    return make


def _behind(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)
