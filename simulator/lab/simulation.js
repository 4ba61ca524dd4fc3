// A network's jobs, event by event, as simulator/model/events.py and simulation.py have them. Other random numbers are
// drawn than in Python; where none are, both give the same.
globalThis.Simulation = (() => {
  "use strict";

  const CPU = 0;
  const WAIT = 1;
  const VARYING = 2;
  const QUEUED = -1;
  const LOOKED_AT = 16;
  const DRAWN = 4096;
  const SHARED = 1e-6;
  const WAKING_MOST = 0.9;

  // ---- random numbers

  /** Return what draws numbers from 0 to 1 (mulberry32). */
  function randomFrom(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  /** Return a number of the gamma distribution with mean 1 (Marsaglia and Tsang, 2000). */
  function gamma(random, shape) {
    if (shape < 1) return (gamma(random, shape + 1) * (shape + 1) * (1 - random()) ** (1 / shape)) / shape;
    const d = shape - 1 / 3;
    for (;;) {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - random()) < normal ** 2 / 2 + d * (1 - v + Math.log(v))) return (d * v) / shape;
    }
  }

  // ---- a heap of what is to come, by the first of each entry; of equal ones by the next

  function before(one, other) {
    for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return one[at] < other[at];
    return false;
  }

  function push(heap, entry) {
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  function pop(heap) {
    const [first] = heap;
    const last = heap.pop();
    if (!heap.length) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child += 1;
      if (!before(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }

  // ---- simulator/model/events.py

  class Events {
    constructor(clock, steps, slots, queues, given) {
      Object.assign(this, { clock, steps, slots, queues, given, running: [], timers: [], lags: [], trace: [] });
    }

    enqueue(at, number) {
      const queue = this.queues[at];
      const slot = this.slots[number];
      slot.after = -1;
      slot.before = queue.tail;
      if (queue.tail < 0) queue.head = number;
      else this.slots[queue.tail].after = number;
      queue.tail = number;
      slot.since = this.clock.time;
    }

    dequeue(at) {
      const queue = this.queues[at];
      const number = queue.head;
      const behind = this.slots[number].after;
      queue.head = behind;
      if (behind < 0) queue.tail = -1;
      else this.slots[behind].before = -1;
      this.note(number, QUEUED - at, 0);
      return number;
    }

    note(number, code, worked_s) {
      const { clock } = this;
      const slot = this.slots[number];
      if (slot.job < clock.trace && clock.time > slot.since && slot.job >= 0) {
        this.trace.push([slot.job, number, code, slot.since, clock.time, worked_s]);
      }
    }

    compute(number) {
      const { clock } = this;
      const slot = this.slots[number];
      slot.ends_at = clock.virtual + slot.piece;
      slot.since = clock.time;
      clock.running += 1;
      push(this.running, [slot.ends_at, number, slot.stamp]);
    }

    stop(number) {
      const { clock } = this;
      const slot = this.slots[number];
      const left_s = Math.max(0, slot.ends_at - clock.virtual);
      this.note(number, slot.step, slot.piece - left_s);
      slot.piece = left_s;
      slot.stamp += 1;
      clock.running -= 1;
    }

    ask(lock, at_s) {
      const queue = this.queues[lock];
      if (!queue.asked && at_s < Infinity) {
        queue.asked = true;
        push(this.timers, [at_s, -1 - lock]);
      }
    }

    hold(number, lock) {
      const { clock } = this;
      const queue = this.queues[lock];
      queue.holder = number;
      queue.switched = clock.time;
      this.slots[number].lock = lock;
      this.compute(number);
      if (queue.head >= 0) this.ask(lock, clock.time + clock.interval_s);
    }

    letGo(lock) {
      const queue = this.queues[lock];
      this.slots[queue.holder].lock = -1;
      const { clock } = this;
      queue.taken += clock.time - queue.switched;
      queue.holder = -1;
      if (queue.head < 0 || queue.waking) return;
      queue.waking = true;
      if (clock.wake_s > 0) push(this.timers, [clock.time + clock.wake_s, -1 - this.queues.length - lock]);
      else this.wake(lock);
    }

    /** Give a lock to the first that waits for it, unless another one was quicker. */
    wake(lock) {
      const queue = this.queues[lock];
      queue.waking = false;
      if (queue.holder < 0 && queue.head >= 0) {
        this.clock.waiting -= 1;
        this.hold(this.dequeue(lock), lock);
      }
    }

    want(number, lock) {
      if (this.slots[number].lock === lock) this.compute(number);
      else if (this.queues[lock].holder < 0) this.hold(number, lock);
      else this.queueFor(number, lock);
    }

    queueFor(number, lock) {
      const { clock } = this;
      clock.waiting += 1;
      this.enqueue(lock, number);
      this.ask(lock, clock.time + clock.interval_s);
    }

    /** When the first of those that wait for a lock asks for it, if it is not passed on before. */
    asksAt(lock) {
      const queue = this.queues[lock];
      const { interval_s } = this.clock;
      let first_s = Infinity;
      let number = queue.tail;
      for (let looked = 0; looked < LOOKED_AT && number >= 0; looked += 1) {
        const slot = this.slots[number];
        const disturbed = Math.max(0, -Math.floor((slot.since - queue.switched) / interval_s));
        first_s = Math.min(first_s, slot.since + (disturbed + 1) * interval_s);
        number = slot.before;
      }
      return first_s;
    }

    force(lock) {
      const { clock } = this;
      const queue = this.queues[lock];
      queue.asked = false;
      if (queue.head < 0 || queue.holder < 0) return;
      const at_s = this.asksAt(lock);
      if (at_s > clock.time + 1e-9 * clock.interval_s) {
        this.ask(lock, at_s);
        return;
      }
      const number = queue.holder;
      this.stop(number);
      this.letGo(lock);
      this.queueFor(number, lock);
    }

    drawn(numbers) {
      this.clock.drawn += 1;
      return numbers[this.clock.drawn % numbers.length];
    }

    proceed(number) {
      const slot = this.slots[number];
      const step = this.steps[slot.step];
      const { given } = this;
      let { seconds } = step;
      if (step.noisy) seconds *= this.drawn(given.noise);
      if (step.kind === VARYING) seconds *= given.waits[slot.job % given.waits.length];
      if (step.kind !== CPU) {
        slot.since = this.clock.time;
        push(this.timers, [slot.since + seconds, number]);
        return;
      }
      slot.pieces = 1;
      if (step.lock >= 0 && step.drops > 0) slot.pieces += Math.floor(step.drops + this.drawn(given.chance));
      slot.size = seconds / slot.pieces;
      slot.piece = slot.size;
      if (step.lock >= 0) this.want(number, step.lock);
      else this.compute(number);
    }

    enter(number) {
      const slot = this.slots[number];
      const { place } = this.steps[slot.step];
      if (place >= 0 && slot.place !== place) {
        const queue = this.queues[place];
        if (queue.free === 0) {
          this.enqueue(place, number);
          return;
        }
        queue.free -= 1;
        slot.place = place;
        if (queue.lags) this.lags.push(0);
      }
      this.proceed(number);
    }

    leave(number, place) {
      const queue = this.queues[place];
      this.slots[number].place = -1;
      if (queue.head < 0) {
        queue.free += 1;
        return;
      }
      const following = this.dequeue(place);
      const slot = this.slots[following];
      slot.place = place;
      if (queue.lags) this.lags.push(this.clock.time - slot.since);
      this.proceed(following);
    }

    start(number) {
      const { clock, given } = this;
      const slot = this.slots[number];
      const job = clock.next_job;
      if (job >= clock.jobs) return false;
      given.due[job] = clock.time;
      if (given.starts.length) {
        if (given.starts[job] > clock.time) return false;
        given.due[job] = given.starts[job];
      }
      clock.next_job += 1;
      slot.job = job;
      slot.step = slot.first;
      return true;
    }

    finish(number) {
      const { clock } = this;
      const slot = this.slots[number];
      let goingOn = true;
      slot.step += 1;
      if (slot.step === slot.end) {
        this.given.ended[slot.job] = clock.time;
        clock.ended += 1;
        goingOn = this.start(number);
        slot.step = slot.first;
      }
      const step = this.steps[slot.step];
      const { lock, place } = slot;
      const samePlace = goingOn && step.place === place;
      if (lock >= 0 && !(samePlace && step.lock === lock)) this.letGo(lock);
      if (place >= 0 && !samePlace) this.leave(number, place);
      if (goingOn) this.enter(number);
      else {
        slot.job = -1;
        this.enqueue(this.queues.length - 1, number);
      }
    }

    startIdle() {
      const idle = this.queues.length - 1;
      while (this.queues[idle].head >= 0 && this.start(this.queues[idle].head)) this.enter(this.dequeue(idle));
    }

    arrive() {
      const { clock, given } = this;
      this.startIdle();
      while (clock.due < clock.jobs && given.starts[clock.due] <= clock.time) clock.due += 1;
      if (clock.due < clock.jobs) push(this.timers, [given.starts[clock.due], this.slots.length]);
    }

    endPiece(number) {
      const slot = this.slots[number];
      this.stop(number);
      if (slot.pieces <= 1) {
        this.finish(number);
        return;
      }
      slot.pieces -= 1;
      slot.piece = slot.size;
      const { lock } = slot;
      if (this.queues[lock].head < 0) {
        this.compute(number);
        return;
      }
      this.letGo(lock);
      this.queueFor(number, lock);
    }

    passOn() {
      const { clock, running, timers } = this;
      while (running.length && running[0][2] !== this.slots[running[0][1]].stamp) pop(running);
      const waking = Math.min(WAKING_MOST * clock.cores, (clock.waiting * clock.look_s) / clock.interval_s);
      let cores = clock.cores - waking;
      if (clock.stranded > 0 && clock.running > clock.cores && clock.cores > 1)
        cores -= clock.stranded * (1 - 1 / clock.cores) ** (clock.running - 1);
      const rate = clock.running <= cores ? 1 : cores / clock.running;
      const ends = running.length ? clock.time + Math.max(0, running[0][0] - clock.virtual) / rate : Infinity;
      if (!timers.length || ends <= timers[0][0]) {
        clock.busy += (ends - clock.time) * (rate * clock.running + waking);
        clock.time = ends;
        [clock.virtual] = running[0];
        this.endPiece(pop(running)[1]);
        return;
      }
      const [at_s, item] = pop(timers);
      clock.busy += (at_s - clock.time) * (rate * clock.running + waking);
      clock.virtual += (at_s - clock.time) * rate;
      clock.time = at_s;
      if (item === this.slots.length) this.arrive();
      else if (item < -this.queues.length) this.wake(-1 - this.queues.length - item);
      else if (item < 0) this.force(-1 - item);
      else {
        this.note(item, this.slots[item].step, 0);
        this.finish(item);
      }
    }

    run() {
      const idle = this.queues.length - 1;
      this.slots.forEach((_, number) => this.enqueue(idle, number));
      if (this.given.starts.length) this.arrive();
      else this.startIdle();
      while (this.clock.ended < this.clock.jobs) this.passOn();
    }
  }

  // ---- simulator/model/simulation.py

  function stepsOf({ chains, stations, spread }) {
    const differs = (each) => !each.varies && !(each.waits && each.station !== null);
    return chains.flatMap((chain) =>
      chain.steps.map((each) => ({
        seconds: each.seconds,
        kind: each.varies ? VARYING : each.waits ? WAIT : CPU,
        place: each.station ?? -1,
        lock: each.lock === null ? -1 : stations.length + each.lock,
        drops: each.drops,
        noisy: (spread ?? 0) > 0 && differs(each),
      })),
    );
  }

  function slotsOf({ chains }) {
    let end = 0;
    return chains.flatMap((chain, at) => {
      const first = end;
      end += chain.steps.length;
      return Array.from({ length: chain.in_flight }, (_, number) => ({
        chain: at, number, first, end, step: 0, job: -1, place: -1, lock: -1, after: -1, before: -1, pieces: 0, size: 0,
        piece: 0, ends_at: 0, stamp: 0, since: 0,
      }));
    });
  }

  function queuesOf({ stations, locks }) {
    const queue = (free, lags) => ({
      free, lags, head: -1, tail: -1, holder: -1, asked: false, waking: false, switched: 0, taken: 0,
    });
    return [
      ...stations.map((each) => queue(each.places, each.name === "loop")), ...locks.map(() => queue(0, false)),
      queue(0, false),
    ];
  }

  function givenFor(network, jobs, seed, starts_s) {
    const random = randomFrom(seed);
    const spread = network.spread ?? 0;
    const mean_s = network.waits_s.reduce((total, wait) => total + wait, 0) / network.waits_s.length;
    return {
      noise: spread > 0 ? Array.from({ length: DRAWN }, () => gamma(random, spread ** -2)) : [1],
      chance: Array.from({ length: DRAWN }, random),
      waits: mean_s > 0 ? network.waits_s.map((wait) => wait / mean_s) : [1],
      starts: starts_s === null ? [] : starts_s.slice(0, jobs),
      due: new Array(jobs).fill(0),
      ended: new Array(jobs).fill(0),
    };
  }

  /** Jobs per second without the beginning and the end, in whole turns of those in flight. */
  function rateOf(due, ended, inFlight) {
    const done = [...ended].sort((one, other) => one - other);
    const latest = due.reduce((greatest, each) => Math.max(greatest, each), 0);
    const first = inFlight - 1;
    let last = done.length - 1;
    while (last >= 0 && done[last] > latest) last -= 1;
    const turns = Math.floor((last - first) / inFlight);
    if (turns < 1 || done[first + turns * inFlight] <= done[first]) return done.length / done[done.length - 1];
    return (turns * inFlight) / (done[first + turns * inFlight] - done[first]);
  }

  /** Say what was noted in words; where a core was shared, as if it had been waited for first. */
  function intervalsOf(names, slots, [job, at, code, from_s, to_s, worked_s]) {
    const { chain, number: slot } = slots[at];
    const interval = (what, from, to) => ({ chain, slot, job, what, from_s: from, to_s: to });
    if (code <= QUEUED) return [interval(`for ${names.queues[QUEUED - code]}`, from_s, to_s)];
    const { name, waits } = names.steps[code];
    const begins_s = waits ? from_s : Math.max(from_s, to_s - worked_s);
    if (begins_s - from_s <= SHARED * (to_s - from_s)) return [interval(name, from_s, to_s)];
    return [interval("for core", from_s, begins_s), interval(name, begins_s, to_s)];
  }

  /**
   * Run so many jobs through a network.
   *
   * jobs: how many; the first ones start together, unless arrivals are given. seed: of what is drawn.
   * starts_s: when each job comes, whoever is free or not; null: whoever is free starts one. trace: of so many first
   * jobs that start, what each did when, in the order of its beginning.
   */
  function run(network, { jobs = 400, seed = 1, starts_s = null, trace = 0 } = {}) {
    const slots = slotsOf(network);
    if (jobs < 1 || !slots.length) throw new RangeError(`nothing to simulate: ${jobs} jobs, ${slots.length} in flight`);
    if (starts_s !== null && starts_s.length < jobs) throw new RangeError(`${starts_s.length} arrivals for ${jobs} jobs`);
    const clock = {
      jobs, cores: network.cores, interval_s: network.switch_interval_s, trace, wake_s: network.wake_s ?? 0, look_s: network.look_s ?? 0, stranded: network.stranded ?? 0, time: 0, virtual: 0, busy: 0, running: 0, waiting: 0,
      next_job: 0, due: 0, ended: 0, drawn: 0,
    };
    const given = givenFor(network, jobs, seed, starts_s);
    const events = new Events(clock, stepsOf(network), slots, queuesOf(network), given);
    events.run();
    const makespan_s = given.ended.reduce((greatest, each) => Math.max(greatest, each), 0);
    const response_s = given.ended.map((ended, job) => ended - given.due[job]);
    const names = {
      queues: [...network.stations.map((each) => each.name), ...network.locks],
      steps: network.chains.flatMap((chain) => chain.steps),
    };
    return {
      per_s: starts_s === null ? rateOf(given.due, given.ended, slots.length) : jobs / makespan_s,
      makespan_s,
      response_s,
      in_flight_mean: response_s.reduce((total, each) => total + each, 0) / makespan_s,
      cores: clock.busy / makespan_s,
      held: network.locks.map((_, lock) => events.queues[network.stations.length + lock].taken / makespan_s),
      loop_lag_s: events.lags,
      trace: events.trace
        .flatMap((noted) => intervalsOf(names, slots, noted))
        .sort((one, other) => one.from_s - other.from_s),
    };
  }

  return { run };
})();
