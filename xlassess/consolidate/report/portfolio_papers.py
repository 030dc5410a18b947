"""Papers on many partnerships in Word: the portfolio, and a page for one among its peers.

They say what the portfolio's workbook says, or less.
"""

from __future__ import annotations

from xlassess.consolidate.figures.portfolio import Peers, Portfolio, PortfolioLine
from xlassess.consolidate.report.short_papers import ENTRY, ShortPaper
from xlassess.consolidate.wording.portfolio_words import (
    decisions_in_words,
    lead_in_words,
    left_out_in_words,
    line_in_words,
    order_in_words,
    peer_rows,
    register_in_words,
    rests_in_words,
    shared_in_words,
    words,
)


def portfolio_in_word(portfolio: Portfolio) -> bytes:
    """Return the portfolio of a programme as a Word file; the same values, the same bytes."""
    say, headings = words().say, words().headings
    title = portfolio.programme.title
    out = ShortPaper(title, title, portfolio.marking, say("title_lines"), portfolio.made_at)
    out.text(title, "Title")
    out.text(say("about", portfolio.programme, portfolio.made_at), "Subtitle")
    out.text(lead_in_words(portfolio), "Lead")
    out.text(say("title_decisions"), "Heading 1")
    out.texts(decisions_in_words(portfolio), "List Bullet")
    if shared := shared_in_words(portfolio):
        out.text(say("title_shared"), "Heading 1")
        out.texts(shared)
    out.text(say("title_lines"), "Heading 1")
    out.texts(order_in_words(portfolio), "Note")
    lines = [_stacked(line_in_words(portfolio, line)) for line in portfolio.lines]
    heads = headings("lines_word_heads")
    note = ("Table text", "Table note", "Table note")
    looks = (note, ENTRY, ("Table text", "Table note"), ENTRY)
    out.table(say("title_lines"), heads, (42, 56, 36, 36), looks, lines)
    if left := left_out_in_words(portfolio):
        out.text(say("title_left_out"), "Heading 1")
        out.texts(left, "List Bullet")
    out.text(say("title_register"), "Heading 1")
    rows = [_registered(line) for line in portfolio.lines]
    columns = (("Table text", "Table note"), ("Table text", "Table note"), ENTRY, ENTRY)
    heads = headings("register_word_heads")
    out.table(say("title_register"), heads, (48, 50, 34, 38), columns, rows)
    out.text(say("title_rests"), "Heading 1")
    out.texts(rests_in_words(portfolio), "Note")
    return out.written("Portfolio")


def _stacked(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The line of a partnership in four columns, two or three texts below each other in most."""
    name, held, answered, said, trend, concerns, actions, due = cells
    came = words().say("word_answered", held, answered.replace("\n", "; "))
    overdue = words().say("word_overdue", actions)
    due = words().say("word_next", due)
    return f"{name}\n{came}\n{due}", said, f"{_one_line(trend)}\n{overdue}", concerns


def _one_line(text: str) -> str:
    return text.replace("\n", "; ")


def _registered(line: PortfolioLine) -> tuple[str, ...]:
    """What the register says of a partnership, in four columns."""
    name, purpose, lead, statutory, budget, membership = register_in_words(line)
    say = words().say
    held = say("word_held", line.checklist, line.evaluated)
    decided = say("word_decided", line.entry.decision, line.entry.decided)
    return (
        f"{name}\n{say('word_membership', membership, statutory)}",
        f"{purpose}\n{say('word_lead', lead, budget)}",
        held,
        decided,
    )


def peers_in_word(portfolio: Portfolio, line: PortfolioLine, peers: tuple[Peers, ...]) -> bytes:
    """Return the page that tells one partnership how it stands among others, none of them named.

    Args:
        portfolio: all partnerships.
        line: the one that the page is for.
        peers: for each toolkit how it stands (`peers_of`).
    """
    say, programme = words().say, portfolio.programme
    title = say("peers_title", line.name)
    out = ShortPaper(programme.title, programme.title, line.marking, title, portfolio.made_at)
    out.text(title, "Title")
    out.text(say("about", programme, portfolio.made_at), "Subtitle")
    for each in peers:
        out.text(each.label, "Heading 1")
        out.text(say("peers_lead", each.count, line.round))
        for kind in ("concern", "strength"):
            if rows := peer_rows(each, kind):
                head = say(f"peers_{kind}")
                out.text(head, "Heading 2")
                out.table(head, words().headings("peers_heads"), (18, 92, 60), (ENTRY,) * 3, rows)
            else:
                out.text(say(f"peers_no_{kind}"))
    out.text(say("title_rests"), "Heading 1")
    out.texts(words().paragraphs("peers_rests"), "Note")
    return out.written("Peers")
