"""`json.loads` of the page: for pages that are JSON documents. In C, and it holds the GIL throughout."""

import json
from typing import Any


def parse(body: bytes, url: str, /) -> Any:
    """Parse one page.

    Raises:
        ValueError: The page is not JSON.
    """
    try:
        return json.loads(body)
    except ValueError as error:
        raise ValueError(
            f"{url} is not JSON ({error}); the json parser needs pages that are, "
            "as in server.content: {kind: folder, path: …} with *.json files"
        ) from error
