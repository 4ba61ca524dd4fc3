"""The loopback addresses of one server: that which it was started on, and those that follow it.

A program has some 28,000 ports towards one address and port, and needs one for each connection. Linux has all of
127.0.0.0/8 on loopback; other systems have the first address alone.
"""

import ipaddress
from urllib.parse import urlsplit

MOST = 64


def following(host: str, count: int) -> tuple[str, ...]:
    """Return so many addresses, the first of which is this host.

    Raises:
        ValueError: It is no address of IPv4's loopback, or has not as many after it; a sentence.
    """
    if count == 1:
        return (host,)
    try:
        first = ipaddress.IPv4Address(host)
    except ValueError:
        first = None
    if first is None or not (first.is_loopback and (first + (count - 1)).is_loopback):
        raise ValueError(
            f"host {host} has no {count} loopback addresses from it on; use --host 127.0.0.1, or --addresses 1"
        )
    return tuple(str(first + number) for number in range(count))


def urls(url: str, count: int) -> tuple[str, ...]:
    """Return the URLs of a server on so many addresses, the first of which is this one.

    Raises:
        ValueError: As `following`.
    """
    if count == 1:
        return (url,)
    parts = urlsplit(url)
    hosts = following(parts.hostname or "", count)
    return tuple(f"{parts.scheme}://{host}:{parts.port}" for host in hosts)
