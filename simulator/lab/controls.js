// What a person sets: sliders, number fields and the numbers of the sentence, which are one; and the address that has them.
(() => {
  "use strict";

  // --- numbers as they are written ---------------------------------------------------------------------------------

  const number = (value) => Number(Number(value).toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 6 });
  const duration = (ms) => (ms >= 1000 ? `${number(ms / 1000)} s` : `${number(ms)} ms`);
  const counted = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
  const rounded = (value) => (value === 0 ? 0 : Number(value.toPrecision(2)));

  // Every value that a slider stops at: each step changes what is seen.
  const between = (low, high, { zero = false, whole = false } = {}) => {
    const found = new Set(zero ? [0] : []);
    const steps = Math.ceil(Math.log(high / low) / Math.log(1.06));
    for (let step = 0; step <= steps; step += 1) {
      const value = rounded(low * (high / low) ** (step / steps));
      found.add(whole ? Math.round(value) : value);
    }
    return [...found].sort((a, b) => a - b);
  };

  const NUMBERS = {
    latency_ms: { stops: between(0.5, 2000, { zero: true }), most: 60_000, told: duration },
    parse_ms: { stops: between(0.05, 500, { zero: true }), most: 60_000, told: duration },
    held_percent: { stops: Array.from({ length: 101 }, (_, at) => at), most: 100, told: (value) => `${number(value)} %` },
    in_flight: { stops: between(1, 1000, { whole: true }), least: 1, most: 1_000_000, whole: true, told: number },
    cores: { stops: between(1, 128, { whole: true }), least: 1, most: 512, whole: true, told: (value) => counted(value, "core") },
  };

  const nearest = (stops, value) =>
    stops.reduce((best, stop, at) => (Math.abs(stop - value) < Math.abs(stops[best] - value) ? at : best), 0);

  const allowed = (name, value) => {
    const { least = 0, most, whole = false } = NUMBERS[name];
    const given = whole ? Math.round(value) : value;
    return Number.isFinite(given) ? Math.min(most, Math.max(least, given)) : null;
  };

  // --- the address -------------------------------------------------------------------------------------------------

  // Returns what an address says of the state, and of the rest what is set now.
  const read = (text, now, pythons) => {
    const words = new URLSearchParams(text.replace(/^#/, ""));
    const state = { ...now };
    for (const name of Object.keys(NUMBERS)) {
      const value = words.has(name) && words.get(name) !== "" ? allowed(name, Number(words.get(name))) : null;
      if (value !== null) state[name] = value;
    }
    if (pythons.some((one) => one.name === words.get("python"))) state.python = words.get("python");
    return state;
  };

  const written = (state) => `#${new URLSearchParams(Object.entries(state).map(([name, value]) => [name, String(value)]))}`;

  // --- what is on the page -----------------------------------------------------------------------------------------

  const DRAG_PX = 5; // of the finger or the mouse for one stop
  const KEYS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 8, PageDown: -8 };

  const start = (config, changed) => {
    let state = read(location.hash, config.state, config.pythons);
    const python = document.getElementById("python");
    const controls = Object.keys(NUMBERS).map((name) => ({
      name,
      ...NUMBERS[name],
      slider: document.getElementById(name),
      field: document.getElementById(`${name}-field`),
      word: document.querySelector(`.word[data-of="${name}"]`),
    }));

    const shown = (except) => {
      for (const { name, stops, told, slider, field, word } of controls) {
        const value = state[name];
        const text = told(value);
        if (except !== slider) slider.value = nearest(stops, value);
        slider.setAttribute("aria-valuetext", text);
        if (except !== field) field.value = value;
        if (word.textContent !== text) word.textContent = text;
        word.setAttribute("aria-valuenow", value);
        word.setAttribute("aria-valuetext", text);
      }
      python.value = state.python;
    };

    let later = 0;
    const kept = () => {
      clearTimeout(later);
      // A browser lets an address change so often only.
      later = setTimeout(() => history.replaceState(null, "", written(state)), 200);
    };

    const set = (wanted, from = null) => {
      state = { ...state, ...wanted };
      shown(from);
      changed(state);
      kept();
    };

    const step = (control, by) => {
      const at = nearest(control.stops, state[control.name]);
      set({ [control.name]: control.stops[Math.min(control.stops.length - 1, Math.max(0, at + by))] });
    };

    for (const control of controls) {
      const { name, stops, slider, field, word } = control;
      slider.max = stops.length - 1;
      slider.addEventListener("input", () => set({ [name]: stops[slider.value] }, slider));
      field.addEventListener("input", () => {
        const value = field.value === "" ? null : allowed(name, Number(field.value));
        if (value !== null) set({ [name]: value }, field);
      });
      field.addEventListener("blur", () => shown());
      word.addEventListener("keydown", (event) => {
        if (event.key === "Enter") field.focus();
        else if (event.key === "Home" || event.key === "End") step(control, event.key === "Home" ? -stops.length : stops.length);
        else if (event.key in KEYS) step(control, KEYS[event.key]);
        else return;
        event.preventDefault();
      });
      let held = null;
      word.addEventListener("pointerdown", (event) => {
        held = { x: event.clientX, at: nearest(stops, state[name]), moved: false };
        word.setPointerCapture(event.pointerId);
      });
      word.addEventListener("pointermove", (event) => {
        if (held === null) return;
        const at = Math.min(stops.length - 1, Math.max(0, held.at + Math.round((event.clientX - held.x) / DRAG_PX)));
        held.moved ||= at !== held.at;
        if (held.moved && stops[at] !== state[name]) set({ [name]: stops[at] });
      });
      word.addEventListener("pointerup", () => {
        if (held !== null && !held.moved) field.select();
        held = null;
      });
      word.addEventListener("pointercancel", () => { held = null; });
    }
    python.addEventListener("change", () => set({ python: python.value }));
    addEventListener("hashchange", () => set(read(location.hash, state, config.pythons)));

    shown();
    return { get state() { return state; }, set };
  };

  globalThis.Lab = { number, duration, counted, NUMBERS, controls: start, read, written };
})();
