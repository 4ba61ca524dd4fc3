"""The page as one HTML file: what computes, draws and is asked is inside."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from simulator.analysis.banding import MODEL_ERROR, Z_90
from simulator.lab.measuring import MOST_IN_FLIGHT
from simulator.lab.mixing import UNIT_S
from simulator.lab.opening import Opening
from simulator.lab.setting import Setting
from simulator.model.shape import Machine
from simulator.report.html.assets import ECHARTS, asset, source_hash
from simulator.report.html.colours import style
from simulator.scenario.engines import why_unmodelled
from simulator.scenario.strategy import CHOICES, PULLING

MARGIN = 0.03
MODEL = ("model.js", "simulation.js")
"""The model; it runs in the page, and in a worker that simulates lanes."""
SCRIPTS = (
    "controls.js",
    "answer.js",
    "bars.js",
    "idle.js",
    "flip.js",
    "curve.js",
    "lanes.js",
    "yaml.js",
    "measure.js",
    "lab.js",
)


def render(opening: Opening, setting: Setting) -> str:
    """Return the page."""
    model = [_text(name) for name in MODEL]
    scripts = [asset(f"{ECHARTS}/echarts.min.js"), *model, *map(_text, SCRIPTS)]
    presets = [{"number": at, **asdict(preset)} for at, preset in enumerate(opening.presets)]
    return _template().render(
        title=opening.title,
        policy=_policy(scripts, served=setting.served),
        css=Markup(style() + asset("page.css") + _text("lab.css")),  # noqa: S704 - all are ours
        presets=presets,
        pythons=setting.pythons,
        served=setting.served,
        origin=opening.origin,
        notice=asset(f"{ECHARTS}/NOTICE"),
        config=_json(_config(opening, setting, presets)),
        scripts=[(Markup(script), script in model) for script in scripts],  # noqa: S704 - the same
    )


def _config(opening: Opening, setting: Setting, presets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "served": setting.served,
        "state": dict(opening.state),
        "presets": [{"state": preset["state"]} for preset in presets],
        "pythons": [asdict(python) for python in setting.pythons],
        "strategies": [
            {"name": name, "slot": slot, **asdict(CHOICES[name])}
            for slot, name in enumerate(PULLING)  # the model knows no other, and not all of them
            if why_unmodelled(CHOICES[name].fetch, adaptive=CHOICES[name].adaptive) is None
        ],
        "demands": {name: asdict(demands) for name, demands in opening.demands.items()},
        "switch_interval_s": Machine(1).switch_interval_s,
        "unit_s": UNIT_S,
        "margin": MARGIN,
        "model_error": Z_90 * MODEL_ERROR,
        "client": dict(opening.client),
        "cpus": list(setting.cpus),
        "binds": setting.binds,
        "current": setting.current,
        "most_in_flight": MOST_IN_FLIGHT,
    }


def _policy(scripts: Sequence[str], *, served: bool) -> str:
    """Return what the page may do: run its own scripts, and talk to its own server where it has one."""
    hashes = " ".join(source_hash(script) for script in scripts)
    talks = "'self'" if served else "'none'"
    return (
        f"default-src 'none'; script-src {hashes}; worker-src blob:; connect-src {talks}; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _json(document: Mapping[str, Any]) -> Markup:
    # As it stands an HTML parser would take "</script" in a name for the end.
    text = json.dumps(document, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704 - nothing in it can end the script


@cache
def _text(name: str) -> str:
    # Bytes, as a reader with universal newlines would change what the hash is of.
    return files("simulator.lab").joinpath(name).read_bytes().decode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=DictLoader({"page": _text("page.html.jinja")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page")
