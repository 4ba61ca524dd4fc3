"""Is the job waiting or computing?"""

from simulator.report.sentences.interface import Kind
from simulator.result.findings.reasons import Character
from simulator.text.numbers import duration, share


def _sentence(found: Character) -> str:
    kind = "both waiting and computing" if found.job == "both" else found.job
    parsing = f"{duration(found.parse_cpu_s)} CPU of parsing" if found.parses else "no parsing to speak of"
    return (
        f"The job is {kind}: one page alone takes {duration(found.network_s)} of waiting for the server, {parsing}"
        f" and {duration(found.client_cpu_s)} CPU of the HTTP client ({share(found.waiting_share)} waiting)."
    )


KIND = Kind(Character, "reason", _sentence)
