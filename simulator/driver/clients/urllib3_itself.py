"""Sees that urllib3 is urllib3: niquests installs a fork, urllib3-future, in its place."""

import urllib3


def check_it_is() -> None:
    """Raise ImportError where the fork stands in its place: what is measured would have another name."""
    if hasattr(urllib3, "AsyncHTTPConnectionPool"):
        raise ImportError(
            "urllib3 there is urllib3-future, which niquests has put in its place; to have both, install niquests with"
            " URLLIB3_NO_OVERRIDE=1 pip install --no-binary urllib3-future niquests"
        )
