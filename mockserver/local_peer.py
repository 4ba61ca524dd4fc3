"""Who holds the other end of a connection within one machine, if anybody still does.

The kernel says so (sock_diag(7), as `ss` asks it).
"""

import os
import socket
import struct
import sys
from dataclasses import dataclass

_SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, _NLMSG_ERROR, _NETLINK_SOCK_DIAG = 20, 1, 2, 4
_HEADER = struct.Struct("=IHHII")
"""netlink(7): length, type, flags, sequence, port."""
_ANY_COOKIE = 0xFFFFFFFF
_OWNER_AND_INODE = 16 + 4 + 48 + 12
"""Where they stand in an answer: after its header, four bytes, the socket's id and three numbers."""


@dataclass(frozen=True)
class LocalPeer:
    """The socket at the other end.

    Attributes:
        owner: The user id of the program that made it.
        held: Some program still has it; else only the kernel does, until what was sent has arrived.
    """

    owner: int
    held: bool


def local_peer(connection: socket.socket) -> LocalPeer | None:
    """Return what is at the other end of a TCP connection within this machine.

    None: This system does not say; only Linux does.

    Raises:
        OSError: There is no such connection any more.
    """
    if sys.platform != "linux":
        return None
    family = connection.family
    (theirs, their_port), (ours, our_port) = connection.getpeername()[:2], connection.getsockname()[:2]
    # struct inet_diag_req_v2: the other end's socket is the one asked for.
    request = (
        struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
        + struct.pack("!HH", their_port, our_port)
        + socket.inet_pton(family, theirs).ljust(16, b"\0")
        + socket.inet_pton(family, ours).ljust(16, b"\0")
        + struct.pack("=III", 0, _ANY_COOKIE, _ANY_COOKIE)
    )
    try:
        with socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG
        ) as asked:
            asked.send(
                _HEADER.pack(_HEADER.size + len(request), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 0, 0)
                + request
            )
            answer = asked.recv(4096)
    except OSError:  # a kernel without it
        return None
    if _HEADER.unpack_from(answer)[1] == _NLMSG_ERROR:
        (number,) = struct.unpack_from("=i", answer, _HEADER.size)
        raise OSError(-number, os.strerror(-number))
    owner, inode = struct.unpack_from("=II", answer, _OWNER_AND_INODE)
    return LocalPeer(owner, held=inode != 0)
