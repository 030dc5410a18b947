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


def test_desk__listens_on_this_computer_only() -> None:
    from xlassess.web.serve import _listen

    with _listen(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
