// The point as a scenario, as lab/point.py writes it to measure it.
(() => {
  "use strict";

  const MIXED = "lab_parser:parse";

  const parser = (state) =>
    state.parse_ms === 0 || state.held_percent === 100 ? "spin" : state.held_percent === 0 ? "sha256" : MIXED;

  const duration = (ms) => `${Number(ms.toPrecision(12))}ms`;

  const yaml = (config, state, strategies) => {
    const client = Object.entries(config.client).map(([kind, name]) => `${kind}: ${JSON.stringify(name)}`).join(", ");
    const lines = [
      "name: lab",
      `description: ${state.latency_ms} ms to come, ${state.parse_ms} ms to parse, ${state.held_percent} % of it under the GIL`,
      "seed: 1",
      "server:",
      `  latency: ${duration(state.latency_ms)}`,
      "  content: {kind: catalogue, count: 100, items: 8}",
      "job:",
      `  client: {${client}}`,
      `  parser: ${JSON.stringify(parser(state))}`,
      `  parse_cost: ${duration(state.parse_ms)}`,
      "  warmup: 2",
      `strategies: [${strategies.join(", ")}]`,
      `in_flight: ${state.in_flight}`,
      `parallelism: ${state.cores}`,
      "rounds: 3",
    ];
    if (state.cores < config.cpus.length) {
      const cpus = config.cpus.slice(0, state.cores).join(", ");
      lines.push(`affinity: {server: [${cpus}], driver: [${cpus}]}`);
    }
    if (state.python !== config.current) lines.push(`runtimes: ["${state.python}"]`);
    if (parser(state) === MIXED) {
      lines.unshift(
        `# lab_parser.py, beside this file, is any function parse(body) that holds the GIL for ${state.held_percent} % of its time.`);
    }
    return `${lines.join("\n")}\n`;
  };

  Object.assign(Lab, { yaml });
})();
