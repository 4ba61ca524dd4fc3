// Measure here: asks the server of the page, which runs the experiment; shows how far it is, also after a reload.
(() => {
  "use strict";

  const { number, counted } = Lab;
  const GONE = "The lab does not answer; if it has ended, start simulator lab again.";

  const measuring = (config, { say, point, busy, found, live }) => {
    const byId = (id) => document.getElementById(id);
    const [button, cancel, note, box, bar, text] = ["measure", "cancel", "measure-note", "progress", "progress-bar", "progress-text"].map(byId);
    let running = null;
    let state = null;
    let told = ""; // what became of the last one

    // Why this point cannot be measured here, or an empty text.
    const refused = () => {
      if (!state) return "";
      const python = Lab.pythonOf(config, state);
      if (!python.here) return `Python ${python.name} is not on this machine: it can be predicted, not measured.`;
      if (state.cores > config.cpus.length) {
        return `This machine has ${counted(config.cpus.length, "core")}: more can be predicted, not measured.`;
      }
      if (state.cores < config.cpus.length && !config.binds) return "This system does not bind processes to cores: measure with all of them.";
      if (state.in_flight > config.most_in_flight) return `More than ${number(config.most_in_flight)} in flight is not measured here.`;
      return "";
    };

    const show = () => {
      const why = refused();
      button.hidden = Boolean(running);
      cancel.hidden = !running;
      box.hidden = !running;
      button.disabled = Boolean(why);
      note.textContent = running ? "" : why || told;
      if (!running) return;
      const { done, planned, left_s, phase } = running;
      if (planned) bar.value = done / planned;
      else bar.removeAttribute("value");
      const seen = Object.entries(running.seen).map(([name, rate]) => `${name} ${number(rate)}/s`).join(" · ");
      const left = left_s ? `, ${number(Math.ceil(left_s))} s left` : "";
      text.textContent = [planned ? `${phase}: ${done} of ${planned}${left}` : phase, seen].filter(Boolean).join(" — ");
    };

    const sent = async (path, body) => {
      try {
        const answer = await fetch(path, {
          method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "omit" });
        if (answer.ok) return;
        told = (await answer.json()).error;
      } catch {
        told = GONE;
      }
      say(told);
      show();
    };

    button.addEventListener("click", () => {
      told = "";
      sent("measure", point());
    });
    cancel.addEventListener("click", () => sent("cancel", {}));

    const begin = () => {
      if (!config.served) return;
      const events = new EventSource("events");
      events.onmessage = ({ data }) => {
        const now = JSON.parse(data);
        const before = running;
        running = now.running;
        told = now.told;
        if (Boolean(before) !== Boolean(running)) {
          say(running ? "Measuring has begun" : told || "Measured");
          busy(Boolean(running));
        }
        if (now.results) found(now.results);
        live(running?.lanes ?? null);
        show();
      };
      // The browser tries again by itself; until it gets through, nothing is known.
      events.onerror = () => {
        running = null;
        told = GONE;
        busy(false);
        live(null);
        show();
      };
      addEventListener("pagehide", () => events.close());
    };

    return {
      start: begin,
      moved: (now) => {
        state = now;
        if (config.served) show();
      },
    };
  };

  Object.assign(Lab, { measuring });
})();
