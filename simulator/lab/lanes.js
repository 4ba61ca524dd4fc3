// Strategies side by side as lanes in slow motion: what each page in flight is doing, or waiting for.
(() => {
  "use strict";

  const SHOWN = ["threads", "asyncio", "processes"];
  const MOST_LANES = 8;
  const LANE_PX = 16;
  const PLAY_S = 14; // for the whole of it
  const RESPONSES = 5; // of the quickest: as long as that is what is seen
  const MOST_SIMULATED = 2000; // in flight
  const CALM_MS = 250; // after the last change, before events are simulated
  // What a span is → its tone, how much of the lane it fills, and what the key calls it.
  const KINDS = {
    "wait": ["network", 0.3, "waiting for the server"],
    "transport": ["network", 0.3, "waiting for the server"],
    "rate": ["network", 0.3, "waiting for the server"],
    "server": ["network", 0.3, "waiting for the server"],
    "for server": ["network", 0.3, "waiting for the server"],
    "for capacity": ["network", 0.3, "waiting for the server"],
    "client": ["fetch", 0.85, "client computes"],
    "parse": ["cpu", 0.85, "parse computes"],
    "over": ["other", 0.85, "hand-over"],
    "main": ["other", 0.85, "hand-over"],
    "for GIL": ["stall", 0.5, "waits for the GIL"],
    "for core": ["queue", 0.5, "waits for a core"],
    "for loop": ["residual", 0.5, "waits for the loop"],
    "for pool": ["muted", 0.5, "waits for the pool"],
    "for main": ["muted", 0.5, "waits for the main interpreter"],
  };

  const worker = () => {
    const text = [...document.querySelectorAll("script.model")].map((script) => script.textContent).join("\n");
    const listen = "onmessage=({data})=>{try{postMessage({id:data.id,found:Simulation.run(data.network,data.options)})}catch(e){postMessage({id:data.id,error:String(e)})}}";
    try {
      return new Worker(URL.createObjectURL(new Blob([text, "\n", listen], { type: "text/javascript" })));
    } catch {
      return null; // some browsers have none for a file
    }
  };

  const lanes = (config, place, key) => {
    const [play, again, clock] = ["play", "again", "clock"].map((id) => document.getElementById(id));
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const thread = worker();
    const panels = new Map();
    let asked = 0;
    let scenes = [];
    let span_s = 1;
    let now_s = 0;
    let playing = !calm.matches;
    let held = false; // while something is measured
    let last = 0;
    let frame = 0;
    let point = "";

    const chosen = (answer) => {
      const mixes = answer.rows.filter((row) => !row.why_not && !row.marked && !SHOWN.includes(row.name));
      const best = mixes.sort((a, b) => b.per_s - a.per_s)[0];
      return [...SHOWN.filter((name) => answer.rows.some((row) => row.name === name && !row.why_not)), ...(best ? [best.name] : [])];
    };

    const panel = (host, name) => {
      const box = Lab.made("div", "lane-panel", host);
      const head = Lab.made("p", "", box);
      Lab.made("span", "", head, name);
      const done = Lab.made("span", "done", head);
      const canvas = Lab.made("canvas", "", box);
      canvas.setAttribute("role", "img");
      return { box, done, canvas };
    };

    const tones = () => Object.fromEntries(["network", "fetch", "cpu", "other", "stall", "queue", "residual", "muted", "text"].map((name) => [name, Lab.colour(name)]));

    const draw = ({ canvas, done }, { spans, count, ends }, until_s, whole_s, colours) => {
      const ratio = devicePixelRatio || 1;
      const width = Math.round(canvas.clientWidth * ratio);
      const height = Math.round((count * LANE_PX + 8) * ratio);
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
        canvas.style.height = `${count * LANE_PX + 8}px`;
      }
      const ink = canvas.getContext("2d");
      ink.clearRect(0, 0, width, height);
      const x = (s) => (s / whole_s) * width;
      for (const { lane, tone, fill, from_s, to_s } of spans) {
        if (from_s > until_s) continue;
        const tall = LANE_PX * fill * ratio;
        const left = x(from_s);
        ink.fillStyle = colours[tone];
        ink.fillRect(left, ((lane + 0.5) * LANE_PX + 4) * ratio - tall / 2, Math.max(1, x(Math.min(to_s, until_s)) - left), tall);
      }
      if (until_s < whole_s) {
        ink.fillStyle = colours.text;
        ink.fillRect(x(until_s), 0, Math.max(1, ratio), height);
      }
      const ready = ends.filter((end) => end <= until_s).length;
      const text = Lab.counted(ready, "page");
      if (done.textContent !== text) done.textContent = text;
    };

    const paint = () => {
      const colours = tones();
      for (const scene of scenes) draw(panels.get(scene.name), scene, now_s, span_s, colours);
      clock.textContent = scenes.length ? `${Lab.duration(now_s * 1000)} of ${Lab.duration(span_s * 1000)}` : "";
    };

    const tick = (at) => {
      frame = 0;
      const moving = playing && !held && !document.hidden && scenes.length;
      if (moving) {
        now_s += (Math.min(100, at - last) / 1000 / PLAY_S) * span_s;
        if (now_s > span_s * 1.15) now_s = 0; // it stands for a while when it is done
        last = at;
        paint();
        frame = requestAnimationFrame(tick);
      }
    };
    const go = () => {
      if (frame || !playing || held) return;
      last = performance.now();
      frame = requestAnimationFrame(tick);
    };

    const shown = () => {
      play.textContent = playing ? "Pause" : "Play";
      play.setAttribute("aria-pressed", String(playing));
    };
    play.addEventListener("click", () => {
      playing = !playing;
      if (playing && now_s >= span_s) now_s = 0;
      shown();
      go();
    });
    again.addEventListener("click", () => {
      now_s = 0;
      playing = true;
      shown();
      paint();
      go();
    });
    document.addEventListener("visibilitychange", go);
    addEventListener("resize", () => requestAnimationFrame(paint));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    let before = 0;
    addEventListener("beforeprint", () => { before = now_s; now_s = span_s; paint(); });
    addEventListener("afterprint", () => { now_s = before; paint(); });
    shown();

    // The key has what is seen, so that nobody looks for what is not there.
    const legend = () => {
      const drawn = new Set(scenes.flatMap(({ spans }) => spans.map((one) => one.said)));
      const found = new Map(Object.values(KINDS).filter(([, , said]) => drawn.has(said)).map(([tone, , said]) => [said, tone]));
      key.replaceChildren(...[...found].map(([said, tone]) => {
        const item = document.createElement("li");
        Lab.made("span", "swatch", item).style.setProperty("--tone", `var(--${tone})`);
        item.append(said);
        return item;
      }));
    };

    const scene = (name, { trace }, whole_s) => {
      const starts = new Map();
      const jobs = new Map();
      const spans = [];
      for (const one of trace) {
        const place = `${one.chain}.${one.slot}`;
        if (!starts.has(place)) starts.set(place, starts.size);
        const lane = starts.get(place);
        const job = `${place}.${one.job}`;
        jobs.set(job, Math.max(jobs.get(job) ?? 0, one.to_s));
        if (lane >= MOST_LANES || one.from_s > whole_s || !(one.what in KINDS) || one.to_s <= one.from_s) continue;
        const [tone, fill, said] = KINDS[one.what];
        spans.push({ lane, tone, fill, said, from_s: one.from_s, to_s: one.to_s });
      }
      const count = Math.max(1, Math.min(MOST_LANES, starts.size));
      return { name, spans, count, of: starts.size, ends: [...jobs.values()].filter((end) => end <= whole_s).sort((a, b) => a - b) };
    };

    const arrived = (found, state, whole_s) => {
      scenes = found.map(({ name, simulated }) => scene(name, simulated, whole_s));
      span_s = whole_s;
      now_s = playing ? 0 : whole_s;
      const names = scenes.map((one) => one.name);
      for (const [name, { box }] of panels) if (!names.includes(name)) { box.remove(); panels.delete(name); }
      for (const one of scenes) {
        if (!panels.has(one.name)) panels.set(one.name, panel(place, one.name));
        const { box, canvas } = panels.get(one.name);
        place.append(box);
        const some = one.of > one.count ? ` (${one.count} of ${one.of} lanes)` : "";
        canvas.setAttribute("aria-label", `${one.name}: ${Lab.counted(one.ends.length, "page")} in ${Lab.duration(whole_s * 1000)}${some}`);
        box.firstChild.firstChild.textContent = `${one.name}${some}`;
      }
      legend();
      paint();
      go();
    };

    // Simulates one strategy after the other, in the worker where there is one.
    const simulate = async (networks, options) => {
      const mine = (asked += 1);
      const found = [];
      for (const { name, network, jobs } of networks) {
        const one = { ...options, jobs, trace: jobs };
        const simulated = thread === null
          ? Simulation.run(network, one)
          : await new Promise((resolve) => {
            const heard = ({ data }) => {
              if (data.id !== mine) return;
              thread.removeEventListener("message", heard);
              resolve(data.found ?? { trace: [] });
            };
            thread.addEventListener("message", heard);
            thread.postMessage({ id: mine, network, options: one });
          });
        if (mine !== asked) return null;
        found.push({ name, simulated });
      }
      return found;
    };

    let later = 0;
    const show = (state, answer) => {
      const names = chosen(answer);
      const wanted = JSON.stringify([state, names]);
      if (wanted === point) return;
      point = wanted;
      clearTimeout(later);
      later = setTimeout(async () => {
        if (state.in_flight > MOST_SIMULATED) {
          asked += 1;
          arrived([], state, 1);
          clock.textContent = `More than ${Lab.number(MOST_SIMULATED)} in flight are not drawn.`;
          return;
        }
        const rows = names.map((name) => answer.rows.find((row) => row.name === name));
        const whole_s = RESPONSES * Math.min(...rows.map((row) => row.response_s));
        const here = Lab.machine(Lab.pythonOf(config, state), state.cores, config);
        const networks = rows.map((row) => {
          const strategy = config.strategies.find((one) => one.name === row.name);
          const network = Model.network(Lab.shape(strategy, state.in_flight, state.cores), Lab.demands(config, strategy, state), here);
          return { name: row.name, network, jobs: Math.min(4000, Math.ceil(row.per_s * whole_s * 1.3) + 2 * row.in_flight) };
        });
        const found = await simulate(networks, { seed: 7 });
        if (found) arrived(found, state, whole_s);
      }, CALM_MS);
    };

    // What was really seen, or is while it is measured, as a still picture of each strategy.
    const seen = (host, watched, said) => {
      host.replaceChildren();
      const colours = tones();
      for (const [name, found] of watched) {
        const made = panel(host, `${name}, ${said}`);
        made.canvas.setAttribute("aria-label", `${name}, ${said}: ${Lab.duration(found.width_s * 1000)} of it`);
        draw(made, { spans: found.spans, count: found.count, ends: [] }, found.width_s, found.width_s, colours);
        made.done.textContent = Lab.duration(found.width_s * 1000);
      }
    };

    return { show, seen, chosen, pause: (is) => { held = is; go(); } };
  };

  Object.assign(Lab, { lanes });
})();
