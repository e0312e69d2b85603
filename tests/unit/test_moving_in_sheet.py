"""Lines of spreadsheets as people paste them."""

from __future__ import annotations

import pytest

from app.operations.moving_in.bring import COLUMNS, NEEDED, What
from app.operations.moving_in.sheet import MOST_LINES, Sheet, read_sheet, write_sheet


def read(text: str, what: What = What.CLIENTS) -> Sheet:
    return read_sheet(text, COLUMNS[what], NEEDED[what])


@pytest.mark.parametrize(
    "text",
    [
        "Name;Mail;Phone\nNora;nora@example.org;030",
        "Name,Mail,Phone\r\nNora,nora@example.org,030\r\n",
        "Name\tMail\tPhone\nNora\tnora@example.org\t030",
        "\ufeffNAME ; E-Mail: ; phone_number \n\n Nora ; nora@example.org ; 030 \n;;\n",
        '"Name";"Email";"Phone"\n"Nora";"nora@example.org";"030"',
        "Kunde;E-Mail-Adresse;Telefon\nNora;nora@example.org;030",
    ],
)
def test_sheet_is_read_however_it_was_written(text: str) -> None:
    sheet = read(text)
    assert (sheet.problem, sheet.unknown) == ("", ())
    assert [dict(row.fields) for row in sheet.rows] == [{"name": "Nora", "email": "nora@example.org", "phone": "030"}]


def test_sheet_knows_the_numbers_of_its_lines() -> None:
    sheet = read('Name;Mail;Notes\n\nNora;nora@example.org;"two\nlines"\n\nBen;ben@example.org\n')
    assert [(row.number, row.fields["notes"]) for row in sheet.rows] == [(4, "two\nlines"), (6, "")]


def test_sheet_names_headings_that_nothing_is_known_by() -> None:
    assert read("Name;Mail;Shoe size\nNora;nora@example.org;38").unknown == ("Shoe size",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Please paste the lines"),
        (" \n\n", "Please paste the lines"),
        ("Name;Mail", "no line below the headings"),
        ("Nora;nora@example.org\nBen;ben@example.org", "“name” and “mail” must be among them"),
        ("Name;Shoe size\nNora;38", "“name” and “mail” must be among them"),
        ("Name;Mail;E-Mail\nNora;a@example.org;b@example.org", "Two columns are both read as “mail”"),
        ('Name;Mail\n"Nora;nora@example.org', "quotation mark without its other half"),
        ("Name;Mail\n" + "Nora;nora@example.org\n" * (MOST_LINES + 1), "at most 2000 at once"),
    ],
)
def test_sheet_that_cannot_be_read_says_why(text: str, words: str) -> None:
    sheet = read(text)
    assert (words in sheet.problem, sheet.rows) == (True, ()), sheet.problem


@pytest.mark.parametrize("header", ["First name;Last name;Mail", "Nachname;E-Mail"])
def test_sheet_may_have_the_name_in_parts(header: str) -> None:
    assert read(header + "\n" + ";".join("x" for _ in header.split(";"))).problem == ""


def test_lines_that_stay_behind_are_read_again_as_they_were() -> None:
    sheet = read('Name,Mail,Notes\nNora,nora@example.org,"a ""b""; c"\n=1+1,x,y')
    again = read(write_sheet(sheet.header, sheet.rows))
    assert [(row.fields, row.cells) for row in again.rows] == [(row.fields, row.cells) for row in sheet.rows]
    assert write_sheet(sheet.header, ()) == ""
