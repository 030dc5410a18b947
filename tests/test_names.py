"""One name, one meaning: classes and modules have names of their own, and all are explained."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import make_accessibility
from make_glossary import PAGE, page, public_classes

PACKAGE = Path(__file__).resolve().parents[1] / "xlassess"


def test_classes__no_two_share_a_name() -> None:
    modules = defaultdict(list)
    for each in public_classes():
        modules[each.name].append(each.module)
    assert {name: places for name, places in modules.items() if len(places) > 1} == {}


def test_classes__each_says_what_it_is() -> None:
    assert [f"{each.module}.{each.name}" for each in public_classes() if not each.about] == []


def test_modules__no_name_twice_in_one_stage() -> None:
    paths = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
    names = Counter((path.parts[0], path.stem) for path in paths if path.stem != "__init__")
    assert {name: count for name, count in names.items() if count > 1} == {}


def test_glossary__is_up_to_date() -> None:
    """Fails when a class came, went or is described anew: run ``make docs``."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_accessibility__the_page_is_what_the_tests_hold() -> None:
    """Fails when a test that holds a rule came, went or was renamed: run ``make docs``."""
    there = make_accessibility.PAGE.read_text(encoding="utf-8")
    assert there == make_accessibility.page()


def test_accessibility__every_rule_has_a_test_or_a_reason() -> None:
    held = make_accessibility.held()
    bare = [rule.number for rule in make_accessibility.RULES
            if not rule.apart and rule.number not in held]  # fmt: skip
    assert bare == []
