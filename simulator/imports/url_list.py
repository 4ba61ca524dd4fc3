"""The list of URLs that a person wants recorded: one on each line, http and https only."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from simulator.imports.recording import RecordingError
from simulator.imports.source import read_whole

MOST_URLS: Final = 10_000
_LARGEST_BYTES: Final = 16 << 20


def read_urls(path: Path) -> list[str]:
    """Return the URLs of a file, each once; blank lines and those that begin with # are skipped.

    Raises:
        RecordingError: It cannot be read, a line is no URL of the web, there is none or there are too many.
    """
    try:
        text = read_whole(path, _LARGEST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    urls: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        written = line.strip()
        if written and not written.startswith("#"):
            urls[_checked(written, f"{path}, line {number}")] = None
    if not 1 <= len(urls) <= MOST_URLS:
        raise RecordingError(f"{path} has {len(urls)} URLs; write 1 to {MOST_URLS:,}, one on each line")
    return list(urls)


def _checked(written: str, where: str) -> str:
    shown = repr(written[:60])
    try:
        parts = urlsplit(written)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError as error:
        raise RecordingError(
            f"{where}: {shown} is no URL ({error}); write https://shop.example/page"
        ) from error
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or not port_is_one:
        raise RecordingError(f"{where}: {shown} is not fetched; write http:// or https:// and a host")
    if not written.isprintable() or " " in written:
        raise RecordingError(f"{where}: {shown} has a character that no URL has; write it as %20")
    return urlunsplit(parts._replace(fragment=""))  # what is behind # is never sent
