"""Networks that are as strategies make them, and such as have a closed form."""

from hypothesis import strategies as st

from simulator.model.demands import Demand, Demands
from simulator.model.network import Chain, Network, Station, Step, network
from simulator.model.shape import Machine, Shape

INTERVAL_S = 0.005


def demands(**changed: object) -> Demands:
    """A job that waits 20 ms and parses 5 ms under the GIL."""
    values: dict[str, object] = {
        "waits_s": (0.02,),
        "client_held": Demand(0.0003),
        "client_free": Demand(0.0001),
        "parse_held": Demand(0.005),
        "transport": Demand(0.0001),
        "server": Demand(0.0001),
    }
    return Demands(**(values | changed))  # type: ignore[arg-type]


def closed(
    in_flight: int, *steps: Step, places: int = 1, cores: float = 64, spread: float = 0.0, **more: object
) -> Network:
    """One chain, with one station."""
    stations = (Station("server", places),)
    return Network((Chain(in_flight, steps),), stations, ("GIL",), cores, INTERVAL_S, spread=spread, **more)  # type: ignore[arg-type]


def shapes(in_flight: int, workers: int) -> list[Shape]:
    """Return each way to share a machine."""
    shards = min(workers, in_flight)
    widths = tuple(in_flight // shards + (at < in_flight % shards) for at in range(shards))
    return [
        Shape("none", (in_flight,), loop=False),
        Shape("none", (in_flight,), loop=True),
        Shape("none", (in_flight,), loop=True, pool="threads", workers=workers),
        Shape("none", (in_flight,), loop=True, pool="processes", workers=workers),
        Shape("processes", (1,) * in_flight, loop=False),
        Shape("processes", widths, loop=False),
        Shape("processes", widths, loop=True),
        Shape("threads", widths, loop=True),
    ]


@st.composite
def cells(draw: st.DrawFn, most: int = 64) -> Network:
    """Return a cell of any strategy."""

    def seconds(least: float, greatest: float) -> Demand:
        return Demand(draw(st.floats(least, greatest)))

    shape = draw(st.sampled_from(shapes(draw(st.integers(1, most)), draw(st.integers(1, 4)))))
    released = draw(st.booleans())
    needed = Demands(
        waits_s=(draw(st.sampled_from([0.0, 0.005, 0.02, 0.1])),),
        client_held=seconds(1e-4, 5e-4),
        client_free=seconds(3e-5, 2e-4),
        parse_held=seconds(0.0, 0.02),
        parse_free=seconds(0.0, 0.02) if released else Demand(0.0),
        parse_drops=1.0 if released else 0.0,
        transport=seconds(5e-5, 3e-4),
        server=seconds(5e-5, 2e-4),
        capacity=draw(st.sampled_from([None, None, 8])),
        over_worker=seconds(0.0, 2e-4),
        over_main=seconds(0.0, 1e-4),
        spread=draw(st.sampled_from([0.0, 0.1, 0.3])),
    )
    return network(shape, needed, Machine(draw(st.sampled_from([1.0, 1.5, 2.0, 4.0, 16.0]))))
