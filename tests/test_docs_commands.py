"""The documents name commands that exist, and every command is described."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import click
import pytest

from xlassess.cli.app import cli

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "guide.md"
PAGES = sorted([README, ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])


def blocks(page: Path) -> list[str]:
    """The fenced code blocks of a page."""
    return re.findall(r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


def shown(page: Path) -> Iterator[list[str]]:
    """Yield every xlassess command line that a page shows in a code block, as words."""
    for block in blocks(page):
        for line in block.replace("\\\n", " ").splitlines():
            if "xlassess" not in line:
                continue
            for part in re.split(r"&&|\|\||[;|]", line.removeprefix("$ ")):
                words = shlex.split(part, comments=True)
                if words and Path(words[0]).name == "xlassess":
                    yield words[1:]


@lru_cache(maxsize=1)
def context() -> click.Context:
    return click.Context(cli, info_name="xlassess")


def verbs(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield every command that does something, by its words."""
    if not isinstance(command, click.Group):
        yield path
        return
    for name in command.list_commands(context()):
        inner = command.get_command(context(), name)
        if inner is not None and not inner.hidden:
            yield from verbs(inner, (*path, name))


def resolve(words: list[str]) -> tuple[click.Command, list[str]]:
    """Follow the words of a command line to its command; return it and what is left over."""
    command: click.Command = cli
    rest = list(words)
    while isinstance(command, click.Group) and rest:
        if rest[0].startswith("-"):
            option = option_of(command, rest.pop(0))
            if not option.is_flag and not option.count and rest:
                rest.pop(0)
            continue
        found = command.get_command(context(), rest.pop(0))
        assert found is not None, f"there is no command: xlassess {shlex.join(words)}"
        command = found
        if command.name == "run" and rest and not rest[0].startswith("-"):
            command = cli  # the verb that is run in every assessment, and its own words
    return command, rest


def option_of(command: click.Command, word: str) -> click.Option:
    """Return the option a word names."""
    name = word.split("=", maxsplit=1)[0]
    for parameter in command.get_params(context()):
        if isinstance(parameter, click.Option) and name in (
            *parameter.opts,
            *parameter.secondary_opts,
        ):
            return parameter
    raise AssertionError(f"{command.name} has no option {name}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page__commands_and_options_exist(page: Path) -> None:
    for words in shown(page):
        command, rest = resolve(words)
        for word in rest:
            if word.startswith("-") and word != "-":
                option_of(command, word)


@pytest.mark.parametrize("verb", list(verbs(cli)), ids=" ".join)
def test_command__is_described_in_readme_or_guide(verb: tuple[str, ...]) -> None:
    text = README.read_text(encoding="utf-8") + GUIDE.read_text(encoding="utf-8")
    assert re.search(rf"xlassess (?:\S+ )*?{re.escape(' '.join(verb))}\b", text)


@pytest.mark.parametrize("verb", list(verbs(cli)), ids=" ".join)
def test_command__has_help_of_its_own(verb: tuple[str, ...]) -> None:
    command, _ = resolve(list(verb))
    assert command.help
    assert all(p.help for p in command.params if isinstance(p, click.Option)), verb


def test_readme__shows_the_demo() -> None:
    assert any(words[:1] == ["demo"] for words in shown(README))


def test_readme__marks_one_test_command() -> None:
    text = README.read_text(encoding="utf-8")
    (command,) = re.findall(r"<!-- test-command -->\s*```\w*\n(.*?)^```", text, re.M | re.S)
    assert "pytest" in command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page__links_lead_somewhere(page: Path) -> None:
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made from the headings' words."""
    headings = re.findall(r"^#+ (.+?)\s*$", page.read_text(encoding="utf-8"), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}
