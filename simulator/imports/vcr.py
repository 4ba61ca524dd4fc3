"""Cassettes of VCR: vcrpy's YAML and JSON, Ruby's VCR, betamax. YAML is read by the safe loader, whatever tags it has.

A cassette has bodies and headers, and sometimes when it was recorded; how long an answer took it never says.
"""

import base64
import binascii
import contextlib
import email.utils
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from simulator.imports.bodies import BodyError, content_type, decoded, looks_encoded
from simulator.imports.interface import Wanted
from simulator.imports.loose import entries, mapping, text, whole
from simulator.imports.recording import Answer, Recording, RecordingError
from simulator.imports.secret import authorises
from simulator.imports.source import parse_json, read_whole
from simulator.imports.taking import take
from simulator.imports.times import moment_ns

_LARGEST_YAML_BYTES: Final = 64 << 20
_LISTS: Final = ("interactions", "http_interactions")


class _Plain(SafeConstructor):
    """The safe constructor without merge keys: no cassette has them, and nested ones grow without an end."""

    def flatten_mapping(self, node: Any) -> Any:
        if any(key.value == "<<" for key, _ in node.value):
            raise RecordingError("has merge keys (<<), which no cassette has; write it out")
        return super().flatten_mapping(node)


def read_vcr(path: Path, wanted: Wanted) -> Recording:
    """Read a cassette. Raises RecordingError."""
    data = read_whole(path, _LARGEST_YAML_BYTES)
    is_json = path.suffix.lower() == ".json" or data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    document = parse_json(data, str(path)) if is_json else _parse_yaml(data, path)
    return convert(document, path.name, wanted)


def _parse_yaml(data: bytes, path: Path) -> Any:
    loader = YAML(typ="safe", pure=True)
    loader.Constructor = _Plain
    try:
        return loader.load(data)
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark is not None else ""
        problem = str(error.problem or error.context or "not YAML").strip().partition("\n")[0]
        raise RecordingError(f"{path}{where}: {problem}; only plain YAML is read, no objects") from error
    except (YAMLError, ValueError, TypeError, LookupError, AttributeError, AssertionError) as error:
        found = str(error).strip().partition("\n")[0]
        raise RecordingError(f"{path}: is not YAML that is read here ({found})") from error
    except (RecursionError, MemoryError) as error:
        raise RecordingError(f"{path}: is nested too deeply; no cassette is") from error


def convert(document: Any, name: str, wanted: Wanted) -> Recording:
    """Make a recording of a cassette's document. Raises RecordingError: it is none."""
    found = next((mapping(document)[key] for key in _LISTS if key in mapping(document)), None)
    if not isinstance(found, list):
        raise RecordingError(f"{name}: is no cassette: it has neither interactions nor http_interactions")
    program = (
        text(mapping(document).get("recorded_with")) or f"version {mapping(document).get('version', '?')}"
    )
    recording = Recording("vcr", {"file": name, "program": program[:200]})
    for interaction in found:
        one = mapping(interaction)
        request, response = mapping(one.get("request")), mapping(one.get("response"))
        for message in (request, response):
            for header in mapping(message.get("headers")):
                if kind := authorises(text(header)):
                    recording.withheld[kind] += 1
        try:
            body = _body(response, _header(response, "content-encoding"))
        except BodyError as error:
            recording.left_out[str(error)] += 1
            continue
        take(
            recording,
            Answer(
                body=body,
                content_type=content_type(_header(response, "content-type")),
                status=_status(response),
                encoding=_header(response, "content-encoding").lower() or "identity",
                at_ns=_moment_ns(one.get("recorded_at")),
                url=text(request.get("uri")) or text(request.get("url")),
                method=text(request.get("method")).upper() or "GET",
            ),
            wanted,
        )
    return recording


def _status(response: Any) -> int:
    status = response.get("status", response.get("status_code"))
    return whole(mapping(status).get("code") if isinstance(status, dict) else status) or 0


def _header(response: Any, name: str) -> str:
    for key, value in mapping(response.get("headers")).items():
        if text(key).lower() == name:
            values = entries(value) or [value]
            return text(values[0])
    return ""


def _body(response: Any, encoding: str) -> bytes:
    body = response.get("body", response.get("content"))
    packed = mapping(body).get("base64_string")
    written = mapping(body).get("string") if isinstance(body, dict) else body
    if isinstance(packed, str | bytes) and packed:
        try:
            raw = base64.b64decode(packed, validate=False)
        except (ValueError, binascii.Error) as error:
            raise BodyError("called base64, which its text is not") from error
    elif isinstance(written, str):
        raw = written.encode("utf-8", "replace")
    else:
        raw = written if isinstance(written, bytes) else b""
    return decoded(raw, encoding) if looks_encoded(raw, encoding) else raw


def _moment_ns(written: Any) -> int | None:
    if isinstance(written, datetime):
        found = written if written.tzinfo is not None else written.replace(tzinfo=UTC)
        return moment_ns(found.isoformat())
    if isinstance(written, date) or not isinstance(written, str):
        return None
    if (found_ns := moment_ns(written)) is not None:
        return found_ns
    with contextlib.suppress(ValueError, TypeError, IndexError, OverflowError):
        return moment_ns(email.utils.parsedate_to_datetime(written).isoformat())
    return None
