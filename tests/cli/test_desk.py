"""``xlassess desk``: what it prints, how it ends, and what it says where it cannot begin."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.services.small import a_folder
from xlassess.cli.app import cli
from xlassess.cli.commands import desk as command
from xlassess.model.errors import XlassessError

pytest.importorskip("uvicorn", reason="install xlassess[test]")


def test_desk__without_its_packages_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    result = CliRunner().invoke(cli, ["desk", str(a_folder(tmp_path / "small").root)])
    assert result.exit_code == 3
    assert 'pip install "xlassess[desk]"' in result.stderr


def test_desk__of_a_file_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    result = CliRunner().invoke(cli, ["desk", "--no-browser", str(tmp_path / "file")])
    assert result.exit_code == 2
    assert "There is no assessment" in result.stderr


def test_desk__port_in_use_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = ["desk", "--no-browser", "--port", str(port), str(a_folder(tmp_path / "s").root)]
        result = CliRunner().invoke(cli, words)
    assert result.exit_code == 3
    assert f"Port {port} cannot be used" in result.stderr


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent in another way there")
def test_desk__opens_by_its_link_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    words = [sys.executable, "-m", "xlassess", "desk", "--no-browser", str(folder.root)]
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, stdout=-1, stderr=-1, text=True, env=env) as program:
        assert program.stdout is not None
        told = iter(program.stdout.readline, "")
        found = next(filter(None, (re.search(r"127\.0\.0\.1:(\d+)(/\S+)", line) for line in told)))
        caller = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=20)
        caller.request("GET", "/")
        refused = caller.getresponse()
        refused.read()
        assert refused.status == 403
        caller.request("GET", found[2])
        answer = caller.getresponse()
        answer.read()
        assert answer.status == 200
        caller.close()
        program.send_signal(signal.SIGINT)
        rest, complaints = program.communicate(timeout=20)
    assert program.returncode == 0
    assert "kept" in rest
    assert complaints == ""


def test_desk__listens_on_this_computer_only_and_can_be_opened_anew_at_once() -> None:
    from xlassess.web.serving.listening import ListeningPlace, listening

    with listening(ListeningPlace(0), otherwise="") as first:
        assert first.getsockname()[0] == "127.0.0.1"
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as caller:
            answered, _ = first.accept()
            answered.close()  # whoever closes first keeps the port for a while
            assert caller.recv(1) == b""
    with listening(ListeningPlace(port), otherwise="") as again:
        assert again.getsockname()[1] == port
        with (
            pytest.raises(XlassessError, match=f"Port {port} cannot be used") as told,
            listening(ListeningPlace(port), otherwise="leave it."),
        ):
            pass
        assert told.value.remedy == "Close what uses it, or leave it."


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets")
def test_socket__is_taken_over_from_a_killed_server_and_from_no_other(tmp_path: Path) -> None:
    from xlassess.web.serving.listening import ListeningPlace, listening

    place = ListeningPlace(socket=tmp_path / "desk.sock")
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(place.socket))
    left.close()
    with listening(place, otherwise=""):
        assert (tmp_path / "desk.sock").stat().st_mode & 0o777 == 0o660
        with (
            pytest.raises(XlassessError, match="cannot be used as a socket"),
            listening(place, otherwise=""),
        ):
            pass
        assert (tmp_path / "desk.sock").is_socket()
    assert not (tmp_path / "desk.sock").exists()
