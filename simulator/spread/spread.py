"""A run on several machines: each is given a combination at a time, and what it measures is kept as it comes."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from simulator.experiment import events
from simulator.experiment.handlers import Handler, Handlers
from simulator.experiment.keeper import InMemory, Keeper
from simulator.judging.document import conclude
from simulator.result.document import ResultDocument
from simulator.result.run import Run, RunStatus
from simulator.result.samples import Samples
from simulator.runner.stop import Stop
from simulator.spread.assigning import Assigning, Task
from simulator.spread.cluster import Cluster, ClusterError, WorkerLostError
from simulator.spread.listening import Listener
from simulator.spread.machines import Machine, same_kind
from simulator.spread.plan import Plan, Roll, no_machine
from simulator.spread.rows import Rows
from simulator.spread.stopping import unless_stopped
from simulator.spread.told import Ended, Told, Waiting

FIRST = asyncio.FIRST_COMPLETED
TICK_S = 0.25
LOOKS_EVERY_S = 2.0
"""Who is there is asked so often."""
ALONE_S = 60.0
"""A run without a machine waits so long for one."""
PATIENCE_S = 45.0
"""For machines to stop."""


@dataclass
class Spread:
    """One run of a plan. Call `run` once, in any thread; `document` is what is known, also of a run that was stopped.

    Args:
        plan: what is measured, and where.
        keeper: where repetitions go as they come, and raw samples come back from.
        handlers: are told what happens.
        stop: asks it to stop, from any thread; the machines then stop at once, and tell what they have.
    """

    plan: Plan
    keeper: Keeper = field(default_factory=InMemory)
    handlers: Sequence[Handler] = ()
    stop: Stop = field(default_factory=Stop)
    _status: RunStatus | None = field(default=None, init=False)
    _running: dict[str, "_Measuring"] = field(default_factory=dict, init=False)
    """By the names of machines."""
    _unfit: dict[str, str] = field(default_factory=dict, init=False)
    """Machine that cannot measure -> its sentence."""
    _left_out: set[str] = field(default_factory=set, init=False)
    """Their addresses: started anew, it may be able to."""

    def __post_init__(self) -> None:
        self._told = Handlers(self.handlers, self.plan.header)
        self._rows = Rows(self._emit, self.plan.header.started_at)
        self._assigning = Assigning(self.plan.units, self.plan.scenario.rounds)

    def run(self) -> None:
        """Measure everything.

        Raises:
            ClusterError: no machine is left; what was measured before is kept.
            Stopped: it was asked for; what was measured before is kept.
            Exception: what the keeper raised.
        """
        self.keeper.start(self.plan.header)
        try:
            with self._told:
                self._begin()
                try:
                    asyncio.run(self._measured())
                finally:
                    self._emit(events.RunFinished(self._status or "interrupted"))
        finally:
            self.keeper.shutdown()

    @property
    def begun(self) -> bool:
        """Whether the run has been noted as started; before that nothing can have been measured."""
        return self._status is not None

    def document(self) -> ResultDocument:
        """Return the result document of what has been measured."""
        return conclude(
            Run(
                header=self.plan.header,
                status=self._status or "failed",
                calibrations=self._rows.calibrations,
                repetitions=tuple(self._rows.done),
                samples=self.samples,
            )
        )

    def samples(self, cell_id: str, round_: int) -> Samples | None:
        """Return the raw samples of a repetition; null where there are none."""
        return self.keeper.samples(cell_id, round_)

    def _emit(self, event: events.Event) -> None:
        self.keeper.handle_event(event)
        self._told.emit(event)

    def _begin(self) -> None:
        earlier = self.plan.earlier
        self._emit(events.RunStarted(self.plan.header, resumed=earlier is not None))
        self._status = "running"
        if earlier is not None:
            self._rows.done.extend(earlier.repetitions)
            self._rows.calibrations.update(earlier.calibrations)
            self._assigning.go_on(earlier.repetitions)
            for task in self._assigning.tasks:
                task.done = self._rows.is_complete(task, self.plan.scenario, rerun=self.plan.order.rerun)

    async def _measured(self) -> None:
        """Measure until all is done, and note how that ended."""
        status: RunStatus = "interrupted"
        try:
            async with self.plan.connect() as cluster:
                try:
                    await unless_stopped(self._measure(cluster), self.stop)
                finally:
                    await self._end()
            status = "complete"
        except ClusterError:
            status = "failed"
            raise
        finally:
            self._status = status
            self._emit(events.Measured(status, len(self._rows.done)))

    async def _measure(self, cluster: Cluster) -> None:
        roll, machines = Roll(), {machine.name: machine for machine in self.plan.machines}
        loop = asyncio.get_running_loop()
        looked_s = alone_s = loop.time()
        while not self._assigning.is_done:
            if loop.time() - looked_s > LOOKS_EVERY_S:
                machines, looked_s = await self._present(cluster, roll, machines), loop.time()
            if machines or self._running:
                alone_s = loop.time()
            elif loop.time() - alone_s > (2 * LOOKS_EVERY_S if self._unfit else ALONE_S):
                raise ClusterError(no_machine(self._unfit))
            for machine in machines.values():
                if machine.name not in self._running:
                    self._give(cluster, machine, machines.keys())
            await self._next_end(machines)

    async def _next_end(self, machines: dict[str, Machine]) -> None:
        """Wait until some machine has done what it was given, not for long; one that was lost is there no more."""
        if not self._running:
            await asyncio.sleep(TICK_S)
            return
        await asyncio.wait([each.task for each in self._running.values()], timeout=TICK_S, return_when=FIRST)
        for name, each in tuple(self._running.items()):
            if each.task.done():
                del self._running[name]
                if not self._judge(each):
                    machines.pop(name, None)

    async def _present(self, cluster: Cluster, roll: Roll, before: dict[str, Machine]) -> dict[str, Machine]:
        """Return the machines that are there and like those of the plan; what one that is gone measures is given up."""
        found, addresses = await roll.call(cluster, {each.machine.address for each in self._running.values()})
        for each in self._running.values():
            if each.machine.address not in addresses:
                each.task.cancel()
        now = {
            machine.name: machine
            for machine in found.machines
            if machine.address not in self._left_out and same_kind(self.plan.machines, machine)
        }
        for name, machine in now.items():
            if name not in before:
                self._emit(events.MachineFound(name, machine.described()))
        return now

    def _give(self, cluster: Cluster, machine: Machine, present: Collection[str]) -> None:
        """Give a machine that is idle something to measure, if there is anything for it."""
        assigning = self._assigning
        task = assigning.next_for(machine.name, present)
        if task is None:
            return
        if task.home not in (None, machine.name):
            self._rows.move(task, machine.name)
        task.home, task.running, task.left_s = machine.name, True, None
        self._emit(events.UnitStarted(machine.name, task.unit.cells, assigning.done, len(assigning.tasks)))
        order = self._rows.order(self.plan.order, task)
        listener = Listener(cluster, machine.address)
        self._running[machine.name] = _Measuring(
            task,
            machine,
            listener,
            asyncio.create_task(listener.listen(order, lambda event: self._take(task, machine, event))),
        )

    def _take(self, task: Task, machine: Machine, event: Told) -> None:
        """Take what a machine tells. Raises WorkerLostError: it is of something else."""
        match event:
            case Waiting():
                self._emit(events.MachineWaits(machine.name))
            case events.RepetitionStarted():
                task.planned, task.left_s = event.planned, event.left_s
                self._emit(
                    events.RepetitionStarted(
                        cell_id=event.cell_id,
                        round=event.round + task.first_round,
                        why=None,
                        done=len(self._rows.done),
                        planned=sum(each.planned for each in self._assigning.tasks),
                        rounds_discarded=self._rows.rounds_disturbed(self._assigning.tasks),
                        left_s=self._assigning.left_s(max(1, len(self._running))),
                        machine=machine.name,
                    )
                )
            case events.Event():
                self._rows.take(task, machine, event)

    def _judge(self, each: "_Measuring") -> bool:
        """Note how a unit ended; returns whether its machine can be given another one now."""
        task, machine, assigning = each.task_of, each.machine, self._assigning
        task.running = False
        try:
            ended = Ended("failed", "its worker is gone") if each.task.cancelled() else each.task.result()
        except WorkerLostError as error:
            ended = Ended("failed", str(error))
        if ended.how == "complete":
            task.done = True
        elif ended.how == "refused":
            self._unfit[machine.name] = ended.reason
            self._left_out.add(machine.address)
            self._emit(events.MachineLost(machine.name, ended.reason))
        elif not self.stop.is_set():
            reason = ended.reason or "it was stopped there"
            assigning.lost(task, machine.name, reason)
            self._emit(events.MachineLost(machine.name, reason))
            if task.done:
                self._rows.give_up(task)
        self._emit(
            events.UnitEnded(
                machine.name, task.unit.cells, assigning.done, len(assigning.tasks), ended.how == "complete"
            )
        )
        return ended.how == "complete"

    async def _end(self) -> None:
        """Have all machines stop, and take what they still have to tell."""
        if not self._running:
            return
        measuring = tuple(self._running.values())
        await asyncio.gather(*(each.listener.end() for each in measuring))
        await asyncio.wait([each.task for each in measuring], timeout=PATIENCE_S)
        for each in measuring:
            each.task.cancel()
        await asyncio.wait([each.task for each in measuring])
        for each in measuring:
            self._judge(each)
        self._running.clear()


@dataclass(frozen=True)
class _Measuring:
    """A machine at work."""

    task_of: Task
    machine: Machine
    listener: Listener
    task: "asyncio.Task[Ended]"
