"""The page a person sees at `/`: what is served, live numbers, a line to copy."""

import json
from collections.abc import Mapping
from html import escape
from string import Template
from typing import Any

from mockserver.config import CatalogueContent, ServerConfig
from mockserver.file_name import as_target
from mockserver.latency_models import Empirical, Fixed, Recorded
from mockserver.served import Served
from mockserver.units import format_bandwidth, format_duration, format_percentage, format_rate, format_size

BEARER = """-H "Authorization: Bearer $MOCKSERVER_TOKEN\""""
"""Of a curl command for the admin side of a server that has a token."""


def latency_text(config: ServerConfig) -> str:
    """Say in a few words how late the answers are."""
    latency = config.latency
    if isinstance(latency, Fixed):
        return format_duration(latency.delay_ns)
    if isinstance(latency, Recorded):
        return "as recorded, each page its own"
    if isinstance(latency, Empirical):
        return f"empirical ({latency.file or f'{len(latency.values_ns or ())} values'})"
    parameters = latency.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"kind"})
    return f"{latency.kind} ({', '.join(f'{name} {value}' for name, value in parameters.items())})"


def content_text(config: ServerConfig, pages: int, left_out: int) -> str:
    """Say in a few words what the pages are, and how much of a folder is not served."""
    content = config.content
    if not isinstance(content, CatalogueContent):
        return f"{pages} pages of {content.path}" + (f" ({left_out} left out)" if left_out else "")
    if content.size_bytes is not None:
        return f"{pages} generated pages of {format_size(content.size_bytes)}"
    return f"{pages} generated pages, products on each: {content.items}"


def conditions_text(config: ServerConfig) -> list[tuple[str, str]]:
    """Say in a few words what keeps requests from being served at once and as they should be: name and text."""
    texts = []
    if config.capacity is not None:
        texts.append(("Capacity", f"{config.capacity} at a time, the others queue"))
    if config.rate_limit is not None:
        limit = config.rate_limit
        rate = format_rate(limit.rate_per_s) if limit.rate_per_s >= 1 else f"{limit.rate_per_s * 3600:g}/h"
        texts.append(("Rate limit", f"{rate}, {limit.burst} at once"))
    if config.faults:
        faults = ", ".join(f"{fault.kind} {format_percentage(fault.share)}" for fault in config.faults)
        texts.append(("Faults", faults))
    return texts


def _rows(served: Served) -> list[tuple[str, str]]:
    config = served.config
    rows = [
        ("Content", content_text(config, len(served.replies), served.left_out)),
        ("Latency", latency_text(config)),
    ]
    if config.body:
        rows.append(("Bandwidth", f"{format_bandwidth(config.body.bandwidth_bps)} per response"))
    rows += conditions_text(config)
    if config.encoding != "identity":
        rows.append(("Encoding", f"{config.encoding}, for requests that accept it"))
    if config.tls:
        rows.append(("TLS", "with a certificate of its own (curl: --cacert FILE of --tls-ca, or --insecure)"))
    return [*rows, ("Seed", str(config.seed)), ("Workers", f"{config.workers} ({config.loop})")]


def _live(counters: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    mean_s = counters["delay_error_mean_s"]
    conditions = (
        ("waiting", "Waiting for a place"),
        ("rate_limited", "Rate limited"),
        ("faults", "Faults"),
    )
    return [
        ("requests", "Requests", f"{counters['requests']:,}"),
        ("in_flight", "In flight", f"{counters['in_flight']:,}"),
        ("connections_open", "Connections", f"{counters['connections_open']:,}"),
        ("errors", "Errors", f"{counters['errors']:,}"),
        *((key, label, f"{counters[key]:,}") for key, label in conditions if counters[key]),
        ("delay_error_mean_s", "Delay error, mean", "-" if mean_s is None else f"{mean_s * 1e3:.3f} ms"),
    ]


def _commands(url: str, named: str | None, *, protected: bool) -> list[tuple[str, str]]:
    insecure = "--insecure " if url.startswith("https:") else ""
    bearer = insecure + (f"{BEARER} " if protected else "")
    return [
        ("Get a page", f"curl -i {insecure}{url}/pages/0"),
        *([] if named is None else [("The same by its name", f"curl -i {insecure}{url}{named}")]),
        ("One request with its own delay", f"curl -i {insecure}'{url}/pages/0?latency=200ms'"),
        ("Another latency for all", f'curl -X PUT {bearer}{url}/__admin/config -d \'{{"latency": "80ms"}}\''),
    ]


def first_name(served: Served) -> str | None:
    """Give the path of the first page of a folder, as it stands in a request."""
    path = next(iter(served.by_path), None)
    return None if path is None else as_target(path)


_LINKS = (
    ("/pages/0", "a page"),
    ("/__admin/stats", "numbers"),
    ("/__admin/config", "configuration"),
    ("/__admin/requests", "request log"),
    ("/__admin/metrics", "Prometheus metrics"),
)


def as_text(
    url: str,
    served: Served,
    counters: Mapping[str, Any],
    protected: bool,  # noqa: FBT001 (the server has a token, or has none)
) -> str:
    """Write the index for a terminal; `protected`: its admin side has a token."""
    lines = ["Mock server: GET /pages/{id}, any id from 0", ""]
    lines += [f"  {name:18} {value}" for name, value in _rows(served)]
    lines += [f"  Not served         {problem}" for problem in served.problems]
    lines += ["", "Since the last reset"]
    lines += [f"  {label:18} {value}" for _, label, value in _live(counters)]
    for label, command in _commands(url, first_name(served), protected=protected):
        lines += ["", label, f"  {command}"]
    lines += ["", "More: " + "  ".join(path for path, _ in _LINKS)]
    return "\n".join(lines) + "\n"


def as_json(counters: Mapping[str, Any]) -> str:
    """Write the live numbers for the page's own script: label to text."""
    return json.dumps({key: value for key, _, value in _live(counters)})


def as_html(
    url: str,
    served: Served,
    counters: Mapping[str, Any],
    protected: bool,  # noqa: FBT001 (the server has a token, or has none)
) -> str:
    """Write the index for a browser: one file, nothing fetched from anywhere else."""
    tiles = "".join(
        f'<div class="tile"><b id="{key}">{escape(value)}</b><span>{label}</span></div>'
        for key, label, value in _live(counters)
    )
    rows = "".join(f"<tr><th>{name}<td>{escape(value)}" for name, value in _rows(served))
    rows += "".join(f'<tr class="problem"><th>Not served<td>{escape(problem)}' for problem in served.problems)
    commands = "".join(
        f"<p>{label}<pre>{escape(command)}</pre>"
        for label, command in _commands(url, first_name(served), protected=protected)
    )
    named = first_name(served)
    by_name = () if named is None else ((named, "a page by its name"),)
    links = "".join(f'<a href="{path}">{text}</a>' for path, text in (*_LINKS[:1], *by_name, *_LINKS[1:]))
    return _PAGE.substitute(tiles=tiles, rows=rows, commands=commands, links=links)


_PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mock server</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark;
  --text: light-dark(#1c2430, #e4e8ee); --soft: light-dark(#5b6675, #98a3b3);
  --page: light-dark(#f5f7fa, #12161c); --card: light-dark(#ffffff, #1a2028);
  --line: light-dark(#dfe4ea, #2b333e); --accent: light-dark(#0b6bcb, #6cb2ff); }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 54rem; padding: 2.5rem 1.25rem; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, sans-serif }
h1 { font-size: 1.6rem; margin: 0 }
h2 { font-size: 1rem; margin: 2rem 0 .6rem }
p { margin: .9rem 0 .3rem; color: var(--soft) }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem;
  margin-top: 1.25rem }
.tile, table, pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem }
.tile { padding: .8rem 1rem }
.tile b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums }
.tile span, th { color: var(--soft); font-size: .85rem; font-weight: 400 }
table { border-spacing: 0; width: 100%; padding: .4rem 1rem }
th { text-align: left; width: 8rem; vertical-align: baseline }
th, td { padding: .35rem 0; overflow-wrap: anywhere }
.problem td { color: light-dark(#a8400a, #ffae7a) }
pre { margin: 0; padding: .7rem 1rem; overflow-x: auto; font: .9rem/1.5 ui-monospace, monospace }
a { color: var(--accent); margin-right: 1.1rem }
</style>
<h1>Mock server</h1>
<p>Every page comes as late as it is told to, and says how late that really was.
<div class="tiles">$tiles</div>
<h2>What is served</h2>
<table>$rows</table>
<h2>Try it</h2>
$commands
<h2>More</h2>
$links
<script>
setInterval(async () => {
  try {
    const answer = await fetch("/", {headers: {Accept: "application/json"}});
    for (const [key, text] of Object.entries(await answer.json())) {
      const tile = document.getElementById(key); // some are there only once there is something to count
      if (tile) tile.textContent = text;
    }
  } catch { /* the server has ended: the last numbers stay */ }
}, 1000);
</script>
</html>
""")
