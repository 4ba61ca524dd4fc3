"""What the model does not know."""

from simulator.report.sentences.interface import Kind
from simulator.result.findings.beside_model import Unexplained
from simulator.text.numbers import number, rate, share


def _sentence(found: Unexplained) -> str:
    done, band = found.throughput_per_s, found.predicted_per_s
    off = abs(found.of_predicted - 1)
    less = found.of_predicted < 1
    what = (
        f"{share(off)} less than any lock, core or wait explains"
        if less
        else f"{share(off)} more than what a job needs alone explains"
    )
    return (
        f"{found.strategy} did {what}: {rate(done.median, 'pages')} ({number(done.low)} to {number(done.high)}), where"
        f" {number(band.median)} ({number(band.low)} to {number(band.high)}) are predicted."
    )


KIND = Kind(Unexplained, "reason", _sentence)
