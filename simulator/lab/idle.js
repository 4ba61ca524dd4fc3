// Work that may wait until the answer is on the screen, in slices so short that no input waits for it.
(() => {
  "use strict";

  const SLICE_MS = 8;
  const CALM_MS = 80; // after the last input

  // Returns what carries out a generator, slice by slice; a new one takes the place of one that is not done.
  const sliced = () => {
    let running = null;
    return (work, done) => {
      running = work;
      const slice = () => {
        if (running !== work) return;
        const end = performance.now() + SLICE_MS;
        for (;;) {
          const { done: over, value } = work.next();
          if (over) {
            running = null;
            done(value);
            return;
          }
          if (performance.now() > end) break;
        }
        setTimeout(slice);
      };
      setTimeout(slice, CALM_MS);
    };
  };

  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

  // A chart of ECharts that follows theme, width and paper; `after` is called whenever it was drawn anew.
  const PAPER_PX = 330;
  const chart = (place, height, after = () => {}) => {
    place.style.height = `${height}px`;
    let drawn = null;
    let option = null;
    let onPaper = false;
    const show = () => {
      if (option === null) return;
      drawn ??= echarts.init(place, null, { renderer: "svg", height });
      drawn.resize({ height, width: onPaper ? PAPER_PX : "auto" });
      drawn.setOption(option(), true);
      after();
    };
    new ResizeObserver(() => {
      if (!drawn || onPaper) return;
      drawn.resize({ height, width: "auto" });
      after();
    }).observe(place);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
    addEventListener("beforeprint", () => { onPaper = true; root.toggleAttribute("data-paper", true); show(); });
    addEventListener("afterprint", () => { onPaper = false; root.toggleAttribute("data-paper", false); show(); });
    return {
      show(make) { option = make; show(); },
      pixel(values) { return drawn && drawn.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, values); },
      on(kind, told) { place.addEventListener(kind, (event) => { if (drawn) told(event, drawn); }); },
    };
  };

  const base = () => ({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("quiet") },
    aria: { enabled: false },
  });
  const axis = (name, more) => ({
    type: "log",
    name,
    nameLocation: "middle",
    axisLine: { lineStyle: { color: colour("muted") } },
    axisLabel: { color: colour("quiet"), hideOverlap: true },
    nameTextStyle: { color: colour("quiet") },
    splitLine: { lineStyle: { color: colour("line") } },
    ...more,
  });

  Object.assign(Lab, { sliced, chart, colour, base, axis });
})();
