"""A small sound toolkit as YAML, to be spoiled in one place at a time."""

from __future__ import annotations

from pathlib import Path

SMALL = """\
id: small
version: 1.0
title: A small toolkit
short: Small
publisher: Nobody
year: 2026
source: Made up.
rights: None.
about: For tests.
how: Answer.
scales:
  agreement:
    title: Agreement
    choices:
      - {code: agree, label: Agree, score: 2}
      - {code: disagree, label: Disagree, score: 1}
      - {code: unsure, label: Don't know, apart: true}
  yes-no:
    title: Yes or no
    choices:
      - {code: yes, label: "Yes"}
      - {code: no, label: "No"}
views:
  - {id: inside, label: Inside}
  - {id: outside, label: Outside}
sections:
  - id: s1
    tab: 1 First
    title: First section
    short: First
    form: matrix
    bands:
      - {low: 3, high: 4, name: High, reading: Good.}
      - {low: 2, high: 2, name: Low, reading: Bad.}
    items:
      - id: 1A
        ask: First question?
        answer: agreement
        short: First
        levels:
          agree: We do.
          disagree: We do not.
      - id: 3.10
        ask: Second question?
        answer: agreement
        follow_up: {when: [disagree], ask: Why?}
  - id: s2
    tab: 2 Second
    title: Second section
    scored: false
    items:
      - id: 2A
        ask: Third question?
        answer: yes-no
        views: [inside, outside]
      - id: 2B
        ask: How much?
        answer: money
        minimum: 0
        maximum: 10
      - id: 2C
        ask: Say more.
        answer: long-text
closing:
  - id: c1
    tab: 3 Closing
    title: Closing section
    scored: false
    items:
      - id: C1
        ask: How significant is the first section?
        answer: agreement
        weighs: s1
scoring:
  rule: sum
  source: Page 1.
  scale: agreement
  overall: true
  bands:
    - {low: 3, high: 4, name: Well, reading: Good.}
    - {low: 2, high: 2, name: Badly, reading: Bad.}
  flagged: [disagree]
  flagged_as: matter to settle
  success: C1
action_plan:
  about: Plan.
  rows: 5
  horizons:
    - {code: quick, label: Quick win}
  statuses:
    - {code: open, label: Open}
  scenarios:
    - {id: A, title: Well, when: Always., advice: Go on., weakest: 1, overall: 0}
"""


def write(folder: Path, text: str = SMALL, name: str = "small.yaml") -> Path:
    """Write a toolkit file and return where it is."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def spoiled(old: str, new: str) -> tuple[str, int]:
    """Return the small toolkit with one text replaced, and the line where the new text ends."""
    assert SMALL.count(old) == 1, old
    before = SMALL[: SMALL.index(old)]
    line = (before + new.rstrip("\n")).count("\n") + 1
    return SMALL.replace(old, new), line
