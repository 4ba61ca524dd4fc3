"""The command `mockserver serve`; the only place here that reads the environment, prints and exits."""

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from mockserver.config import ServerConfig
    from mockserver.serving import Started

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A local HTTP server that answers as late as it is told to, and says how late that really was.",
)

_USAGE = 2
_DIED = 1
_INTERRUPTED = 130


class Encoding(StrEnum):
    """Content codings to choose from."""

    IDENTITY = "identity"
    GZIP = "gzip"
    BR = "br"
    ZSTD = "zstd"


class Loop(StrEnum):
    """Event loops to choose from."""

    ASYNCIO = "asyncio"
    UVLOOP = "uvloop"


def main() -> None:
    """Run the command line."""
    app(prog_name="mockserver")


@app.callback()
def _commands() -> None:
    """Keep `serve` a command of its own, also while it is the only one."""


@app.command()
def serve(  # noqa: PLR0913, PLR0917 (one per option is how typer has it)
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but loopback needs --token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8080,
    latency: Annotated[
        str | None,
        typer.Option(
            metavar="LATENCY",
            help="A duration, as in 40ms, or a distribution, as in '{kind: lognormal, median: 40ms, p99: 160ms}'.",
        ),
    ] = None,
    pages: Annotated[
        Path | None,
        typer.Option("--pages-from", metavar="FOLDER", help="Saved pages, instead of generated ones."),
    ] = None,
    old_pages: Annotated[Path | None, typer.Option("--pages", hidden=True)] = None,
    items: Annotated[int | None, typer.Option(help="Products on each generated page; default 40.")] = None,
    size: Annotated[str | None, typer.Option(help="Size of each generated page, as in 64kB.")] = None,
    count: Annotated[int | None, typer.Option(help="Number of generated pages; default 200.")] = None,
    seed: Annotated[int | None, typer.Option(help="Fixes delays and generated pages; default 0.")] = None,
    bandwidth: Annotated[str | None, typer.Option(help="Of each response's body, as in 200kB/s.")] = None,
    capacity: Annotated[
        int | None, typer.Option(help="Requests served at a time; others queue. Default all.")
    ] = None,
    rate_limit: Annotated[
        str | None,
        typer.Option(
            metavar="RATE", help="As 50/s, or '{rate: 50/s, burst: 10}'; beyond it 429 and Retry-After."
        ),
    ] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FAULT",
            help="What goes wrong, as reset:1%, status=503:2%, sequence=503,503,200 or '{kind: …}'; may be repeated.",
        ),
    ] = None,
    encoding: Annotated[
        Encoding | None, typer.Option(help="Compress pages for clients that take it; default identity.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes on the one port; default 1.")] = None,
    addresses: Annotated[
        int | None,
        typer.Option(
            help="Loopback addresses, 127.0.0.1 and those after it; default 1, Linux alone has more."
        ),
    ] = None,
    loop: Annotated[
        Loop | None, typer.Option(help="Event loop; default uvloop where it is installed.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="YAML or JSON file with all of this; options override it.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="MOCKSERVER_TOKEN", help="Protects the admin side (Bearer).")
    ] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder below which a changed configuration may name files, where there is no token; may be repeated."
        ),
    ] = None,
    tls: Annotated[
        bool | None,
        typer.Option("--tls/--no-tls", help="Speak https alone, certified by an authority of its own."),
    ] = None,
    authority: Annotated[
        Path | None,
        typer.Option(
            "--tls-ca", metavar="FILE", help="Write the certificate of that authority there, for clients."
        ),
    ] = None,
    supervised: Annotated[bool, typer.Option(hidden=True)] = False,  # noqa: FBT002 (a flag is how typer has it)
) -> None:
    """Serve pages until Ctrl-C."""
    if old_pages is not None:
        typer.echo(
            "mockserver: --pages is --pages-from now; the old name is taken in this version still", err=True
        )
        pages = pages or old_pages
    generated = {"items": items, "size": size, "count": count}
    if pages is not None and any(value is not None for value in generated.values()):
        _fail(
            "--pages-from serves a folder; --items, --size and --count are about generated pages. Use one of them"
        )
    document = _from_stdin() if supervised else _from_file(config)
    document |= _values(("latency", latency), ("rate_limit", rate_limit))
    if pages is not None:
        document["content"] = {"kind": "folder", "path": str(pages)}
    chosen = {name: value for name, value in generated.items() if value is not None}
    if chosen:
        document["content"] = {"kind": "catalogue"} | chosen
    if bandwidth is not None:
        document["body"] = {"bandwidth": bandwidth}
    if fault:
        document["faults"] = [_value("--fault", one) for one in fault]
    for name, value in (
        ("seed", seed),
        ("capacity", capacity),
        ("encoding", encoding),
        ("workers", workers),
        ("addresses", addresses),
        ("loop", loop),
        ("tls", tls),
    ):
        if value is not None:
            document[name] = value
    served = _validated(document)
    if authority is not None and not served.tls:
        _fail(f"--tls-ca {authority}: there is no certificate without TLS; add --tls")
    _serve(served, host, port, token or None, tuple(root or ()), authority, supervised=supervised)


def _serve(
    config: "ServerConfig",
    host: str,
    port: int,
    token: str | None,
    roots: tuple[Path, ...],
    authority: Path | None,
    *,
    supervised: bool,
) -> NoReturn:
    # Only here: these imports take a few tenths of a second, and --help should not.
    from mockserver.serving import CannotServeError, Started, serve  # noqa: PLC0415 (see above)
    from mockserver.supervisor import WorkerDiedError  # noqa: PLC0415 (see above)

    def ready(started: Started) -> None:
        if authority is not None:
            _write(authority, started.authority or "")
        if supervised:
            told = {"url": started.url, "pids": started.pids, "authority": started.authority}
            print(json.dumps(told), flush=True)  # noqa: T201 (for a program, not a person)
        else:
            typer.echo(_greeting(started, config, token, authority))
        for problem in started.problems:
            typer.echo(f"mockserver: not served: {problem}", err=True)

    try:
        code = serve(
            config,
            host=host,
            port=port,
            token=token,
            roots=roots,
            lifeline=sys.stdin.fileno() if supervised else None,
            ready=ready,
        )
    except CannotServeError as error:
        _fail(str(error))
    except WorkerDiedError as error:
        _fail(str(error), _DIED)
    except KeyboardInterrupt:  # before the server itself listens to signals: while it loads its pages
        code = _INTERRUPTED
    raise typer.Exit(code)


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="ascii")
    except OSError as error:
        _fail(f"--tls-ca {file}: {error.strerror}")


def _greeting(started: "Started", config: "ServerConfig", token: str | None, authority: Path | None) -> str:
    from mockserver.index import (  # noqa: PLC0415 (see above)
        BEARER,
        conditions_text,
        content_text,
        latency_text,
    )

    verifying = ""
    if config.tls:
        verifying = "--insecure " if authority is None else f"--cacert {shlex.quote(str(authority))} "
    bearer = verifying + (f"{BEARER} " if token else "")
    workers = f"{config.workers} worker{'s' if config.workers > 1 else ''} on {config.loop}"
    conditions = "".join(f"  {name}: {text}\n" for name, text in conditions_text(config))
    body = """-d '{"latency": "80ms"}'"""
    return f"""\
Mock server: {started.url}
  {content_text(config, started.pages, started.left_out)}; latency {latency_text(config)}; {workers}
{conditions}
Get a page          curl -i {verifying}{started.url}/pages/0
Change the latency  curl -X PUT {bearer}{started.url}/__admin/config {body}
Numbers             curl {bearer}{started.url}/__admin/stats
Stop                Ctrl-C
"""


def _validated(document: dict[str, Any]) -> "ServerConfig":
    from pydantic import ValidationError  # noqa: PLC0415 (see `_serve`)

    from mockserver.config import ServerConfig  # noqa: PLC0415 (see `_serve`)
    from mockserver.explain import problems  # noqa: PLC0415 (see `_serve`)

    try:
        return ServerConfig.model_validate(document)
    except ValidationError as error:
        _fail("; ".join(problems(error)))


def _from_stdin() -> dict[str, Any]:
    """Read the one line of JSON a supervising program sends; it then keeps stdin open as the lifeline."""
    return _mapping("the configuration on stdin", sys.stdin.readline())


def _from_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        _fail(f"--config {file}: {reason}")
    return _mapping(f"--config {file}", text)


def _mapping(what: str, text: str) -> dict[str, Any]:
    document = _value(what, text)
    if not isinstance(document, dict):
        _fail(f"{what}: a mapping is needed, as in {{latency: 40ms}}")
    return document


def _values(*options: tuple[str, str | None]) -> dict[str, Any]:
    """Read options that take YAML, each named as its key; those that were not given are left out."""
    return {name: _value(f"--{name.replace('_', '-')}", text) for name, text in options if text is not None}


def _value(what: str, text: str) -> Any:
    from ruamel.yaml import YAML  # noqa: PLC0415 (see `_serve`)
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 (see `_serve`)

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        _fail(f"{what}{where}: {getattr(error, 'problem', None) or 'not YAML'}")


def _fail(message: str, code: int = _USAGE) -> NoReturn:
    typer.echo(f"mockserver: {' '.join(message.split())}", err=True)
    raise typer.Exit(code)
