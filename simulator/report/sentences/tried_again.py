"""What attempts that fail cost."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables
from simulator.result.findings.reasons import TriedAgain
from simulator.text.words import names


def _sentence(found: TriedAgain) -> str:
    told = ""
    if found.backoff is not None:
        held = (
            " with their slots held: more in_flight, or hold_slot: false, fills them"
            if found.holds_slots
            else " and are put aside meanwhile"
        )
        told = (
            f"With {found.strategy} a page takes {as_in_tables('attempts_per_page', found.attempts_per_page).strip()}"
            f" attempts, and jobs back off for {as_in_tables('backoff', found.backoff)} of their time{held}."
        )
    if not found.given_up:
        return told
    who = names(found.given_up)
    return f"{told} Some pages are given up by {who}, whose goodput has none of them.".strip()


KIND = Kind(TriedAgain, "reason", _sentence)
