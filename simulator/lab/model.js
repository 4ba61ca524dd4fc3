// The model of a cell, as simulator/model has it: its network of queues, the bound, and the mean values. One for one the
// same formulas, in the same order: a test holds them equal. Plain objects, with the names of the Python dataclasses.
globalThis.Model = (() => {
  "use strict";

  // ---- simulator/model/network.py

  const MOST_PIECES = 8;
  const DEMANDS = {
    waits_s: [0], client_held: null, client_free: null, parse_held: null, parse_free: null, parse_drops: 0, drops: 3,
    transport: null, server: null, server_workers: 1, capacity: null, rate_per_s: null, over_worker: null, over_main: null,
    spread: 0.1,
  };
  const MACHINE = { gil: true, switch_interval_s: 0.005, wake_s: 5e-5, look_s: 6e-6, stranded: 0 };
  const SHAPE = { pool: "inline", workers: 0 };

  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const mean = (demand) => (demand === null ? 0 : demand.mean_s);
  const none = (value) => value === null || value === undefined;

  /** Round as Python does: a half to the even neighbour. */
  function rounded(value) {
    const below = Math.floor(value);
    return value - below === 0.5 ? below + (below % 2) : Math.round(value);
  }

  function step(seconds, name, { station = null, lock = null, waits = false, varies = false, drops = 0 } = {}) {
    return { seconds, name, station, lock, waits, varies, drops };
  }

  /** Leave out what takes no time; the server's delay stays, as it may differ from its mean. */
  const there = (steps) => steps.filter((each) => each.seconds > 0 || each.varies);

  /** Stations and locks, as steps come to need them. */
  class Building {
    constructor(demands) {
      this.demands = demands;
      this.stations = [];
      this.locks = [];
      this.server = this.station("server", demands.server_workers);
      this.capacity = none(demands.capacity) ? null : this.station("capacity", demands.capacity);
      this.rate = none(demands.rate_per_s) ? null : this.station("rate", 1);
    }

    station(name, places) {
      return this.stations.push({ name, places }) - 1;
    }

    lock(name) {
      return this.locks.push(name) - 1;
    }

    fetch(station, lock) {
      const { demands } = this;
      const drops = demands.drops / 2;
      const mine = [
        step(mean(demands.client_held) / 2, "client", { station, lock, drops }),
        step(mean(demands.client_free) / 2, "client", { station }),
      ];
      const away = step(mean(demands.transport) / 2, "transport", { waits: true });
      const serving = step(mean(demands.server) / 2, "server", { station: this.server });
      const waits = [];
      if (this.rate !== null) waits.push(step(1 / demands.rate_per_s, "rate", { station: this.rate, waits: true }));
      const wait_s = sum(demands.waits_s) / demands.waits_s.length;
      waits.push(step(wait_s, "wait", { station: this.capacity, waits: true, varies: true }));
      return there([...mine, away, serving, ...waits, serving, away, mine[1], mine[0]]);
    }

    parse(station, lock) {
      const { demands } = this;
      const held = mean(demands.parse_held);
      const free = mean(demands.parse_free);
      const pieces = free ? Math.max(1, Math.min(MOST_PIECES, rounded(demands.parse_drops))) : 1;
      const drops = Math.max(0, demands.parse_drops / pieces - (free ? 1 : 0));
      const each = [
        step(held / pieces, "parse", { station, lock, drops }),
        step(free / pieces, "parse", { station }),
      ];
      return there(Array.from({ length: pieces }, () => each).flat());
    }

    pooled(shape, loop, lock) {
      const { demands } = this;
      const pool = this.station("pool", shape.workers);
      const inside = shape.pool === "threads" ? lock : null;
      const handing = step(mean(demands.over_main) / 2, "main", { station: loop, lock });
      const over = step(mean(demands.over_worker), "over", { station: pool, lock: inside });
      return there([handing, over, ...this.parse(pool, inside), handing]);
    }

    gil(shape, machine, width) {
      if (!machine.gil) return null;
      let threads = width;
      if (shape.loop) {
        const loops = shape.shards === "threads" ? shape.widths.length : 1;
        threads = loops + (shape.pool === "threads" ? shape.workers : 0);
      }
      return threads > 1 ? this.lock("GIL") : null;
    }
  }

  /** Return the network of a strategy, of what its jobs need, and of a machine. */
  function network(ofShape, ofDemands, ofMachine) {
    const shape = { ...SHAPE, ...ofShape };
    const demands = { ...DEMANDS, ...ofDemands };
    const machine = { ...MACHINE, ...ofMachine };
    const building = new Building(demands);
    const apart = shape.shards === "processes" || shape.shards === "interpreters";
    const main = apart ? building.station("main", 1) : null;
    const shared = apart ? null : building.gil(shape, machine, sum(shape.widths));
    const chains = shape.widths.map((width) => {
      const lock = apart ? building.gil(shape, machine, width) : shared;
      const loop = shape.loop ? building.station("loop", 1) : null;
      const steps = building.fetch(loop, lock);
      steps.push(...(shape.pool === "inline" ? building.parse(loop, lock) : building.pooled(shape, loop, lock)));
      if (main !== null) {
        steps.push(
          ...there([
            step(mean(demands.over_worker), "over", { station: loop, lock }),
            step(mean(demands.over_main), "main", { station: main }),
          ]),
        );
      }
      return { in_flight: width, steps };
    });
    return {
      chains,
      stations: building.stations,
      locks: building.locks,
      cores: machine.cores,
      switch_interval_s: machine.switch_interval_s,
      waits_s: demands.waits_s,
      wake_s: machine.wake_s,
      look_s: machine.look_s,
      stranded: machine.stranded,
      spread: demands.spread,
    };
  }

  // ---- simulator/model/bounds.py

  const BY_NAME = {
    server: "the server", capacity: "the server", rate: "the server", loop: "one loop",
    main: "the main interpreter", pool: "the pool", GIL: "the GIL",
  };

  const over = (amount, seconds) => (seconds > 0 ? amount / seconds : Infinity);
  const cpuOf = (chain) => sum(chain.steps.filter((each) => !each.waits).map((each) => each.seconds));

  function aloneOf(chain, cores) {
    const cpu = cpuOf(chain);
    return sum(chain.steps.map((each) => each.seconds)) - cpu + cpu / Math.min(1, cores);
  }

  function chainNeeds(chain, of) {
    const found = new Map();
    for (const each of chain.steps) {
      if (each[of] !== null) found.set(each[of], (found.get(each[of]) ?? 0) + each.seconds);
    }
    return found;
  }

  function* passed(needs, those) {
    const names = new Map();
    those.forEach((each, at) => {
      const key = `${each.name} ${each.places}`;
      if (!names.has(key)) names.set(key, []);
      names.get(key).push(at);
    });
    for (const ats of names.values()) {
      if (!needs.every((need) => ats.some((at) => need.has(at)))) continue;
      const { name, places } = those[ats[0]];
      let per_s = 0;
      for (const at of ats) {
        const seconds = needs.filter((need) => need.has(at)).map((need) => need.get(at));
        if (seconds.length) per_s += over(places, Math.min(...seconds));
      }
      yield { per_s, by: BY_NAME[name] };
    }
  }

  function* limits({ chains: all, stations, locks, cores }) {
    const chains = all.filter((chain) => chain.in_flight);
    yield { per_s: sum(chains.map((chain) => over(chain.in_flight, aloneOf(chain, cores)))), by: "waiting" };
    yield { per_s: over(cores, chains.reduce((least, chain) => Math.min(least, cpuOf(chain)), Infinity)), by: "cores" };
    yield* passed(chains.map((chain) => chainNeeds(chain, "station")), stations);
    yield* passed(
      chains.map((chain) => chainNeeds(chain, "lock")),
      locks.map((name) => ({ name, places: 1 })),
    );
  }

  /** Return the lowest of the bounds, and what sets it. */
  function bound(made) {
    let lowest = null;
    for (const limit of limits(made)) {
      if (lowest === null || limit.per_s < lowest.per_s) lowest = limit;
    }
    return lowest;
  }

  // ---- simulator/model/load.py

  /** Return steps in a row that need the same thing; a job's last ones and the next job's first are in a row. */
  function runs(steps, of) {
    const found = [];
    for (const each of steps) {
      const last = found[found.length - 1];
      if (last && last.at === each[of]) last.run.push(each);
      else found.push({ at: each[of], run: [each] });
    }
    if (found.length > 1 && found[0].at === found[found.length - 1].at) {
      const last = found.pop();
      found[0] = { at: last.at, run: [...last.run, ...found[0].run] };
    }
    return found.filter((each) => each.at !== null);
  }

  function piecesOf(each, interval_s) {
    const drops = 1 + each.drops;
    return interval_s > 0 ? drops * Math.max(1, Math.ceil(each.seconds / drops / interval_s)) : drops;
  }

  const turnsOf = (run, interval_s) => 1 + sum(run.map((each) => piecesOf(each, interval_s) - 1));
  const locksOf = (steps) => new Set(steps.filter((each) => each.lock !== null).map((each) => each.lock));
  const same = (one, other) => one.size === other.size && [...one].every((each) => other.has(each));

  function lockLoad(made, steps, copies, inFlight) {
    const locks = locksOf(steps);
    if (locks.size === 0) return null;
    if (locks.size > 1) throw new RangeError("mean values are of jobs that share one lock: simulate those that need more");
    const held = steps.filter((each) => each.lock !== null);
    let turns = 0;
    let squares = 0;
    for (const { run } of runs(steps, "lock")) {
      turns += turnsOf(run, made.switch_interval_s);
      squares += sum(run.map((each) => each.seconds ** 2 / piecesOf(each, made.switch_interval_s)));
    }
    const held_s = sum(held.map((each) => each.seconds));
    const at = [...new Set(held.map((each) => each.station))];
    const shards = made.chains.length / copies;
    const threads = at.includes(null) ? Infinity : sum(at.map((each) => made.stations[each].places));
    return {
      copies, rivals: Math.min(inFlight / copies, threads * shards), held_s, turns, rest_s: squares / held_s / 2,
      wake_s: made.wake_s ?? 0,
    };
  }

  function stationLoad(visits, copies, places, interval_s) {
    const lasts = visits.map((visit) => sum(visit.map((each) => each.seconds)));
    let turns = 0;
    for (const visit of visits) for (const { run } of runs(visit, "lock")) turns += turnsOf(run, interval_s);
    const together = sum(lasts);
    const wait_s = sum(visits.flat().filter((each) => each.waits).map((each) => each.seconds));
    const squares = sum(lasts.map((each) => each ** 2));
    return {
      copies, places, visits: visits.length, cpu_s: together - wait_s, wait_s, turns,
      rest_s: together > 0 ? squares / together / 2 : 0,
    };
  }

  function loadOf(made) {
    const chains = made.chains.filter((chain) => chain.in_flight);
    const outline = (chain) => chain.steps.map((each) => each.seconds).join();
    if (!chains.length || outline(chains[0]) !== outline(chains[chains.length - 1])) {
      throw new RangeError("mean values are of jobs that go the same way: simulate chains that differ");
    }
    const { steps } = chains[0];
    const last = chains[chains.length - 1].steps;
    const count = chains.length;
    const apart = count > 1;
    const cpu_s = sum(steps.filter((each) => !each.waits).map((each) => each.seconds));
    const in_flight = sum(chains.map((chain) => chain.in_flight));
    const lock = lockLoad(made, steps, apart && !same(locksOf(steps), locksOf(last)) ? count : 1, in_flight);
    const visits = new Map();
    for (const { at, run } of runs(steps, "station")) visits.set(at, [...(visits.get(at) ?? []), run]);
    const elsewhere = new Set(last.map((each) => each.station));
    const computing = lock === null ? [] : [[lock.held_s, lock.copies]];
    const stations = [];
    for (const [at, each] of visits) {
      const copies = apart && !elsewhere.has(at) ? count : 1;
      const { places } = made.stations[at];
      stations.push(stationLoad(each, copies, places, made.switch_interval_s));
      const free = each.flat().filter((one) => one.lock === null && !one.waits);
      computing.push([sum(free.map((one) => one.seconds)), copies * places]);
    }
    const anywhere = steps.filter((each) => each.lock === null && each.station === null && !each.waits);
    computing.push([sum(anywhere.map((each) => each.seconds)), Infinity]);
    return {
      jobs: in_flight, cores: made.cores, cpu_s,
      alone_s: sum(steps.map((each) => each.seconds)) - cpu_s + cpu_s / Math.min(1, made.cores),
      spread: made.spread ?? 0,
      computing: computing.filter(([seconds]) => seconds > 0).map(([s, most]) => [s, Math.min(in_flight, most)]),
      lock: lock ?? { copies: 1, rivals: 1, held_s: 0, turns: 1, rest_s: 0, wake_s: 0 },
      stations,
    };
  }

  // ---- simulator/model/root.py

  const TRIES = 80;
  const NEAR = 1e-13;

  /** Return where between 0 and `high` a rising function that is -1 at 0 crosses zero, else `high`. */
  function crossing(rising, high) {
    const told = (at) => Math.min(rising(at), 1);
    let one = high;
    let other = 0;
    let value = told(high);
    let opposite = -1;
    let part = 0.5;
    if (value <= 0) return high;
    let best = high;
    for (let tried = 0; tried < TRIES; tried += 1) {
      const at = one + part * (other - one);
      const here = told(at);
      let third = one;
      let thirdValue = value;
      if (here > 0 !== value > 0) {
        third = other;
        thirdValue = opposite;
        other = one;
        opposite = value;
      }
      one = at;
      value = here;
      best = Math.abs(value) < Math.abs(opposite) ? one : other;
      const apart = Math.abs(other - one);
      if (apart <= 2 * NEAR * best || value === 0) break;
      const xi = (one - other) / (third - other);
      const phi = (value - opposite) / (thirdValue - opposite);
      const parabola =
        ((value / (opposite - value)) * thirdValue) / (opposite - thirdValue) +
        ((third - one) / (other - one)) * (value / (thirdValue - value)) * (opposite / (thirdValue - opposite));
      const safe = phi ** 2 < xi && (1 - phi) ** 2 < 1 - xi && Number.isFinite(parabola);
      const least = (NEAR * best) / apart;
      part = Math.min(Math.max(safe ? parabola : 0.5, Math.min(least, 0.5)), Math.max(1 - least, 0.5));
    }
    return best;
  }

  // ---- simulator/model/means.py

  const FEW_CORES = 8;
  const ALIKE = 0.25;
  const UNLIKE = 1;
  const LEAST = 1e-12;
  const BEYOND = 1e4;

  function boundOf(load) {
    return Math.min(
      load.jobs / load.alone_s,
      load.cores / Math.max(load.cpu_s, LEAST),
      load.lock.copies / Math.max(load.lock.held_s, LEAST),
      ...load.stations.map((each) => (each.copies * each.places) / Math.max(each.cpu_s + each.wait_s, LEAST)),
    );
  }

  /** Return for how long a job keeps what is taken for the greatest share of time: the lock, or a place. */
  function takenOf(load) {
    const one = load.stations.filter((each) => each.places === 1);
    return Math.max(load.lock.held_s / load.lock.copies, 0, ...one.map((s) => (s.cpu_s + s.wait_s) / s.copies));
  }

  function workingOfFew(load, runnable) {
    const count = Math.ceil(load.cores);
    let found = Array.from({ length: count }, (_, number) => (number ? 0 : 1));
    runnable.forEach((running, kind) => {
      const most = load.computing[kind][1];
      const share = Math.min(running / most, 1 - LEAST);
      const odds = share / (1 - share);
      const chance = [(1 - share) ** most];
      for (let more = 1; more < count; more += 1) chance.push((chance[more - 1] * odds * (most - more + 1)) / more);
      found = found.map((_, both) => {
        let together = 0;
        for (let one = 0; one <= both; one += 1) together += found[one] * chance[both - one];
        return together;
      });
    });
    return load.cores - sum(found.map((chance, number) => Math.max(load.cores - number, 0) * chance));
  }

  function workingOfMany(load, runnable) {
    const mean = sum(runnable);
    const variance = sum(runnable.map((running, kind) => running * Math.max(1 - running / load.computing[kind][1], 0)));
    const scale = Math.sqrt(3 * variance) / Math.PI + LEAST;
    const beyond = (mean - load.cores) / scale;
    return mean - scale * (Math.max(0, beyond) + Math.log1p(Math.exp(-Math.abs(beyond))));
  }

  /** Return the share of those that are runnable whom the cores let work. */
  function letPass(load, wanted) {
    const runnable = load.computing.map(([seconds, most]) => Math.min(wanted * seconds, most));
    const mean = sum(runnable);
    if (!(mean > 0)) return 1;
    if (Math.min(load.jobs, sum(load.computing.map(([, most]) => most))) <= load.cores) return mean / Math.max(mean, LEAST);
    const working = load.cores <= FEW_CORES ? workingOfFew(load, runnable) : workingOfMany(load, runnable);
    return Math.min(working, mean) / Math.max(mean, LEAST);
  }

  /** Return jobs per second and the response time, by the rate at which they would be done with cores for all. */
  function at(load, wanted) {
    const { lock } = load;
    const rate = wanted * letPass(load, wanted);
    const slower = wanted / Math.max(rate, LEAST);
    const differing = ALIKE + (1 + load.spread ** 2 - ALIKE) * Math.min(1, load.spread / UNLIKE);
    // Each turn keeps the lock for as long as the next one takes to wake up, if there is a next one.
    const others = 1 - 1 / lock.rivals;
    const longer = 1 / Math.max(1 - (wanted * (lock.turns * lock.wake_s * others)) / lock.copies, LEAST);
    const taken = Math.min(1, ((wanted * lock.held_s) / lock.copies) * longer) * others;
    const lock_s = (lock.turns * lock.rest_s * longer * slower * differing * taken) / (1 - taken);
    let station_s = 0;
    let beyond = 0;
    for (const each of load.stations) {
      const lasts_s = slower * each.cpu_s + each.wait_s;
      const shared = (each.copies * each.places) / Math.max(rate, LEAST);
      beyond = Math.max(beyond, lasts_s / shared - 1);
      const kept_s = Math.min(lasts_s + (lock_s / lock.turns) * each.turns, shared);
      const rivals = load.jobs / each.copies;
      if (rivals <= each.places) continue;
      const seen = (kept_s / shared) * (1 - 1 / Math.max(rivals, 1));
      const stretched = kept_s / Math.max(each.cpu_s + each.wait_s, LEAST);
      const queued = seen ** (Math.sqrt(2 * (each.places + 1)) - 1) / each.places / (1 - seen);
      station_s += each.visits * (each.rest_s * differing * stretched) * queued;
    }
    const away_s = load.alone_s - load.cpu_s / Math.min(1, load.cores);
    // More than there are places for is never in flight: the answer is where that begins, to a ten-thousandth.
    const never_s = (BEYOND * beyond * load.jobs) / Math.max(rate, LEAST);
    return [rate, slower * load.cpu_s + away_s + lock_s + station_s + never_s];
  }

  /** Return the mean values of a network, in the steady state. */
  function means(made) {
    const load = loadOf(made);
    const limit = boundOf(load);
    const { lock } = load;
    const kept_s = lock.held_s > 0 ? lock.held_s + lock.turns * lock.wake_s * (1 - 1 / lock.rivals) : 0;
    const most = Math.min(
      ...load.computing.map(([seconds, jobs]) => jobs / Math.max(seconds, LEAST)),
      kept_s > 0 ? lock.copies / Math.max(kept_s, LEAST) : Infinity,
    );
    const tooMany = (wanted) => {
      const [rate, response_s] = at(load, wanted);
      return (rate * response_s) / load.jobs - 1;
    };
    const per_s = Math.min(at(load, crossing(tooMany, Number.isFinite(most) ? most : limit))[0], limit);
    return {
      per_s,
      response_s: load.jobs / per_s,
      cores: per_s * load.cpu_s,
      held: Math.min(1, per_s * takenOf(load)),
    };
  }

  return { network, bound, means };
})();
