"""What requests that hang hold."""

from simulator.report.sentences.interface import Kind
from simulator.result.findings.reasons import HungSlots, SlotPrice
from simulator.text.numbers import number, share, size
from simulator.text.words import listed

_ONE = {"threads": "a thread", "processes": "a process"}


def _sentence(found: HungSlots) -> str:
    told = (
        f"Requests that hang take {share(found.hung)} of the jobs' time in flight with {found.strategy}:"
        f" {number(found.slots)} of {found.in_flight} slots, which do nothing else until a time-out"
    )
    if not found.prices:
        return f"{told}."
    return f"{told}. To fill them, a slot more holds {listed([_price(one) for one in found.prices])}."


def _price(one: SlotPrice) -> str:
    return f"{size(one.bytes)} as {_ONE[one.strategy]}"


KIND = Kind(HungSlots, "reason", _sentence)
