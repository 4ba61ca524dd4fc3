# -*- coding: utf-8 -*-
"""`json.loads` of the page: for pages that are JSON documents. In C, and it holds the GIL throughout."""

from __future__ import absolute_import, division, unicode_literals

import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parse(body, url):
    # type: (bytes, str) -> Any
    """Parse one page.

    Raises:
        ValueError: The page is not JSON.
    """
    try:
        # Before 3.6 json takes no bytes.
        return json.loads(body if sys.version_info >= (3, 6) else body.decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(
            "%s is not JSON (%s); the json parser needs pages that are, as in server.content:"
            " {kind: folder, path: …} with *.json files" % (url, error)
        )
