// Draws the charts of a report. The options come from Python as JSON; here are the colours of the theme, what ECharts
// wants functions for, and when to draw.
(async () => {
  "use strict";

  const root = document.documentElement;
  root.classList.add("drawn");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const PAPER_PX = 660; // the width of A4 or Letter between its margins
  const PAPER_HALF_PX = 318; // of two panels beside one another on it
  const SPANS = ["the server holds the request", "the answer waits to be taken up", "parse", "seen to run", "could run, and no core was free"];

  // --- numbers and colours ----------------------------------------------------------------------------------------

  const number = (value) => Number(Number(value).toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 6 });

  const colour = (token) => getComputedStyle(root).getPropertyValue("--" + token.slice(1).replace(":", "-")).trim();

  const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

  const mixed = (over, under, share) => {
    const [a, b] = [channels(over), channels(under)];
    return "#" + a.map((value, i) => Math.round(value * share + b[i] * (1 - share)).toString(16).padStart(2, "0")).join("");
  };

  const luminance = (hex) => {
    const [r, g, b] = channels(hex).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  const readable = (background) => (luminance(background) > 0.18 ? "#111111" : "#ffffff");

  // --- what options name ------------------------------------------------------------------------------------------

  // A long name is folded at the underscore, or else the space, that lies nearest to its middle.
  const folded = (name) => {
    const text = String(name);
    if (text.length <= 12) return text;
    const places = [...text.matchAll(/[_ ]/g)].map((found) => found.index + 1);
    if (!places.length) return text;
    const middle = places.reduce((a, b) => (Math.abs(b - text.length / 2) < Math.abs(a - text.length / 2) ? b : a));
    return text.slice(0, middle).trimEnd() + "\n" + text.slice(middle);
  };

  const told = (text) => {
    const box = document.createElement("div");
    box.className = "tip";
    box.textContent = text;
    return box;
  };

  const FORMATTERS = {
    "@number": number,
    "@folded": folded,
    "@share": (nines) => (nines === 0 ? "0 %" : Number((100 * (1 - 10 ** -nines)).toFixed(Math.max(0, nines - 2))) + " %"),
    "@tip": (found) => (found.data && found.data.tip ? told(found.data.tip) : ""),
    "@span-tip": (found) => {
      const [, start, end, kind, share] = found.value;
      const cpu = kind === 2 && share > 0 ? `\n${number(share * 100)} % of it on CPU` : "";
      return told(`${SPANS[kind]}\n${number(end - start)} ms, from ${number(start)} ms on${cpu}`);
    },
  };

  // The surface around it keeps it visible on a bar of its own colour.
  const whisker = (from, to, cap, item) => {
    const line = ([x1, y1], [x2, y2], stroke, lineWidth, opacity) =>
      ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth, opacity } });
    const [dx, dy] = cap;
    const ends = [from, to].map(([x, y]) => [[x - dx, y - dy], [x + dx, y + dy]]);
    const lines = [[from, to], ...ends];
    return { type: "group", children: [
      ...lines.map(([a, b]) => line(a, b, colour("@surface"), 3.5, 0.6)),
      ...lines.map(([a, b]) => line(a, b, item.color, 1.5, 1)),
    ] };
  };

  // Diagonal strokes inside a box, as one path.
  const strokes = (x, y, width, height, step) => {
    let path = "";
    for (let at = step / 2; at < width + height; at += step) {
      const [x1, y1] = at <= height ? [0, at] : [at - height, height];
      const [x2, y2] = at <= width ? [at, 0] : [width, at - width];
      path += `M${(x + x1).toFixed(1)} ${(y + y1).toFixed(1)}L${(x + x2).toFixed(1)} ${(y + y2).toFixed(1)}`;
    }
    return path;
  };

  const RENDERERS = {
    "@whisker-x": (item, _, api) => {
      const [low, high, at] = item.value;
      return whisker(api.coord([low, at]), api.coord([high, at]), [0, 4], item);
    },
    "@whisker-y": (item, _, api) => {
      const [low, high, at] = item.value;
      return whisker(api.coord([at, low]), api.coord([at, high]), [4, 0], item);
    },
    "@square": (item, _, api) => {
      const [x, y] = api.coord(item.value);
      const [width, height] = api.size([1, 1]);
      const fill = mixed(item.color, colour("@surface"), 0.16 + 0.74 * item.strength);
      const ink = readable(fill);
      const text = (content, size, dy, bold) => ({
        type: "text",
        style: { text: content, x, y: y + dy, fill: ink, align: "center", verticalAlign: "middle",
          font: `${bold ? "600 " : ""}${size}px ${getComputedStyle(document.body).fontFamily}` },
      });
      const roomy = item.text && width >= 7 * item.text.length + 4;
      const children = [
        { type: "rect", shape: { x: x - width / 2 + 1, y: y - height / 2 + 1, width: width - 2, height: height - 2, r: 3 },
          style: { fill } },
        text(item.letter, 17, roomy ? -8 : 0, true),
      ];
      if (roomy) children.push(text(item.text, 12, 12, false));
      return { type: "group", children };
    },
    "@span": (item, params, api) => {
      const [lane, start, end, kind, share] = item;
      const [x1, middle] = api.coord([start, lane]);
      const width = Math.max(0.6, api.coord([end, lane])[0] - x1);
      const tall = Math.min(18, api.size([0, 1])[1] * 0.78);
      const box = (height, fill, y = middle - height / 2) => ({ type: "rect", shape: { x: x1, y, width, height }, style: { fill } });
      if (kind === 0) return box(tall * 0.3, colour("@network"));
      if (kind === 1) return box(tall * 0.3, colour("@stall"));
      if (kind === 3) return box(tall, colour("@cpu"));
      if (kind === 4) return box(tall * 0.6, colour("@queue"));
      const top = middle - tall / 2, filled = tall * share, stall = colour("@stall");
      const children = [box(tall, mixed(stall, colour("@surface"), 0.14))];
      if (share < 0.98 && width > 3) {
        children.push({ type: "path", shape: { pathData: strokes(x1, top, width, tall - filled, 5) },
          style: { stroke: stall, lineWidth: 1, fill: "none" }, silent: true });
      }
      if (filled > 0) children.push(box(filled, colour("@cpu"), top + tall - filled));
      if (width > 3) {
        children.push({ type: "rect", shape: { x: x1, y: top, width, height: tall },
          style: { fill: "none", stroke: share < 0.98 ? stall : colour("@cpu"), lineWidth: 0.8 }, silent: true });
      }
      return { type: "group", children };
    },
  };

  const COLOURED = new Set(["color", "backgroundColor", "borderColor"]);

  // The option as ECharts wants it. Tokens stand only under keys of ours, never in a text of a user.
  const resolved = (value) => {
    if (Array.isArray(value)) return value.map(resolved);
    if (value === null || typeof value !== "object") return value;
    const made = {};
    for (const [key, inner] of Object.entries(value)) {
      if (COLOURED.has(key) && typeof inner === "string" && inner.startsWith("@")) made[key] = colour(inner);
      else if (key === "formatter" && inner in FORMATTERS) made[key] = FORMATTERS[inner];
      else if (key === "fontFamily") made[key] = getComputedStyle(document.body).fontFamily;
      else made[key] = resolved(inner);
    }
    if (typeof made.renderItem === "string") {
      const [draw, data] = [RENDERERS[made.renderItem], made.data];
      made.renderItem = (params, api) => draw(data[params.dataIndex], params, api);
    }
    return made;
  };

  // --- figures ----------------------------------------------------------------------------------------------------

  let onPaper = false;
  const unpacked = (script) => {
    if (script.type === "application/json") return JSON.parse(script.textContent);
    const bytes = Uint8Array.from(atob(script.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).json();
  };

  const sections = [...document.querySelectorAll("section.figure")];
  const charted = await Promise.all(sections.map((section) => unpacked(section.querySelector("script.charts"))));

  const figures = sections.map((section, at) => {
    const charts = charted[at];
    const panels = [...section.querySelectorAll(".panel")];
    const drawn = new Map();
    const figure = { section, seen: false };
    const paperWidth = section.querySelector(".beside") ? PAPER_HALF_PX : PAPER_PX;
    const width = () => (onPaper ? paperWidth : "auto");
    const fixed = () => (onPaper ? { width: paperWidth } : {});

    // All panels, or the one that is chosen.
    const shown = () => panels.flatMap((panel, index) => (panel.classList.contains("chosen") ? [index] : []));

    figure.draw = () => {
      figure.seen = true;
      for (const index of shown()) {
        const { height, option } = charts[index];
        const place = panels[index].querySelector(".chart");
        if (!drawn.has(index)) drawn.set(index, echarts.init(place, null, { renderer: "svg", height, ...fixed() }));
        const chart = drawn.get(index);
        chart.resize({ height, width: width() });
        chart.setOption(resolved(option), true);
      }
    };
    figure.resize = () => {
      for (const index of shown()) if (drawn.has(index)) drawn.get(index).resize({ width: width() });
    };
    figure.choose = (index) => {
      panels.forEach((panel, at) => panel.classList.toggle("chosen", at === index));
      if (figure.seen) figure.draw();
    };
    // Room is kept for what is not drawn yet, so that nothing jumps.
    panels.forEach((panel, index) => { panel.querySelector(".chart").style.height = `${charts[index].height}px`; });
    figure.chooser = section.querySelector(".chooser select");
    return figure;
  });
  if (!figures.length) return;

  // Whoever chooses a combination wants to see all of it: figures that have a panel of that name follow.
  for (const { chooser } of figures) {
    if (!chooser) continue;
    chooser.addEventListener("change", () => {
      const name = chooser.selectedOptions[0].label;
      const before = chooser.getBoundingClientRect().top;
      for (const figure of figures) {
        const option = figure.chooser && [...figure.chooser.options].find((one) => one.label === name);
        if (!option) continue;
        figure.chooser.value = option.value;
        figure.choose(Number(option.value));
      }
      scrollBy(0, chooser.getBoundingClientRect().top - before); // what is above may have another height now
    });
  }

  const redraw = () => figures.forEach((figure) => { if (figure.seen) figure.draw(); });

  figures[0].draw();
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      near.unobserve(entry.target);
      const figure = figures.find((one) => one.section === entry.target);
      if (!figure.seen) figure.draw();
    }
  }, { rootMargin: "400px 0px" });
  figures.forEach((figure) => near.observe(figure.section));

  let waiting = 0;
  addEventListener("resize", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { if (!onPaper) figures.forEach((figure) => figure.resize()); });
  });
  dark.addEventListener("change", redraw);

  // Paper is white, of one width, and has all of it; afterwards everything is as it was.
  const paper = (wanted) => {
    if (onPaper === wanted) return;
    onPaper = wanted;
    root.toggleAttribute("data-paper", wanted);
    if (wanted) figures.forEach((figure) => figure.draw());
    else redraw();
  };
  addEventListener("beforeprint", () => paper(true));
  addEventListener("afterprint", () => paper(false));
  const print = matchMedia("print");
  print.addEventListener("change", () => paper(print.matches));
})();
