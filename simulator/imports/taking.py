"""Which answers of a recording are taken, the same for every kind: what is left out has a reason, and is counted."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from simulator.imports.bodies import media_type
from simulator.imports.interface import Wanted
from simulator.imports.loose import printable
from simulator.imports.recording import Answer, Recording
from simulator.imports.secret import without_secrets

MOST_ANSWERS = 100_000
"""As many pages as a manifest may have."""
FETCHING = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "QUERY"})
"""Methods whose answers have a body that is parsed."""

NO_BODY = "without a body in the recording"
NO_WEB = "not http or https (data:, blob:, ws:, …)"
TOO_MANY = f"beyond the {MOST_ANSWERS:,} answers that a recording may have"
TOO_LARGE = "larger than a page may be"
OTHER_TYPE = "of another type than asked for"


def take(recording: Recording, answer: Answer, wanted: Wanted) -> None:
    """Add an answer to a recording, or count why it is not."""
    reason = next(_against(recording, answer, wanted), None)
    if reason is not None:
        recording.left_out[reason] += 1
        return
    url = answer.url if wanted.keep_secrets else without_secrets(answer.url, recording.withheld)
    recording.answers.append(
        Answer(
            body=answer.body,
            content_type=answer.content_type,
            status=answer.status,
            encoding=printable(answer.encoding, 100),
            delay_ns=answer.delay_ns,
            at_ns=answer.at_ns,
            url=printable(url),
            method=answer.method,
            samples_ns=answer.samples_ns,
        )
    )


def _against(recording: Recording, answer: Answer, wanted: Wanted) -> Iterator[str]:
    if scheme(answer.url) not in {"http", "https", ""}:
        yield NO_WEB
    if answer.method not in FETCHING:
        yield f"answers to {answer.method if answer.method in _KNOWN else 'unknown methods'}"
    if not 200 <= answer.status <= 599:  # noqa: PLR2004 - what HTTP has
        yield "no answer (status 0)" if answer.status == 0 else "no final status"
    elif not 200 <= answer.status <= 299 and not wanted.all_statuses:  # noqa: PLR2004
        yield f"answered {answer.status // 100}xx (--all-statuses takes these too)"
    if not answer.body and not (wanted.all_statuses and not 200 <= answer.status <= 299):  # noqa: PLR2004
        yield NO_BODY
    kind = media_type(answer.content_type)
    if wanted.media_types and not any(one.lower() in kind for one in wanted.media_types):
        yield OTHER_TYPE
    if len(recording.answers) >= MOST_ANSWERS:
        yield TOO_MANY


_KNOWN = frozenset({"HEAD", "OPTIONS", "CONNECT", "TRACE"})


def scheme(url: str) -> str:
    """Return a URL's scheme; empty: it has none, or is no URL."""
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""
