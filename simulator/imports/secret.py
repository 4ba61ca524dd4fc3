"""What is not written of a URL, because it may let somebody in: names and values that look like keys and tokens."""

import re
from collections import Counter
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

REDACTED: Final = "REDACTED"

IN_URLS: Final = "values in URLs"
COOKIES: Final = "cookies"
HEADERS: Final = "headers that authorise"

# Whole words of a parameter's name, so that `keyword`, `monkey` and `code_postal` are none.
_NAMES: Final = re.compile(
    r"(?:^|[^a-z])(?:auth|authorization|bearer|access|refresh|id|csrf|xsrf|session|security)?[-_]?"
    r"(?:token|key|apikey|secret|pass|passwd|password|pwd|sig|signature|sign|session|sessionid|sid|jsessionid"
    r"|phpsessid|jwt|auth|authorization|credential|credentials|code|nonce|otp|ticket|hmac|assertion)(?:$|[^a-z])",
    re.IGNORECASE,
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JWT: Final = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}")
_RANDOM: Final = re.compile(r"[A-Za-z0-9_~+/=.%-]{20,}")
_UUID_OR_HASH: Final = re.compile(r"[0-9a-fA-F-]{32,}")

_AUTHORISING: Final = frozenset(
    {"authorization", "proxy-authorization", "x-api-key", "x-auth-token", "x-csrf-token", "x-xsrf-token"}
)


def authorises(header: str) -> str | None:
    """Return what a header counts as, where it lets somebody in; null: it does not."""
    name = header.strip().lower()
    if name in {"cookie", "set-cookie"}:
        return COOKIES
    return HEADERS if name in _AUTHORISING else None


def without_secrets(url: str, withheld: Counter[str]) -> str:
    """Return a URL without what may be secret in it; count what is taken away."""
    try:
        parts = urlsplit(url)
    except ValueError:
        withheld[IN_URLS] += 1
        return REDACTED
    netloc = parts.netloc
    if "@" in netloc:
        withheld[IN_URLS] += 1
        netloc = netloc.rpartition("@")[2]
    path = "/".join(_segment(segment, withheld) for segment in parts.path.split("/"))
    query = "&".join(_parameter(one, withheld) for one in parts.query.split("&"))
    if parts.fragment:  # never sent, and where single-page sites keep tokens
        withheld[IN_URLS] += 1
    return urlunsplit(SplitResult(parts.scheme, netloc, path, query, ""))


def _segment(segment: str, withheld: Counter[str]) -> str:
    head, semicolon, parameters = segment.partition(";")
    if _looks_random(head.rpartition(".")[0] or head) and not _has_suffix(head):
        withheld[IN_URLS] += 1
        head = REDACTED
    if semicolon:  # ;jsessionid=…
        parameters = ";".join(_parameter(one, withheld) for one in parameters.split(";"))
    return head + semicolon + parameters


def _has_suffix(segment: str) -> bool:
    """Tell a file, as `app.3f2a….js`, whose hash names its content, from a token."""
    return re.search(r"\.[a-z][a-z0-9]{1,4}$", segment, re.IGNORECASE) is not None and not _JWT.match(segment)


def _parameter(parameter: str, withheld: Counter[str]) -> str:
    name, equals, value = parameter.partition("=")
    if not equals:
        if _looks_random(name):
            withheld[IN_URLS] += 1
            return REDACTED
        return parameter
    if value and (_NAMES.search(_CAMEL.sub("_", name)) or _looks_random(value)):
        withheld[IN_URLS] += 1
        return f"{name}={REDACTED}"
    return parameter


def _looks_random(value: str) -> bool:
    if _JWT.search(value) or _UUID_OR_HASH.fullmatch(value):
        return True
    if not _RANDOM.fullmatch(value):
        return False
    classes = (r"[a-z]", r"[A-Z]", r"[0-9]")
    mixed = sum(re.search(one, value) is not None for one in classes) == len(classes)
    # Words with hyphens, as slugs are, have few digits between their letters.
    return mixed and len(re.findall(r"(?<=[A-Za-z])[0-9]|(?<=[0-9])[A-Za-z]|(?<=[a-z])[A-Z]", value)) >= 4  # noqa: PLR2004
