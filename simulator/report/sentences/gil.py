"""What turned the GIL on in a Python that was built to run without."""

from simulator.measures.factors import RUNTIME
from simulator.report.sentences.interface import Kind
from simulator.result.findings.across import Gil


def _sentence(found: Gil) -> str:
    how = f"importing {found.module} turned it on"
    if found.when == "call":
        how = f"{found.module} turned it on while the parser was called, after its workers were up"
    return (
        f"{found.scope.get(RUNTIME, 'This Python')} was built to run without the GIL, but {how}: that module does not"
        " declare that it can do without, so threads take turns at computing there as well; another parser or client,"
        " or a newer version of this one, may keep it off."
    )


KIND = Kind(Gil, "overall", _sentence)
