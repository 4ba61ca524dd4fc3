"""A listening socket on loopback that lets in only programs of the user who runs the server.

Loopback is open to every user of a machine, and what a server serves may be its owner's alone.
"""

import os
import socket
from typing import Any

from mockserver.local_peer import local_peer

ROOT = 0


class PrivateListener(socket.socket):
    """Accepts connections of its own user, and of root, who may read everything anyway."""

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection.

        Raises:
            ConnectionAbortedError: It was another user's, and is closed.
        """
        connection, address = super().accept()
        try:
            peer = local_peer(connection)
        except OSError:
            connection.close()  # the other end is gone
            raise ConnectionAbortedError from None
        if peer is None or peer.owner in (ROOT, os.geteuid()):
            return connection, address
        connection.close()
        raise ConnectionAbortedError
