// The page as a whole: what is set goes to the model, and what it says to the screen.
(() => {
  "use strict";

  const config = JSON.parse(document.getElementById("config").textContent);
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add("drawn");

  const told = byId("told");
  const say = (text) => { told.textContent = text; };

  let controls = null;
  let state = null;
  let answer = null;
  let results = [];
  let live = null; // what is seen of what is measured now

  const bars = Lab.bars(config, byId("bars"));
  const map = Lab.map(config, byId("map"), byId("map-caption"), (wanted) => controls.set(wanted));
  const curve = Lab.curve(config, byId("curve"), byId("curve-caption"));
  const lanes = Lab.lanes(config, byId("lanes"), byId("lane-key"));

  const same = (point) => Object.keys(state).every((name) => point[name] === state[name]);

  // What is laid over the prediction: measured here, or else what was measured last.
  const measured = () => {
    const found = results.findLast((one) => same(one.point)) ?? results.at(-1) ?? null;
    return found && { ...found, here: same(found.point) };
  };

  const inWords = ({ point }) =>
    `${Lab.duration(point.latency_ms)}, parse ${Lab.duration(point.parse_ms)}, ${Lab.number(point.held_percent)} % held, ` +
    `${Lab.number(point.in_flight)} in flight, ${Lab.counted(point.cores, "core")}, ${point.python}`;

  const key = (seen) => {
    byId("measured-key").hidden = !seen;
    if (seen) byId("measured-at").textContent = seen.here ? "measured here" : `measured elsewhere: ${inWords(seen)}`;
  };

  let later = 0;
  const changed = (now) => {
    state = now;
    answer = Lab.answer(config, state);
    const seen = measured();
    byId("verdict").textContent = answer.sentence;
    byId("why").textContent = answer.why;
    bars(answer, seen);
    key(seen);
    // What follows may come a frame or more later.
    map(state, results);
    curve(state, answer, seen);
    lanes.show(state, answer);
    measuring.moved(state);
    clearTimeout(later);
    later = setTimeout(() => say(answer.sentence), 700);
  };

  const table = () => {
    const last = results.at(-1);
    byId("seen-said").textContent = last ? `${inWords(last)}: ${last.said}` : "";
    const rows = [...results].reverse().flatMap((result) => {
      const predicted = Lab.answer(config, result.point).rows;
      return Object.entries(result.cells).map(([name, cell], at) => {
        const row = predicted.find((one) => one.name === name);
        const has = cell.median > 0;
        return [
          at ? "" : inWords(result), name,
          has ? `${Lab.number(cell.median)} (${cell.kind === "range" ? "range " : ""}${Lab.number(cell.low)} to ${Lab.number(cell.high)})` : cell.reason || cell.status,
          row?.per_s ? Lab.number(row.per_s) : "–",
          has && row?.per_s ? Lab.factor(cell.median / row.per_s) : "–",
        ];
      });
    });
    byId("seen-rows").replaceChildren(...rows.map((row) => {
      const line = document.createElement("tr");
      row.forEach((text, at) => Lab.made(at === 1 ? "th" : "td", at > 1 ? "n" : "", line, text));
      line.cells[1].scope = "row";
      return line;
    }));
    pictures();
  };

  // While something is measured: what is seen of it; else what was seen of the last one.
  const pictures = () => {
    const here = live && Object.entries(live);
    byId("seen").hidden = !results.length && !here?.length;
    byId("seen-table").hidden = !results.length;
    const last = Object.entries(results.at(-1)?.cells ?? {}).flatMap(([name, cell]) => (cell.lanes ? [[name, cell.lanes]] : []));
    if (here) lanes.seen(byId("seen-lanes"), here, "as it is measured");
    else lanes.seen(byId("seen-lanes"), last, "as it was seen");
  };

  const measuring = Lab.measuring(config, {
    say,
    point: () => ({ ...state, strategies: lanes.chosen(answer) }),
    busy: (is) => lanes.pause(is),
    live: (now) => {
      live = now;
      pictures();
    },
    found: (all) => {
      results = all;
      table();
      if (state) changed(state);
    },
  });

  controls = Lab.controls(config, changed);
  changed(controls.state);
  measuring.start();

  byId("preset").addEventListener("change", (event) => {
    const preset = config.presets[event.target.value];
    if (preset) controls.set(preset.state);
  });

  const copy = async (text, what) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Lab.made("textarea", "unseen", document.body);
      area.value = text;
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(`${what} copied`);
  };
  const copied = (button, text, what) => button.addEventListener("click", async () => {
    await copy(text(), what);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 1200);
  });
  copied(byId("copy-yaml"), () => Lab.yaml(config, state, lanes.chosen(answer)), "The scenario is");
  copied(byId("copy-link"), () => new URL(Lab.written(state), location.href).href, "The link is");
})();
