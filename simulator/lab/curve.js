// Throughput over in flight: where more of it stops helping.
(() => {
  "use strict";

  const { number, counted } = Lab;
  const HEIGHT = 340;
  const POINTS = 25;
  const MOST = 256;
  const PLENTY = 512; // so many in flight that only what is worked on sets the pace

  const curve = (config, place, caption) => {
    const drawing = Lab.chart(place, HEIGHT);
    const work = Lab.sliced();

    const levels = (state) => {
      const most = Math.max(MOST, Math.min(10_000, 2 * state.in_flight));
      const found = Array.from({ length: POINTS }, (_, at) => Math.round(most ** (at / (POINTS - 1))));
      return [...new Set([...found, Math.min(state.in_flight, most)])].sort((a, b) => a - b);
    };

    // Where the two asymptotes meet: as many as keep what limits it busy.
    const knee = (strategy, state) => {
      const alone = Lab.perSecond(config, strategy, { ...state, in_flight: 1 });
      const python = Lab.pythonOf(config, state);
      const network = Model.network(
        Lab.shape(strategy, PLENTY, state.cores), Lab.demands(config, strategy, state), Lab.machine(python, state.cores, config));
      const bound = Model.bound(network);
      return bound.by === "waiting" ? null : { in_flight: bound.per_s / alone, by: bound.by, per_s: bound.per_s };
    };

    function* computed(state) {
      const python = Lab.pythonOf(config, state);
      const strategies = config.strategies.filter((one) =>
        one.name !== "sequential" && one.count !== "parallelism" && Lab.suits(one, python));
      const lines = [];
      for (const strategy of strategies) {
        const data = [];
        for (const in_flight of levels(state)) {
          const rate = Lab.perSecond(config, strategy, { ...state, in_flight });
          if (rate !== null) data.push([in_flight, rate]);
          yield;
        }
        lines.push({ strategy, data });
      }
      return lines;
    }

    const option = (lines, taken, bend, state, measured) => () => ({
      ...Lab.base(),
      grid: { left: 56, right: 16, top: 40, bottom: 44 },
      xAxis: Lab.axis("in flight", { min: 1, nameGap: 26 }),
      yAxis: Lab.axis("pages/s", { type: "value", nameGap: 42 }),
      series: [
        ...lines.map(({ strategy, data }) => ({
          type: "line", silent: true, symbol: "none", data, name: strategy.name,
          lineStyle: { color: Lab.colour(`strategy-${strategy.slot}`), width: strategy.name === taken ? 3.5 : 1.5 },
        })),
        { type: "line", silent: true, symbol: "none", data: [],
          markLine: { silent: true, symbol: "none", label: { color: Lab.colour("quiet"), formatter: ({ name }) => name },
            data: [
              { name: `${number(state.in_flight)} in flight`, xAxis: state.in_flight, lineStyle: { color: Lab.colour("accent"), type: "solid", width: 1.5 } },
              ...(bend && bend.in_flight >= 1 ? [{ name: "the knee", xAxis: bend.in_flight, label: { distance: 18 }, lineStyle: { color: Lab.colour("text"), type: "dashed" } }] : []),
            ] } },
        ...(measured ? lines.flatMap(({ strategy }) => {
          const seen = measured.cells[strategy.name];
          return seen?.median > 0 ? [{ type: "scatter", silent: true, symbol: "diamond", symbolSize: 10, data: [[measured.point.in_flight, seen.median]],
            itemStyle: { color: Lab.colour("surface"), borderColor: Lab.colour(`strategy-${strategy.slot}`), borderWidth: 2 } }] : [];
        }) : []),
      ],
    });

    return (state, answer, measured) => {
      work(computed(state), (lines) => {
        const taken = config.strategies.find((one) => one.name === answer.take.name);
        const bend = knee(taken, state);
        drawing.show(option(lines, taken.name, bend, state, measured));
        const what = bend === null ? "" : bend.by === "cores" ? "the cores" : bend.by;
        const many = what.endsWith("s");
        const text = bend === null
          ? `With ${taken.name}, more in flight does more as far as this goes: it only waits.`
          : bend.in_flight < 1.5
            ? `With ${taken.name}, ${what} ${many ? "are" : "is"} busy from the first page on: more in flight only queues.`
            : `With ${taken.name}, the knee is at ${counted(Math.round(bend.in_flight), "page")} in flight: beyond it ${what} ${many ? "allow" : "allows"} no more than ${number(bend.per_s)} pages/s, and pages only queue longer.`;
        caption.textContent = text;
        place.setAttribute("aria-label", `Throughput over jobs in flight. ${text}`);
      });
    };
  };

  Object.assign(Lab, { curve });
})();
