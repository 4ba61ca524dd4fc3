// What the model says of every strategy at one point, and the answer in words. Knows nothing of the page.
(() => {
  "use strict";

  const { number, counted } = Lab;
  const MOST_PROCESSES_PER_CORE = 8;
  const MOST_PROCESSES = 1000;
  const MOST_INTERPRETERS = 128;
  const ALIKE = 0.15; // of the model's error is left between two that the same thing limits
  const AT_ITS_LIMIT = 0.95; // of the bound
  const ORDER = ["sequential", "threads", "asyncio", "processes"]; // the simplest first; then mixes
  const PLURAL = ["threads", "processes"];

  // --- one strategy ------------------------------------------------------------------------------------------------

  // Works out a strategy for N in flight and P cores, as a scenario's strategy_plan does.
  const shape = ({ name, shards, fetch, parse, count }, inFlight, cores) => {
    const total = name === "sequential" ? 1 : count === "parallelism" ? cores : inFlight;
    const many = { one: 1, in_flight: inFlight, parallelism: cores, at_most_in_flight: Math.min(cores, inFlight) }[count];
    const each = Math.floor(total / many);
    const more = total % many;
    return {
      shards,
      widths: Array.from({ length: many }, (_, at) => Math.max(1, each + (at < more ? 1 : 0))),
      loop: fetch === "asyncio",
      pool: parse,
      workers: parse === "inline" ? 0 : cores,
    };
  };

  // Why it cannot run, or null.
  const refused = (strategy, inFlight, cores) => {
    const shards = { one: 1, in_flight: inFlight, parallelism: cores, at_most_in_flight: Math.min(cores, inFlight) }[strategy.count];
    if (strategy.shards === "processes" && shards > MOST_PROCESSES_PER_CORE * cores) {
      return `${number(shards)} processes are more than ${MOST_PROCESSES_PER_CORE} for each core`;
    }
    if (strategy.shards === "processes" && shards > MOST_PROCESSES) return `more than ${number(MOST_PROCESSES)} processes`;
    if (strategy.shards === "interpreters" && shards > MOST_INTERPRETERS) return `more than ${MOST_INTERPRETERS} interpreters`;
    return null;
  };

  // Whether this Python has what it needs: interpreters of their own, or threads that compute side by side.
  const suits = (strategy, python) =>
    python.interpreters || ![strategy.shards, strategy.parse].includes("interpreters")
      ? !(strategy.shards === "threads" && python.gil)
      : false;

  const times = ({ mean_s, ...rest }, factor) => ({ mean_s: mean_s * factor, ...rest });

  // The demands of the point: what a person sets, and for the rest what was measured with one worker, or is usual.
  const demands = (config, strategy, state) => {
    const base = config.demands[strategy.name];
    const held = state.held_percent / 100;
    const parse_s = state.parse_ms / 1000;
    return {
      ...base,
      waits_s: [state.latency_ms / 1000],
      parse_held: { mean_s: parse_s * held, error: 0 },
      parse_free: { mean_s: parse_s * (1 - held), error: 0 },
      parse_drops: held === 1 || parse_s === 0 ? 0 : held === 0 ? 1 : Math.max(1, parse_s / config.unit_s),
    };
  };

  const UNCERTAIN = ["client_held", "client_free", "transport", "server", "over_worker", "over_main"];
  const shifted = (base, by) => {
    const made = { ...base };
    for (const name of UNCERTAIN) made[name] = times(base[name], Math.max(0, 1 + by * 2 * base[name].error));
    return made;
  };

  const machine = (python, cores, config) => ({ cores, gil: python.gil, switch_interval_s: config.switch_interval_s });

  const pythonOf = (config, state) => config.pythons.find((one) => one.name === state.python) ?? config.pythons[0];

  // Mean throughput alone: of maps and curves, which ask for thousands.
  const perSecond = (config, strategy, state) => {
    const python = pythonOf(config, state);
    if (refused(strategy, state.in_flight, state.cores)) return null;
    const network = Model.network(
      shape(strategy, state.in_flight, state.cores), demands(config, strategy, state), machine(python, state.cores, config));
    return Model.means(network).per_s;
  };

  const predicted = (config, strategy, state) => {
    const python = pythonOf(config, state);
    const why_not = refused(strategy, state.in_flight, state.cores);
    const row = { name: strategy.name, slot: strategy.slot, why_not };
    if (why_not) return row;
    const made = shape(strategy, state.in_flight, state.cores);
    const [base, here] = [demands(config, strategy, state), machine(python, state.cores, config)];
    const network = Model.network(made, base, here);
    const means = Model.means(network);
    const ends = [-1, 1].map((by) => Model.means(Model.network(made, shifted(base, by), here)).per_s);
    const bound = Model.bound(network);
    // A wait of the server is as long as it is said to be: only the rest can be wrong.
    const waited = Math.min(1, state.latency_ms / 1000 / means.response_s);
    const error = config.model_error * (1 - waited);
    const around = [...ends, means.per_s];
    return {
      ...row,
      in_flight: made.widths.reduce((a, b) => a + b, 0),
      per_s: means.per_s,
      ends,
      error,
      waited,
      low: Math.min(...around) * Math.exp(-error),
      high: Math.min(Math.max(...around) * Math.exp(error), Math.max(bound.per_s, means.per_s)),
      response_s: means.response_s,
      cores: means.cores,
      bound,
    };
  };

  // --- compared ----------------------------------------------------------------------------------------------------

  const limitOf = (row) => (row.per_s >= AT_ITS_LIMIT * row.bound.per_s ? row.bound.by : null);

  // What is uncertain of both alike cancels out, and most of the model's error where both are at the same limit.
  const ratio = (of, over) => {
    const shared = [of.per_s / over.per_s, of.ends[0] / over.ends[0], of.ends[1] / over.ends[1]];
    const alike = limitOf(of) !== null && limitOf(of) === limitOf(over);
    const own = Math.exp((alike ? ALIKE : 1) * Math.hypot(of.error, over.error));
    return { median: shared[0], low: Math.min(...shared) / own, high: Math.max(...shared) * own };
  };

  const verdictOf = ({ low, high }, margin) => {
    if (low > 1 + margin) return "faster";
    if (high < 1 + margin && low > 1 / (1 + margin)) return low > 1 ? "a little faster" : "as fast";
    return "cannot tell";
  };

  const simplicity = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);

  const simplestFirst = (a, b) => simplicity(a) - simplicity(b);

  const listed = (parts) => (parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);
  const names = (found) => (found.length <= 2 ? listed(found) : `${found[0]} and ${found.length - 1} others`);
  const form = (name, one, many) => (PLURAL.includes(name) ? many : one);
  const plural = (found, one, many) => (found.length > 1 ? many : form(found[0], one, many));
  const sentence = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
  const factor = (value) => (Math.abs(value - 1) < 0.05 ? value.toFixed(3) : value < 9.995 ? value.toFixed(2) : number(value));

  const headline = ({ best, take, sequential, rivals, margin }) => {
    const gain = `no strategy gains more than ${number(margin * 100)} %`;
    if (sequential && sequential.per_s * (1 + margin) >= best.per_s) return `Take one job after the other: ${gain}.`;
    const where = best.waited > 0.8 ? "While it waits, " : best.waited < 0.2 ? "While it computes, " : "";
    const open = rivals.filter((one) => one.verdict === "cannot tell").map((one) => one.name);
    const near = rivals.filter((one) => ["as fast", "a little faster"].includes(one.verdict)).map((one) => one.name);
    const slower = rivals.filter((one) => one.verdict === "faster").map((one) => one.name).sort(simplestFirst);
    const rest = slower.length ? `; ${names(slower)} ${plural(slower, "is", "are")} slower` : "";
    if (open.length) {
      const others = (open.includes(take.name) ? [best.name, ...open] : open).filter((name) => name !== take.name).sort(simplestFirst);
      const which = others.length > 2 ? `${others[0]} or ${others.length - 1} others` : others.join(" or ");
      const alike = [best.name, ...near].filter((name) => name !== take.name && !others.includes(name)).sort(simplestFirst);
      const beside = rest || (alike.length ? `; ${names(alike)} ${plural(alike, "is", "are")} as fast` : "");
      return sentence(`${where}take ${take.name} or ${which}: the model cannot tell which is faster${beside}.`);
    }
    if (near.length) {
      const others = [best.name, ...near].filter((name) => name !== take.name).sort(simplestFirst);
      const same = others.length === 1 ? "no faster" : "as fast";
      return sentence(`${where}take ${take.name}: ${names(others)} ${plural(others, "is", "are")} ${same}${rest}.`);
    }
    if (!rivals.length) return sentence(`${where}take ${take.name}: nothing else can run here.`);
    const lead = rivals[0];
    const does = `${form(take.name, "it does", "they do")} ${factor(best.per_s / lead.per_s)} times what ${lead.name}`;
    return sentence(`${where}take ${take.name}: ${does} ${form(lead.name, "does", "do")}, the next.`);
  };

  const LIMITS = {
    "waiting": (row) => `${counted(row.in_flight, "page")} in flight, ${Lab.duration(row.in_flight / row.bound.per_s * 1000)} each, allow`,
    "cores": (row, state) => `${counted(state.cores, "core")} ${state.cores === 1 ? "allows" : "allow"}`,
    "the GIL": () => "the GIL, held by one thread at a time, allows",
  };
  const allows = (row, state) => {
    const what = (LIMITS[row.bound.by] ?? (() => `${row.bound.by} ${row.bound.by.endsWith("s") ? "allow" : "allows"}`))(row, state);
    return `${what} at most ${number(row.bound.per_s)} pages/s`;
  };

  // What sets the pace of the one that is taken, and of threads where that is another thing.
  const because = (take, rows, state) => {
    const threads = rows.find((row) => row.name === "threads" && !row.why_not);
    const first = `With ${take.name} ${allows(take, state)}.`;
    if (!threads || threads.name === take.name || threads.bound.by === take.bound.by) return first;
    return `With threads ${allows(threads, state)}. ${first}`;
  };

  const answer = (config, state) => {
    const python = pythonOf(config, state);
    const rows = config.strategies.filter((one) => suits(one, python)).map((one) => predicted(config, one, state));
    const sequential = rows.find((row) => row.name === "sequential");
    const compared = rows.filter((row) => !row.why_not && row.name !== "sequential" && row.in_flight === state.in_flight);
    compared.sort((a, b) => b.per_s - a.per_s);
    const best = compared[0];
    const rivals = compared.slice(1).map((row) => {
      const found = ratio(best, row);
      return { name: row.name, per_s: row.per_s, ratio: found, verdict: verdictOf(found, config.margin) };
    });
    // The simplest of those that none is surely faster than by more than the margin.
    const alike = [best.name, ...rivals.filter((one) => one.verdict !== "faster").map((one) => one.name)].sort(simplestFirst);
    const take = compared.find((row) => row.name === alike[0]);
    const verdicts = new Map(rivals.map((one) => [one.name, one]));
    for (const row of rows) {
      const found = verdicts.get(row.name);
      row.taken = row === take;
      row.verdict = row.why_not ? "" : row === best ? "" : found ? found.verdict : "";
      row.behind = found ? found.ratio.median : best.per_s / (row.per_s ?? best.per_s);
      row.marked = !row.why_not && row.in_flight !== state.in_flight;
    }
    return {
      rows,
      best,
      take,
      sentence: headline({ best, take, sequential, rivals, margin: config.margin }),
      why: because(take, rows, state),
    };
  };

  // Whom to take by mean numbers alone: the simplest that is as fast as the best, null for one job after the other.
  const taken = (config, strategies, state) => {
    const rates = strategies.map((strategy) => [strategy, perSecond(config, strategy, state)]).filter(([, rate]) => rate !== null);
    const most = Math.max(...rates.map(([, rate]) => rate));
    const alike = rates.filter(([, rate]) => rate * (1 + config.margin) >= most).map(([strategy]) => strategy);
    return alike.reduce((a, b) => (simplicity(b.name) < simplicity(a.name) ? b : a));
  };

  Object.assign(Lab, { answer, perSecond, taken, simplicity, pythonOf, shape, demands, machine, refused, suits, factor, form });
})();
