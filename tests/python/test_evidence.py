"""How dates and numbers are written, told from a sample of them."""

import duckdb
import pytest

from touchstone.load.evidence import NumberEvidence, read_dates, read_numbers
from touchstone.load.mapping import EPOCH_FORMATS, strptime_format


@pytest.mark.parametrize(
    ("value", "form", "read"),
    [
        ("13/02/2024", "DD/MM/YYYY", "2024-02-13 00:00:00"),
        ("2/13/2024", "M/D/YYYY", "2024-02-13 00:00:00"),
        ("2/13/24 4:05 PM", "M/D/YY h:mm AM", "2024-02-13 16:05:00"),
        ("02/13/2024 04:05:06PM", "MM/DD/YYYY hh:mm:ssAM", "2024-02-13 16:05:06"),
        ("13.2.2024 16:05", "D.M.YYYY HH:mm", "2024-02-13 16:05:00"),
        ("01.02.2024", "DD.MM.YYYY", "2024-02-01 00:00:00"),
        ("2024/02/13", "YYYY/MM/DD", "2024-02-13 00:00:00"),
        ("2024-02-13 3:15:52", "YYYY-MM-DD H:mm:ss", "2024-02-13 03:15:52"),
        ("Feb 13, 2024", "MMM D, YYYY", "2024-02-13 00:00:00"),
        ("February 3, 2024, 10:00 AM", "MMMM D, YYYY, hh:mm AM", "2024-02-03 10:00:00"),
        ("13 Feb 2024", "D MMM YYYY", "2024-02-13 00:00:00"),
        ("13-Feb-24", "D-MMM-YY", "2024-02-13 00:00:00"),
        ("20240213", "YYYYMMDD", "2024-02-13 00:00:00"),
    ],
)
def test_a_form_that_is_told_reads_its_value(value: str, form: str, read: str) -> None:
    evidence = read_dates([value])
    assert list(evidence.formats) == [form]
    with duckdb.connect() as connection:
        landed = connection.execute(
            "select strptime($value, $form)::varchar",
            {"value": value, "form": strptime_format(form)},
        ).fetchone()
    assert landed == (read,)


@pytest.mark.parametrize(
    "value",
    ["2024-02-13", "2024-02-13 10:00", "2024-04-01T01:09:44Z", "2024-07-01T02:30:00.000+0000"],
)
def test_what_is_iso_needs_no_form(value: str) -> None:
    assert read_dates([value]).formats == ()


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("1704103200", "epoch seconds"),
        ("1704103200000", "epoch milliseconds"),
        ("1704103200000000", "epoch microseconds"),
    ],
)
def test_moments_are_told_by_their_length(value: str, form: str) -> None:
    assert read_dates([value]).formats == (form,)
    assert form in EPOCH_FORMATS


@pytest.mark.parametrize(
    ("values", "order", "formats", "is_open"),
    [
        (["1/2/2024"], "", ("M/D/YYYY",), True),
        (["1/2/2024"], "DM", ("D/M/YYYY",), True),
        (["1/2/2024 10:00:00.123"], "", ("M/D/YYYY HH:mm:ss.SSS",), True),
        (["1/2/2024", "13/2/2024"], "MD", ("D/M/YYYY",), False),
        (["01-02-2024", "01-13-2024"], "", ("MM-DD-YYYY",), False),
        (["2024-02-01", "1/13/2024"], "", ("YYYY-MM-DD", "M/D/YYYY"), False),
    ],
)
def test_days_and_months(
    values: list[str], order: str, formats: tuple[str, ...], is_open: bool
) -> None:
    evidence = read_dates(values, order=order)
    assert (evidence.formats, evidence.is_order_open) == (formats, is_open)


def test_what_is_no_date_is_named() -> None:
    assert read_dates(["2024-02-01", "soon"]).unread == ("soon",)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["12", "3.5", "0.123", "1.5e3"], NumberEvidence()),
        (["1.234,50"], NumberEvidence(",", ".")),
        (["1,234.50", "12"], NumberEvidence(".", ",")),
        (["1 234,5"], NumberEvidence(",", " ")),
        (["1'234.50"], NumberEvidence(".", "'")),
        (["2.155", "2.155.000"], NumberEvidence(",", ".")),
        (["12,5"], NumberEvidence(",")),
        (["(2,500.00)"], NumberEvidence(".", ",")),
        (["12.500"], NumberEvidence(".", is_mark_open=True, example="12.500")),
        (["1,234"], NumberEvidence(".", ",", is_mark_open=True, example="1,234")),
        (["\u20ac1,234.50", "90%"], NumberEvidence(".", ",", ("\u20ac", "%"))),
        (["EUR 3.5"], NumberEvidence(remove=("EUR",))),
        (["1.2M"], NumberEvidence(unread=("1.2M",))),
        (["many"], NumberEvidence(unread=("many",))),
    ],
)
def test_numbers(values: list[str], found: NumberEvidence) -> None:
    assert read_numbers(values) == found
