"""Beginning in the browser: an assessment, the people who are asked, and the next round."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from pathlib import Path

import httpx
import openpyxl
import pytest

from tests.services.small import LATER
from tests.web.desks import FROM_HERE, DeskClient, a_desk, links_in, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.assessment.starter import explanations
from xlassess.files.locks import holding
from xlassess.services.setup.fill_register import (
    RegisterChangedError,
    register_digest,
    take_register,
)
from xlassess.services.setup.init import settings_fields
from xlassess.services.setup.rounds import close_round, rounds
from xlassess.toolkits.load import builtin_ids, find_toolkit

SETTINGS = {
    "partnership": "Harbour: a \"partnership\"", "id": "harbour", "round": "2027",
    "toolkits": ["pat", "rochford-hallmarks"], "name": "Sam Okafor", "email": "sam@example.org",
    "phone": "", "return_by": "31/03/2027", "purpose": "To see.\nid: other", "marking": "OFFICIAL",
    "attribution": "lettered", "minimum_group": "4",
}  # fmt: skip


@pytest.fixture
def empty(tmp_path: Path) -> AssessmentFolder:
    """A folder in which there is no assessment yet."""
    return AssessmentFolder(tmp_path / "harbour")


@pytest.fixture
def begun(empty: AssessmentFolder) -> AssessmentFolder:
    """An assessment that was begun on the page, with nobody in its register."""
    assert begin(a_desk(empty)) == 303
    return empty


def begin(desk: DeskClient, **changes: object) -> int:
    number = number_in(desk.get("/begin"))
    return desk.post("/begin", {"number": number, **SETTINGS, **changes}).status_code


def test_home__without_an_assessment_leads_to_where_one_is_begun(
    empty: AssessmentFolder,
) -> None:
    answer = a_desk(empty).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/begin")
    assert not empty.root.exists()


def test_form__explains_each_field_as_the_settings_do(empty: AssessmentFolder) -> None:
    said = words_in(a_desk(empty).get("/begin"))
    remarks = explanations(empty.blank_settings())
    for name in ("id", "partnership", "purpose", "marking", "minimum_group"):
        assert " ".join(remarks[name].split()) in said
    assert "such as 31/03/2027" in said  # days as people write them
    fields = settings_fields(empty.root)
    assert [code for code, _ in fields["attribution"].choices] == [
        "named", "partner", "lettered", "aggregated"
    ]  # fmt: skip
    assert fields["round"].about == "The round, such as 2026 or 2026-spring."


def test_form__left_empty_says_what_to_enter(empty: AssessmentFolder) -> None:
    desk = a_desk(empty)
    fields = {"number": number_in(desk.get("/begin")), "minimum_group": "3"}
    answer = desk.post("/begin", fields)
    assert answer.status_code == 422
    for field, said in (
        ("partnership", "Enter the name of the partnership."),
        ("round", "Enter the name of the round, such as 2026."),
        ("toolkits", "Choose at least one toolkit."),
        ("name", "Enter the name of the person who runs the assessment."),
    ):  # fmt: skip
        assert said in answer.text.partition(f'id="{field}-error"')[2].partition("</p>")[0]
    assert not empty.root.exists()


def test_begin__questions_open_beside_the_form(empty: AssessmentFolder) -> None:
    text = a_desk(empty).get("/begin").text
    links = re.findall(r'<a href="/begin/toolkit\?id=[a-z-]+"([^>]*)>', text)
    assert len(links) > 5
    assert all('target="_blank"' in one for one in links)
    assert text.count("(in a new tab)") == len(links)


def test_register__of_more_than_one_file_is_not_taken(begun: AssessmentFolder) -> None:
    desk = a_desk(begun)
    listed = b"Partner,Respondent,Level,E-mail,Toolkits\nBirch,Bea,,,\n"
    parts = [("file", (name, listed)) for name in ("a.csv", "b.csv")]
    number, before = number_in(desk.get("/register/people")), begun.register_file.read_bytes()
    answer = desk.ask("POST", "/register/people", FROM_HERE,
                      data={"number": number, "what": "file"}, files=parts)  # fmt: skip
    assert answer.status_code == 422
    assert 'href="#file"' in answer.text
    assert begun.register_file.read_bytes() == before


def test_begin__makes_the_assessment_that_was_entered(begun: AssessmentFolder) -> None:
    made = begun.assessment()
    assert made.partnership == SETTINGS["partnership"]
    assert made.toolkits == ("pat", "rochford-hallmarks")
    assert made.coordinator.email == "sam@example.org"
    assert str(made.return_by) == "2027-03-31"
    assert made.purpose == SETTINGS["purpose"]
    assert (made.id, made.attribution, made.minimum_group) == ("harbour", "lettered", 4)
    # as explained as one that is begun with a command
    assert explanations(begun.settings_file.read_text()) == explanations(begun.blank_settings())


@pytest.mark.parametrize(
    ("field", "value"),
    [("partnership", ""), ("partnership", "x" * 121), ("round", ""), ("round", "a/b"),
     ("id", "Not an id"), ("name", ""), ("email", "nonsense"), ("return_by", "someday"),
     ("return_by", "2027-02-31"), ("return_by", "2020-03-31"), ("return_by", "31/03/2020"),
     ("return_by", "2027\nid: x"), ("marking", "x" * 61),
     ("attribution", "secret"), ("minimum_group", "0"), ("minimum_group", "three"),
     ("toolkits", []), ("toolkits", ["../../etc/passwd"])],
)  # fmt: skip
def test_begin__something_wrong_is_told_at_its_field_and_nothing_written(
    empty: AssessmentFolder, field: str, value: object
) -> None:
    desk = a_desk(empty)
    number = number_in(desk.get("/begin"))
    answer = desk.post("/begin", {"number": number, **SETTINGS, field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert "Sam Okafor" in answer.text or field == "name"
    assert not empty.settings_file.exists()


def test_begin__a_second_time_changes_nothing(begun: AssessmentFolder) -> None:
    before = begun.settings_file.read_bytes()
    desk = a_desk(begun)
    assert desk.get("/begin").headers["location"] == "/"
    number = number_in(desk.get("/register/people"))
    answer = desk.post("/begin", {"number": number, **SETTINGS, "partnership": "Other"})
    assert answer.status_code in (303, 422)
    assert begun.settings_file.read_bytes() == before


@pytest.mark.parametrize("toolkit_id", sorted(builtin_ids()))
def test_toolkit__can_be_seen_before_it_is_chosen(empty: AssessmentFolder, toolkit_id: str) -> None:
    desk = a_desk(empty)
    (link,) = [one for one in links_in(desk.get("/begin")) if one.endswith(f"id={toolkit_id}")]
    said = words_in(desk.get(link))
    for item in (item for one in find_toolkit(toolkit_id).sections for item in one.items):
        assert " ".join(item.ask.split()) in said


@pytest.mark.parametrize("wanted", ["", "nothing", "../pat", "/etc/passwd", "%00"])
def test_toolkit__that_is_not_there(empty: AssessmentFolder, wanted: str) -> None:
    assert a_desk(empty).get(f"/begin/toolkit?id={wanted}").status_code == 409


ROWS = {
    "0~0": "Ash Council", "0~1": "Ada Ash", "0~2": "Board", "0~3": "ada@example.org", "0~4": "",
    "3~0": "=Birch & <b>", "3~1": "", "3~2": "", "3~3": "", "3~4": "pat",
}  # fmt: skip


def save(desk: DeskClient, rows: dict[str, str], number: str = "5") -> object:
    page = desk.get("/register/people")
    fields = {"number": number_in(page), "seen": seen_in(page.text), "rows": number}
    return desk.post("/register/people", {**fields, **rows})


def seen_in(text: str) -> str:
    return text.partition('name="seen" value="')[2].partition('"')[0]


def test_people__of_two_who_save_the_second_is_told(begun: AssessmentFolder) -> None:
    desk = a_desk(begun)
    page = desk.get("/register/people")
    save(a_desk(begun), {"0~0": "Cedar"})
    fields = {"number": number_in(page), "seen": seen_in(page.text), "rows": "5", **ROWS}
    answer = desk.post("/register/people", fields)
    assert answer.status_code == 422
    assert "Somebody changed the register" in words_in(answer)
    assert 'value="Ash Council"' in answer.text
    assert [one.partner for one in begun.respondents()] == ["Cedar"]
    again = {**fields, "number": number_in(answer), "seen": seen_in(answer.text)}
    assert desk.post("/register/people", again).status_code == 303
    assert len(begun.respondents()) == 2


def test_people__typed_in_are_in_the_register(begun: AssessmentFolder) -> None:
    desk = a_desk(begun)
    page = desk.get("/register/people")
    assert "Nobody is in the register yet" in words_in(page)
    assert "Example" not in page.text
    save(desk, ROWS)
    people = begun.respondents()
    assert [(one.partner, one.name, one.level, one.email, one.toolkits) for one in people] == [
        ("Ash Council", "Ada Ash", "board", "ada@example.org", ()),
        ("=Birch & <b>", "", "", "", ("pat",)),
    ]
    page = desk.get("/register/people")
    assert "2 respondents of 2 partners" in words_in(page)
    assert "<b>" not in page.text.partition("<main")[2]
    # one is taken out, and another changed
    save(desk, {"1~0": "Cedar"}, "7")
    assert [one.partner for one in begun.respondents()] == ["Cedar"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [("0~3", "nonsense"), ("0~4", "no-toolkit"), ("0~0", ""), ("0~2", "Chief"), ("0~1", "x" * 121)],
)
def test_people__something_wrong_is_told_at_its_cell_and_nothing_written(
    begun: AssessmentFolder, cell: str, text: str
) -> None:
    before = begun.register_file.read_bytes()
    answer = save(a_desk(begun), {**ROWS, cell: text})
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert f'href="#{cell}"' in answer.text  # type: ignore[attr-defined]
    assert begun.register_file.read_bytes() == before


def test_people__two_alike_are_told_in_the_line_where_they_stand(begun: AssessmentFolder) -> None:
    again = {cell.replace("0~", "4~"): text for cell, text in ROWS.items() if cell[0] == "0"}
    answer = save(a_desk(begun), {**ROWS, **again})
    assert 'href="#4~' in answer.text  # type: ignore[attr-defined]


def upload(desk: DeskClient, name: str, content: bytes) -> object:
    return upload_from(desk, desk.get("/register/people"), name, content)


def upload_from(desk: DeskClient, page: httpx.Response, name: str, content: bytes) -> object:
    """Hand a register over on a page that was opened before."""
    fields = {"number": number_in(page), "seen": seen_in(page.text), "what": "file"}
    return desk.ask(
        "POST", "/register/people", FROM_HERE, data=fields, files={"file": (name, content)}
    )


def a_book(*rows: tuple[str, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Partner", "Respondent", "Level", "E-mail", "Toolkits", "Notes"), *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_file__becomes_the_register_and_the_one_before_is_kept(begun: AssessmentFolder) -> None:
    desk = a_desk(begun)
    before = begun.register_file.read_bytes()
    book = a_book(("Ash", "Ada", "Board", "", "", "our note"), ("Total", "1"))
    assert upload(desk, "our list.xlsx", book).status_code == 303  # type: ignore[attr-defined]
    assert begun.register_file.read_bytes() == book
    (kept,) = begun.root.glob("partners until *.xlsx")
    assert kept.read_bytes() == before
    page = desk.get("/register/people")
    assert "looks like a total" in words_in(page)
    assert "our note" in page.text
    # of another kind: it alone is the register from then on
    listed = b"Partner;Respondent;Level;E-mail;Toolkits\nBirch;Bea;;;\n"
    assert upload(desk, "x.csv", listed).status_code == 303  # type: ignore[attr-defined]
    assert begun.register_file.name == "partners.csv"
    assert [one.partner for one in begun.respondents()] == ["Birch"]


def test_file__of_two_who_hand_one_over_the_second_is_told(begun: AssessmentFolder) -> None:
    desk = a_desk(begun)
    page = desk.get("/register/people")
    first, second = a_book(("Ash", "Ada")), a_book(("Birch", "Bea"))
    assert upload(desk, "first.xlsx", first).status_code == 303  # type: ignore[attr-defined]
    answer = upload_from(desk, page, "second.xlsx", second)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "Somebody changed the register" in words_in(answer)  # type: ignore[arg-type]
    assert begun.register_file.read_bytes() == first


def test_register__replaced_often_in_a_second_every_one_before_is_kept(
    begun: AssessmentFolder,
) -> None:
    books = [a_book(("Ash", f"Ada {number}")) for number in range(4)]
    for book in books:
        take_register(begun, book, "x.xlsx", now=LATER)
    kept = {path.read_bytes() for path in begun.root.glob("partners until *.xlsx")}
    assert {*books[:3]} < kept
    assert begun.register_file.read_bytes() == books[3]


def test_register__two_desks_on_one_folder_write_one_after_the_other(
    begun: AssessmentFolder,
) -> None:
    ours, theirs = a_book(("Ash", "Ada")), a_book(("Birch", "Bea"))
    seen = register_digest(begun)
    with ThreadPoolExecutor() as pool, holding(begun.root / ".register.lock"):  # as theirs does
        waiting = pool.submit(take_register, begun, ours, "x.xlsx", now=LATER, seen=seen)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        begun.register_file.write_bytes(theirs)
    with pytest.raises(RegisterChangedError):
        waiting.result(timeout=20)
    assert begun.register_file.read_bytes() == theirs


def test_register__open_elsewhere_stays_as_it_was(
    begun: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = begun.register_file.read_bytes()
    unlink = Path.unlink

    def held(path: Path, missing_ok: bool = False) -> None:
        if path.name == "partners.xlsx":
            raise PermissionError(13, "in use", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", held)
    listed = b"Partner;Respondent;Level;E-mail;Toolkits\nBirch;Bea;;;\n"
    with pytest.raises(PermissionError):
        take_register(begun, listed, "x.csv", now=LATER)
    assert begun.register_file.read_bytes() == before
    assert [path.name for path in begun.root.glob("partners*")] == ["partners.xlsx"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("x.xlsx", b"nonsense", 422), ("x.exe", b"MZ", 422), ("../x", b"", 422),
     ("x.xlsx", a_book(("Ash", "Ada", "Chief", "nonsense")), 422), ("", b"", 422)],
)  # fmt: skip
def test_file__that_is_no_register_is_told_and_nothing_replaced(
    begun: AssessmentFolder, name: str, content: bytes, code: int
) -> None:
    before = {path.name: path.read_bytes() for path in begun.root.iterdir() if path.is_file()}
    answer = upload(a_desk(begun), name, content)
    assert answer.status_code == code  # type: ignore[attr-defined]
    assert before == {
        path.name: path.read_bytes() for path in begun.root.iterdir() if path.is_file()
    }


def test_people__marks_of_a_file_are_not_lost_by_the_page(begun: AssessmentFolder) -> None:
    book = openpyxl.load_workbook(io.BytesIO(a_book(("Ash", "Ada"), ("Birch", "Bea"))))
    assert book.active is not None
    book.active.row_dimensions[3].hidden = True
    book.save(begun.register_file)
    page = a_desk(begun).get("/register/people")
    assert "is hidden" in words_in(page)
    assert 'name="0~0"' not in page.text


def test_people__of_a_closed_round_are_not_changed(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    before = folder.register_file.read_bytes()
    page = desk.get("/register/people")
    close_round(folder, now=LATER)
    fields = {"number": number_in(page), "seen": seen_in(page.text), "rows": "5", **ROWS}
    fields["3~4"] = ""
    assert desk.post("/register/people", fields).status_code == 422
    assert folder.register_file.read_bytes() == before


def test_round__is_begun_with_the_people_of_the_last(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    page = desk.get("/begin/round")
    assert "Round 2026" in words_in(page)
    fields = {"number": number_in(page), "name": "2031", "return_by": "2031-03-31"}
    done = desk.post("/begin/round", fields)
    assert done.headers["location"].startswith("/register/people?round=2031")
    said = words_in(desk.get(done.headers["location"]))
    assert "3 respondents of round 2026" in said
    assert "Since last round" in said
    assert [one.name for one in rounds(AssessmentFolder(folder.root))] == ["2026", "2031"]
    assert desk.post("/begin/round", fields).headers["location"] == done.headers["location"]


@pytest.mark.parametrize(
    ("name", "day", "field"),
    [("", "2031-01-01", "name"), ("2031", "", "return_by"), ("2031", "1/1/31", "return_by"),
     ("2031", "2020-01-01", "return_by"), ("2026", "2031-01-01", "name"),
     ("../x", "2031-01-01", "name")],
)  # fmt: skip
def test_round__something_wrong_is_told_at_its_field(
    desk: DeskClient, folder: AssessmentFolder, name: str, day: str, field: str
) -> None:
    number = number_in(desk.get("/begin/round"))
    answer = desk.post("/begin/round", {"number": number, "name": name, "return_by": day})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert not (folder.root / "rounds").exists()
