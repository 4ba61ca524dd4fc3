"""`simulator check-client`: clients of libraries pass, and each thing that a client does wrong is a sentence."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from simulator.cli import exits
from simulator.cli.check_client import check
from simulator.conformance.check import Conformance, check_client
from simulator.driver.clients import CLIENTS
from simulator.runner.driver_process import DriverError

ASKS_AGAIN = {"no_retry_kept"}
"""What libcurl does wrong, and cannot be told not to."""
CARELESS = '''
"""A client that does everything wrong that a client can do and still fetch pages."""
import gzip, http.client, urllib.request

class Careless:
    def __init__(self, **settings): pass
    def fetch(self, url, headers=None):
        for _ in range(2):
            try:
                with urllib.request.urlopen(url, timeout=8) as response:
                    return response.status, response.headers, response.read()
            except (OSError, http.client.HTTPException):
                pass
        raise OSError("no answer")
    def close(self): pass

class Text:
    def __init__(self, base_url): pass
    def fetch(self, url, headers=None): return 200, {}, "text"
    def close(self): pass
'''


def found(name: str, folder: Path) -> tuple[Conformance, ...]:
    return check_client(name, sys.executable, (str(folder),))


@pytest.mark.parametrize("name", CLIENTS)
def test_a_library_does_what_a_client_has_to_do(name: str, tmp_path: Path) -> None:
    if find_spec(CLIENTS[name].module.partition(".")[0]) is None:
        pytest.skip(f"{name} is not installed")
    ones = found(name, tmp_path)
    assert [one.kind for one in ones] == list(CLIENTS[name].kinds)
    for one in ones:
        wrong = {made.check: made.wrong for made in one.checks if made.wrong}
        assert set(wrong) == (ASKS_AGAIN if CLIENTS[name].asks_again else set()), wrong


def test_each_thing_that_a_client_does_wrong_is_said(tmp_path: Path) -> None:
    (tmp_path / "careless.py").write_text(CARELESS, encoding="utf-8")
    (one,) = found("careless:Careless", tmp_path)
    wrong = {made.check: made.wrong or "" for made in one.checks if made.wrong}
    assert "connections were opened for 10 requests one after another" in wrong["keep_alive"]
    assert (
        "it asked 2 times where 404 Not Found came" in wrong["statuses"]
        or "raised on 404" in wrong["statuses"]
    )
    assert {"redirects", "decoding", "no_retry_kept", "half_read", "tls"} <= set(wrong)
    assert "X-Request-Id: 7-2 was to be sent, and came as []" in wrong["headers"]
    assert "for 1 call of fetch the server got 2 requests" in wrong["no_retry"]
    assert "with timeout_s = 1.0 it still waited after 5 s" in wrong["time_out"]
    assert {made.check for made in one.checks if made.skipped} >= {"cancelled", "shared"}


def test_what_is_no_response_is_said(tmp_path: Path) -> None:
    (tmp_path / "careless.py").write_text(CARELESS, encoding="utf-8")
    (one,) = found("careless:Text", tmp_path)
    assert "a body of type str" in (one.checks[0].wrong or "")


def test_what_is_not_there_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="there is no module 'nowhere'") as raised:
        found("nowhere:Client", tmp_path)
    assert raised.value.status == "unsupported"


def test_the_command_ends_as_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "careless.py").write_text(CARELESS, encoding="utf-8")
    assert check("http.client", None, "-") == exits.OK
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "simulator.client/1"
    assert document["clients"][0]["kind"] == "blocking"
    assert check("careless:Text", None, None) == exits.NOT_HELD
    assert "✗ Bodies come byte for byte" in capsys.readouterr().out
    with pytest.raises(exits.Stop, match=r"htpx is no client; did you mean httpx\?") as stopped:
        check("htpx", None, None)
    assert stopped.value.code == exits.USAGE
    with pytest.raises(exits.Stop, match="there is no module 'nowhere'") as stopped:
        check("nowhere:Client", None, None)
    assert stopped.value.code == exits.USAGE
