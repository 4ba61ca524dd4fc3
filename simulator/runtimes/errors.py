"""Why a runtime, or an environment for it, is not to be had."""


class RuntimeUnavailableError(Exception):
    """A Python that cannot be measured here; the message says why, in one sentence for a person."""
