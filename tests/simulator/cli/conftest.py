"""What every test of the command line has: a machine that nothing disturbs, though other tests run beside it."""

from collections.abc import Iterator

import pytest

from simulator.analysis import validity


@pytest.fixture(scope="module", autouse=True)
def undisturbed() -> Iterator[None]:
    """Have no repetition done again for what other tests did meanwhile, which would be half of them.

    That it is done is shown where a disturbance is made (test_no_rerun) and of schedules alone.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validity, "is_disturbed", lambda _measures: False)
        yield
