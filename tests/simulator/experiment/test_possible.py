"""What cannot be measured here is told when the design is made, not when its cell's turn has come."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver import encodings
from mockserver.content import ContentError
from simulator.experiment.design import Design

Tiny = Callable[..., Design]


def reasons(planned: Design) -> dict[str, str | None]:
    return {str(cell.factors["strategy"]): cell.unsupported for cell in planned.cells}


def test_a_client_of_the_other_kind(tiny: Tiny, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("class Client:\n    async def fetch(self, url, headers=None): ...\n")
    found = reasons(tiny(strategies=["threads", "asyncio"], job={"client": "mine:Client"}))
    assert found["asyncio"] is None
    assert found["threads"] is not None
    assert (
        "mine:Client is a client of kind asyncio (a coroutine fetch), and this strategy needs one of kind blocking"
        in (found["threads"])
    )


def test_an_encoding_whose_library_is_missing_leaves_the_other_cells(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacks(encoding: Any) -> Any:
        if encoding == "br":
            raise ContentError("encoding br needs a module")
        return encodings.compressor(encoding)

    monkeypatch.setattr("simulator.experiment.possible.compressor", lacks)
    planned = tiny(strategies=["threads"], vary={"server.encoding": ["identity", "gzip", "br"]})
    found = {(c.factors["server.encoding"], c.factors["strategy"]): c.unsupported for c in planned.cells}
    assert {level for (level, _), why in found.items() if why is None} == {"identity", "gzip"}
    assert found["br", "threads"] == "server.encoding: encoding br needs a module"
