"""The delay of each page that a configuration asks for: drawn from a distribution, or each recorded page's own."""

from collections.abc import Callable

from mockserver.config import RecordedContent, ServerConfig
from mockserver.delay_file import read_delays
from mockserver.latency import sampler
from mockserver.latency_models import Empirical, Latency, Recorded
from mockserver.manifest import read_manifest


def asked_delays(config: ServerConfig) -> Callable[[int], int]:
    """Prepare the delays of a configuration: page id → nanoseconds.

    Raises:
        ObservedDelaysError: The file of an empirical latency cannot be used.
        ContentError: A recording has no manifest that can be used, or does not say how long its pages took.
    """
    latency, content = config.latency, config.content
    if isinstance(latency, Recorded) and isinstance(content, RecordedContent):
        own_ns = read_manifest(content.path).delays_ns(content.path)
        count = len(own_ns)
        return lambda page_id: own_ns[page_id % count]
    return sampler(observed(latency), config.seed)


def observed(latency: Latency) -> Latency:
    """Replace the file of an empirical latency by the delays in it.

    Raises:
        ObservedDelaysError: The file cannot be read, is not such a list, or is empty; names file and line.
    """
    if not isinstance(latency, Empirical) or latency.file is None:
        return latency
    return read_delays(latency.file)
