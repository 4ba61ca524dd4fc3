"""What a person would write by hand: N threads, an http.client connection each, no parsing. Prints pages/s."""

import sys
import threading
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

base, width, pages = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
address = urlsplit(base)
lock = threading.Lock()
following = 0
sizes: list[int] = []
warm = threading.Barrier(width + 1)


def get(connection: HTTPConnection, page: int) -> int:
    """Fetch one page, whole."""
    connection.request("GET", f"/pages/{page}", headers={"Accept-Encoding": "identity"})
    return len(connection.getresponse().read())


def work() -> None:
    """Take page ids from the common counter until there are none."""
    global following  # noqa: PLW0603 - a script as a person writes it
    connection = HTTPConnection(address.hostname or "", address.port)
    for _ in range(2):
        get(connection, 0)
    warm.wait()
    while True:
        with lock:
            page = following
            following += 1
        if page >= pages:
            break
        sizes.append(get(connection, page))
    connection.close()


threads = [threading.Thread(target=work) for _ in range(width)]
for thread in threads:
    thread.start()
warm.wait()
start = time.perf_counter()
for thread in threads:
    thread.join()
print(len(sizes) / (time.perf_counter() - start))
