// The strategies side by side: a table whose second column is a bar with its band, its bound and what was measured.
(() => {
  "use strict";

  const { number } = Lab;
  const MOST_BEYOND = 1.25; // a bound that is further away than that is told, not drawn

  const made = (tag, className, parent, text = "") => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    parent.append(node);
    return node;
  };

  const cell = (row, className, tag = "td") => {
    const node = made(tag, className, row);
    node.setAttribute("role", tag === "th" ? "rowheader" : "cell");
    return node;
  };

  const bars = (config, body) => {
    const rows = new Map(config.strategies.map(({ name, slot }) => {
      const row = made("tr", "", body);
      row.setAttribute("role", "row");
      row.style.setProperty("--tone", `var(--strategy-${slot})`);
      const head = cell(row, "name", "th");
      head.scope = "row";
      made("span", "swatch", head).setAttribute("aria-hidden", "true");
      const title = made("span", "", head, name);
      const track = made("div", "track", cell(row, "bar"));
      track.setAttribute("aria-hidden", "true");
      const [fill, band, bound, seen] = ["fill", "band", "bound", "seen"].map((kind) => made("span", kind, track));
      made("span", "dot", seen);
      const rate = cell(row, "n rate");
      const reach = cell(row, "n reach");
      const limit = cell(row, "limit");
      const said = cell(row, "said");
      return [name, { row, title, fill, band, bound, seen, rate, reach, limit, said }];
    }));

    const place = (node, from, to, most) => {
      node.style.left = `${(100 * from) / most}%`;
      node.style.width = `${(100 * Math.max(0, to - from)) / most}%`;
    };

    const text = (node, value) => {
      if (node.textContent !== value) node.textContent = value;
    };

    const verdict = (row, best) => {
      if (row.why_not) return row.why_not;
      if (row.name === best.name) return "the best";
      if (row.marked) return row.name === "sequential" ? "the baseline" : `only ${number(row.in_flight)} in flight`;
      return `${row.verdict === "faster" ? "slower" : row.verdict === "a little faster" ? "a little slower" : row.verdict}: ${Math.round(100 / row.behind)}\u00a0% of it`;
    };

    // What was measured lies on the marks of the prediction also when the sliders are elsewhere, told apart by its look.
    return (answer, measured) => {
      const shown = answer.rows.filter((row) => !row.why_not);
      const most = 1.02 * Math.max(
        ...shown.flatMap((row) => [row.high, row.bound.per_s < MOST_BEYOND * answer.best.high ? row.bound.per_s : 0]),
        ...(measured ? Object.values(measured.cells).map((one) => one.high ?? 0) : []));
      const found = new Map(answer.rows.map((row) => [row.name, row]));
      for (const [name, nodes] of rows) {
        const row = found.get(name);
        nodes.row.hidden = !row;
        if (!row) continue;
        nodes.row.classList.toggle("taken", Boolean(row.taken));
        nodes.row.classList.toggle("refused", Boolean(row.why_not));
        const seen = measured?.cells[name];
        nodes.seen.hidden = !seen || !(seen.median > 0);
        if (!nodes.seen.hidden) {
          place(nodes.seen, seen.low, seen.high, most);
          nodes.seen.classList.toggle("elsewhere", !measured.here);
          nodes.seen.style.setProperty("--at", seen.high > seen.low ? `${(100 * (seen.median - seen.low)) / (seen.high - seen.low)}%` : "50%");
        }
        const told = seen?.median > 0 ? ` · measured ${number(seen.median)}` : seen ? ` · ${seen.reason || seen.status}` : "";
        if (row.why_not) {
          for (const node of [nodes.fill, nodes.band, nodes.bound]) node.style.width = "0";
          nodes.bound.hidden = true;
          for (const node of [nodes.rate, nodes.reach, nodes.limit]) text(node, "–");
        } else {
          place(nodes.fill, 0, row.per_s, most);
          place(nodes.band, row.low, row.high, most);
          nodes.bound.hidden = row.bound.per_s > most;
          nodes.bound.style.left = `${(100 * row.bound.per_s) / most}%`;
          text(nodes.rate, number(row.per_s));
          text(nodes.reach, `${number(row.low)} to ${number(row.high)}`);
          text(nodes.limit, `${number(row.bound.per_s)} by ${row.bound.by}`);
        }
        text(nodes.said, verdict(row, answer.best) + told);
      }
    };
  };

  Object.assign(Lab, { bars, made });
})();
