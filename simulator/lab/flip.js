// The map of latency and parse cost: whom to take in each place, where one stands, and the line where the answer flips.
(() => {
  "use strict";

  const { duration, number } = Lab;
  const HEIGHT = 340;
  const COLUMNS = 25;
  const ROWS = 25;
  const LATENCY = [1, 1000];
  const PARSE = [0.1, 100];
  const BISECTIONS = 5;

  const at = ([low, high], share) => low * (high / low) ** share;
  const share = ([low, high], value) => Math.log(Math.min(high, Math.max(low, value)) / low) / Math.log(high / low);
  const oneInterpreter = ({ shards, parse }) => [shards, parse].every((kind) => !["processes", "interpreters"].includes(kind));

  const map = (config, place, caption, moved) => {
    // Where one stands lies over the chart: drawing all of that anew would take longer than a frame.
    const dot = Lab.made("span", "here", place);
    let stands = null;
    const put = () => {
      const found = stands && drawing.pixel(stands);
      dot.hidden = !found;
      if (found) dot.style.transform = `translate(${found[0]}px, ${found[1]}px)`;
    };
    const drawing = Lab.chart(place, HEIGHT, put);
    const work = Lab.sliced();
    let known = { key: "", squares: [], line: [] };

    // The parse cost from which on more than one interpreter is worth it; null: none.
    const flip = (strategies, state) => {
      const leaves = (parse_ms) => !oneInterpreter(Lab.taken(config, strategies, { ...state, parse_ms }));
      let low = null;
      let high = null;
      for (let row = 0; row < ROWS; row += 1) {
        const parse_ms = at(PARSE, (row + 0.5) / ROWS);
        if (leaves(parse_ms)) {
          high = parse_ms;
          break;
        }
        low = parse_ms;
      }
      if (high === null || low === null) return high;
      for (let step = 0; step < BISECTIONS; step += 1) {
        const middle = Math.sqrt(low * high);
        if (leaves(middle)) high = middle;
        else low = middle;
      }
      return Math.sqrt(low * high);
    };

    const suited = (state) => config.strategies.filter((one) =>
      one.name !== "sequential" && one.count !== "parallelism" && Lab.suits(one, Lab.pythonOf(config, state)));

    function* computed(state, key) {
      const strategies = suited(state);
      const squares = [];
      const line = [];
      for (let column = 0; column < COLUMNS; column += 1) {
        const latency_ms = at(LATENCY, (column + 0.5) / COLUMNS);
        for (let row = 0; row < ROWS; row += 1) {
          const parse_ms = at(PARSE, (row + 0.5) / ROWS);
          squares.push([column, row, Lab.taken(config, strategies, { ...state, latency_ms, parse_ms })]);
          yield;
        }
        const found = flip(strategies, { ...state, latency_ms });
        line.push(found === null ? null : [latency_ms, found]);
        yield;
      }
      return { key, squares, line };
    }

    const here = (state) => [at(LATENCY, share(LATENCY, state.latency_ms)), at(PARSE, share(PARSE, state.parse_ms))];

    const told = (state) => {
      const found = flip(suited(state), state);
      const until = `With ${duration(state.latency_ms)} of latency`;
      if (found === null) return `${until}, no parse up to ${duration(PARSE[1])} makes more than one interpreter worth it.`;
      const other = Lab.taken(config, suited(state), { ...state, parse_ms: found * 1.2 });
      const first = at(PARSE, 0.5 / ROWS);
      if (found <= first) return `${until}, ${other.name} ${Lab.form(other.name, "wins", "win")} at any parse cost.`;
      return `${until}, the answer flips at ${duration(Number(found.toPrecision(2)))} of parsing: from there on ${other.name} ${Lab.form(other.name, "wins", "win")}.`;
    };

    const square = (item, api) => {
      const [column, row, slot] = item;
      // Whole pixels: between squares that let through there would be lines.
      const [x1, y1] = api.coord([at(LATENCY, column / COLUMNS), at(PARSE, (row + 1) / ROWS)]).map(Math.round);
      const [x2, y2] = api.coord([at(LATENCY, (column + 1) / COLUMNS), at(PARSE, row / ROWS)]).map(Math.round);
      return { type: "rect", shape: { x: x1, y: y1, width: x2 - x1, height: y2 - y1 },
        style: { fill: Lab.colour(`strategy-${slot}`), opacity: 0.32 }, silent: true };
    };

    const option = (measured) => () => {
      const { squares, line } = known;
      const data = squares.map(([column, row, { slot }]) => [column, row, slot]);
      const text = Lab.colour("text");
      return {
        ...Lab.base(),
        grid: { left: 56, right: 16, top: 12, bottom: 44 },
        xAxis: Lab.axis("latency (ms)", { min: LATENCY[0], max: LATENCY[1], nameGap: 26, splitLine: { show: false } }),
        yAxis: Lab.axis("parse (ms)", { min: PARSE[0], max: PARSE[1], nameGap: 38, splitLine: { show: false } }),
        series: [
          { type: "custom", silent: true, data, renderItem: (params, api) => square(data[params.dataIndex], api) },
          { type: "line", silent: true, symbol: "none", data: line, lineStyle: { color: text, width: 2.5 } },
          { type: "scatter", silent: true, symbol: "diamond", symbolSize: 11, data: measured.map((one) => here(one.point)),
            itemStyle: { color: Lab.colour("surface"), borderColor: text, borderWidth: 1.5 } },
        ],
      };
    };

    const legend = () => {
      const list = place.parentElement.querySelector(".legend");
      const found = new Map(known.squares.map(([, , strategy]) => [strategy.name, strategy]));
      list.replaceChildren(...[...found.values()].map(({ name, slot }) => {
        const item = document.createElement("li");
        Lab.made("span", "swatch", item).style.setProperty("--tone", `var(--strategy-${slot})`);
        item.append(name);
        return item;
      }));
    };

    drawing.on("click", (event, drawn) => {
      const box = place.getBoundingClientRect();
      const found = drawn.convertFromPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [event.clientX - box.left, event.clientY - box.top]);
      if (!found || !found.every(Number.isFinite)) return;
      const clear = ([low, high], value) => Number(Math.min(high, Math.max(low, value)).toPrecision(2));
      moved({ latency_ms: clear(LATENCY, found[0]), parse_ms: clear(PARSE, found[1]) });
    });

    let seen = null;
    const tell = (state) => {
      const text = told(state);
      caption.textContent = text;
      place.setAttribute("aria-label", `Whom to take, by latency and parse cost, with ${number(state.in_flight)} in flight. ${text}`);
    };
    const show = (state, measured) => {
      seen = measured;
      drawing.show(option(measured));
      tell(state);
    };

    return (state, measured) => {
      const { latency_ms: _latency, parse_ms: _parse, ...others } = state;
      const key = JSON.stringify(others);
      stands = here(state);
      put();
      if (key === known.key) {
        const nothing = [][Symbol.iterator]();
        work(nothing, () => (measured === seen ? tell(state) : show(state, measured)));
        return;
      }
      work(computed(state, key), (found) => {
        known = found;
        legend();
        show(state, measured);
      });
    };
  };

  Object.assign(Lab, { map });
})();
