"""Threads that hinder each other although there is no GIL."""

from simulator.report.sentences.interface import Kind
from simulator.report.sentences.phrases import as_in_tables
from simulator.result.findings.reasons import Contention
from simulator.text.numbers import number, share


def _sentence(found: Contention) -> str:
    beside = as_in_tables("cpu", found.cpu_per_page_s)
    alone = as_in_tables("cpu", found.alone_cpu_per_page_s)
    return (
        f"{found.strategy} hinder each other although there is no GIL: they stall {share(found.stall)} of their time,"
        f" and a page costs {beside} of CPU where it costs {alone} alone, {number(found.ratio)} times as much."
        " Threads that use the same objects do that: reference counts and locks of a shared list, dict or global,"
        " whose cache lines go from core to core, or the memory allocator. Give each thread objects of its own."
    )


KIND = Kind(Contention, "reason", _sentence)
