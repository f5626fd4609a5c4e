"""Loading a company's own files: what lands, what is told, and what stops the load."""

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pytest

from touchstone.cli import main
from touchstone.errors import UserError
from touchstone.load import dbt_vars
from touchstone.load.contract import read_contract
from touchstone.load.dates import format_of
from touchstone.load.identity import identity_mapping
from touchstone.load.loading import Outcome, load
from touchstone.load.mapping import read_mapping, strptime_format
from touchstone.project import project_directory

PROJECT = project_directory()

DEALS = "id,stage,value,day\n001,Won,10.5,2024-03-01\n002,Lost,0,2024-03-02\n"
MAPPING = """
tables:
  crm.opportunities:
    from: deals.csv
    columns:
      id: id
      stage_name: stage
      amount: value
      close_date: day
"""


class Company:
    """A folder of files with a mapping, and the warehouse they are loaded into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "files"
        self.folder.mkdir()
        self.mapping = folder / "acme.yml"
        self.warehouse = folder / "warehouse" / "acme.duckdb"

    def write(self, name: str, content: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def load(self, mapping: str = MAPPING, append: bool = False, **files: str | bytes) -> Outcome:
        for name, content in files.items():
            self.write(f"{name}.csv", content)
        self.mapping.write_text(mapping, encoding="utf-8")
        return load(
            self.folder,
            read_mapping(self.mapping, PROJECT),
            PROJECT,
            self.warehouse,
            append=append,
        )

    def fails(self, mapping: str = MAPPING, **files: str | bytes) -> str:
        with pytest.raises(UserError) as caught:
            self.load(mapping, append=False, **files)
        return str(caught.value)

    def rows(
        self,
        sql: str = "select * exclude (_load_number) from raw_crm.opportunity order by _source_row",
    ) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def one(self, mapping: str, column: str, data: str, **more: str) -> list[Any]:
        """Load one column x of a file into one column of ours; return what landed."""
        table = "crm.opportunities"
        text = f"tables:\n  {table}:\n    from: deals.csv\n    columns:\n      id: id\n"
        text += f"      stage_name: {{constant: Won}}\n      {column}: {mapping}\n" + more.get(
            "top", ""
        )
        lines = data.split("\n")
        self.load(text, deals="id|x\n" + "\n".join(f"{i}|{line}" for i, line in enumerate(lines)))
        return [
            row[0]
            for row in self.rows(f"select {column} from raw_crm.opportunity order by _source_row")
        ]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


# what lands


def test_lands_text_in_contract_order_with_file_and_row(company: Company) -> None:
    outcome = company.load(deals=DEALS)
    assert company.rows() == [
        ("001", "10.5", "Won", "2024-03-01", "deals.csv", 2),
        ("002", "0", "Lost", "2024-03-02", "deals.csv", 3),
    ]
    assert outcome.quarantined == []
    assert outcome.tables[0].row_count == 2
    types = company.rows(
        "select distinct data_type from information_schema.columns "
        "where table_name = 'opportunity' and column_name[1] <> '_'"
    )
    assert types == [("VARCHAR",)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\ufeff" + DEALS, id="byte order mark"),
        pytest.param(("\ufeff" + DEALS).encode("utf-16-le"), id="utf-16 little endian"),
        pytest.param(("\ufeff" + DEALS).encode("utf-16-be"), id="utf-16 big endian"),
        pytest.param(DEALS.replace(",", ";"), id="semicolon"),
        pytest.param(DEALS.replace(",", "\t"), id="tab"),
        pytest.param(DEALS.replace("\n", "\r\n"), id="windows line ends"),
        pytest.param(DEALS.rstrip("\n"), id="no last line end"),
        pytest.param(DEALS.replace("id,stage", "ID , Stage "), id="header in other case"),
        pytest.param(DEALS.replace("Won", '"Won\u00a0"'), id="no-break space"),
    ],
)
def test_reads_files_as_exports_write_them(company: Company, content: str | bytes) -> None:
    company.load(deals=content)
    assert [row[:4] for row in company.rows()] == [
        ("001", "10.5", "Won", "2024-03-01"),
        ("002", "0", "Lost", "2024-03-02"),
    ]


def test_reads_other_encodings_when_told(company: Company) -> None:
    data = DEALS.replace("Won", "Gewonnen \u20ac").encode("cp1252")
    company.load("defaults: {encoding: cp1252}\n" + MAPPING, deals=data)
    assert company.rows()[0][2] == "Gewonnen \u20ac"


def test_reads_gzip_and_several_files_alike(company: Company) -> None:
    company.write("deals_1.csv.gz", gzip.compress(DEALS.encode()))
    company.write("deals_2.csv.gz", gzip.compress(b"day,id,value,stage\n2024-04-01,003,7,Won\n"))
    outcome = company.load(MAPPING.replace("deals.csv", '"deals_*.csv.gz"'))
    assert outcome.tables[0].row_count == 3
    assert company.rows(
        "select * exclude (_load_number) from raw_crm.opportunity where id = '003'"
    ) == [("003", "7", "Won", "2024-04-01", "deals_2.csv.gz", 2)]


def test_reads_parquet_with_types_of_its_own(company: Company) -> None:
    duckdb.execute(
        f"""copy (select 7.0::double as id, 'Won' as stage, 12.50::decimal(9, 2) as value,
        timestamptz '2024-03-01 23:30:00-05' as day, date '2024-02-29' as d, null::double as n)
        to '{company.folder}/deals.parquet'"""
    )
    company.load(
        "defaults: {date_format: DD/MM/YYYY}\n"
        + MAPPING.replace(".csv", ".parquet").replace(
            "close_date: day", "created_date: day\n      close_date: d"
        )
    )
    assert company.rows(
        "select id, amount, created_date, close_date, _source_row from raw_crm.opportunity"
    ) == [("7", "12.50", "2024-03-02 04:30:00", "2024-02-29", 1)]


def test_row_is_the_line_where_the_record_begins(company: Company) -> None:
    company.load(
        deals='id,stage,value,day\n1,"Won\n\n\nby ""us""",1,\n\n2,Lost,2,\n"3","a,b",3,\n\n'
    )
    assert [(row[0], row[-1]) for row in company.rows()] == [("1", 2), ("2", 7), ("3", 8)]


@pytest.mark.parametrize(
    ("end", "inside"),
    [("\r\n", "\n"), ("\n", "\r\n"), ("\r\n", "\r\n"), ("\r", "\n"), ("\n", "\r"), (None, "\n")],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_cells_of_several_lines_whatever_the_lines_end_in(
    company: Company, end: str | None, inside: str, encoding: str
) -> None:
    ends = [end] * 5 if end else ["\r\n", "\n", "\r\n", "\r", "\n"]
    records = [
        "id,stage,value,day",
        "1,Won,1,",
        f'2,"Won{inside}{inside}by ""us""",2,',
        "3,Lost,3,",
        "4,Lost,4,",
    ]
    text = "".join(record + after for record, after in zip(records, ends, strict=True))
    company.load(deals=text.encode(encoding))
    assert [
        (row[0], row[-2])
        for row in company.rows(
            "select id, _source_row, 0 from raw_crm.opportunity order by _source_row"
        )
    ] == [("1", 2), ("2", 3), ("3", 6), ("4", 7)]


def test_a_cell_of_many_characters_is_read_and_the_fault_behind_it_told(company: Company) -> None:
    long = DEALS + f"003,{'x' * 200_000},1,\n"
    company.load(deals=long)
    assert len(company.rows()[2][2]) == 200_000
    assert "deals.csv, row 5: 2 values" in company.fails(deals=long + "004,Won\n")


def test_a_first_line_that_names_the_separator_is_no_header(company: Company) -> None:
    company.load(deals='"sep=|"\n' + DEALS.replace(",", "|").replace("Won", "Won;ed"))
    assert [(row[0], row[2]) for row in company.rows()] == [("001", "Won;ed"), ("002", "Lost")]
    assert company.rows("select _source_row from raw_crm.opportunity order by 1") == [(3,), (4,)]


def test_lines_before_the_header_are_skipped_when_told(company: Company) -> None:
    mapping = "files:\n  deals: {file: deals.csv, skip_rows: 2}\n" + MAPPING.replace(
        "deals.csv", "deals"
    )
    company.load(mapping, deals="Report of deals\n\n" + DEALS)
    assert [row[-1] for row in company.rows()] == [4, 5]


@pytest.mark.parametrize(
    ("top", "head"),
    [
        ("", 'id,stage,"value\n(EUR)",day\n'),
        ("defaults: {skip_rows: 2}\n", 'Deals of "us\nof today\nid,stage,"value\n(EUR)",day\n'),
    ],
)
def test_quotes_across_the_lines_of_a_header_cost_no_row(
    company: Company, top: str, head: str
) -> None:
    mapping = top + MAPPING.replace("amount: value", r'amount: "value\n(EUR)"')
    company.load(mapping, deals=head + '001,Won,10.5,2024-03-01\n002,"Lo\nst",0,2024-03-02\n')
    begins = 1 + head.count("\n")
    landed = "select id, amount, _source_row from raw_crm.opportunity order by id"
    assert company.rows(landed) == [
        ("001", "10.5", begins),
        ("002", "0", begins + 1),
    ]


def test_a_file_of_a_header_alone_is_a_table_without_rows(company: Company) -> None:
    company.load(deals=DEALS.split("\n", 1)[0] + "\n")
    assert company.rows() == []


def test_a_file_without_header_gets_one(company: Company) -> None:
    mapping = "files:\n  deals: {file: deals.csv, header: [id, stage, value, day]}\n"
    company.load(mapping + MAPPING.replace("deals.csv", "deals"), deals=DEALS.split("\n", 1)[1])
    assert [(row[0], row[-1]) for row in company.rows()] == [("001", 1), ("002", 2)]


@pytest.mark.parametrize(
    ("mapping", "column", "given", "landed"),
    [
        ("x", "close_date", "2024-03-05\n2024-03-05T23:10:00Z", ["2024-03-05", "2024-03-05"]),
        (
            "{column: x, date_format: DD/MM/YYYY}",
            "close_date",
            "03/04/2024\n3/4/2024\n31/02/2024",
            ["2024-04-03", "2024-04-03", "31/02/2024"],
        ),
        ("{column: x, date_format: MM/DD/YYYY}", "close_date", "03/04/2024", ["2024-03-04"]),
        (
            "{column: x, date_format: [DD.MM.YY, YYYY-MM-DD]}",
            "close_date",
            "03.04.24\n2024-05-06",
            ["2024-04-03", "2024-05-06"],
        ),
        ("{column: x, date_format: DD MMM YYYY}", "close_date", "5 Jan 2024", ["2024-01-05"]),
        (
            '{column: x, date_format: "MM/DD/YYYY hh:mm AM"}',
            "created_date",
            "1/2/2024 3:04 PM",
            ["2024-01-02 15:04:00"],
        ),
        (
            "{column: x, date_format: epoch milliseconds}",
            "created_date",
            "1700000000123",
            ["2023-11-14 22:13:20.123"],
        ),
        (
            "x",
            "close_date",
            "9999-12-31\n0001-01-01\n1901-01-01\n0000-00-00",
            ["9999-12-31", "0001-01-01", "1901-01-01", "0000-00-00"],
        ),
        (
            "x",
            "created_date",
            "9999-12-31\n2024-03-05",
            ["9999-12-31 (expected YYYY-MM-DD HH:mm:ss)", "2024-03-05 00:00:00"],
        ),
        (
            '{column: x, decimal_separator: ",", thousands_separator: "."}',
            "amount",
            "1.500\n0.500",
            ["1500", "0.500 (expected a number like 1.234,56)"],
        ),
        (
            """{column: x, thousands_separator: "'"}""",
            "amount",
            "1'234.50\n1\u2019234.50",
            ["1234.50", "1234.50"],
        ),
        ("x", "created_date", "2024-03-05T23:10:00.000+0200", ["2024-03-05 21:10:00"]),
        (
            "{column: x, time_zone: Europe/Berlin}",
            "created_date",
            "2024-07-05 00:30:00",
            ["2024-07-04 22:30:00"],
        ),
        (
            "{column: x, time_zone: Europe/Berlin}",
            "created_date",
            "2024-07-05",  # a day has no time that a zone could move
            ["2024-07-05 00:00:00"],
        ),
        (
            "{column: x, time_zone: Europe/Berlin}",
            "close_date",
            "2024-07-05 00:30:00\n2024-07-05 00:00:00\n2024-07-05",
            ["2024-07-04", "2024-07-05", "2024-07-05"],
        ),
        (
            "{column: x, date_format: epoch microseconds}",
            "created_date",
            "1700000000123456\n1700000000123\n1700000000123456.0",
            ["2023-11-14 22:13:20.123456", "1700000000123", "2023-11-14 22:13:20.123456"],
        ),
        (
            '{column: x, date_format: "YYYY-MM-DDTHH:mm:ssZ"}',
            "created_date",
            "2024-03-05T23:10:00Z\n2024-03-05T23:10:00+0200\n2024-03-05T23:10:00-02:00",
            ["2024-03-05 23:10:00", "2024-03-05 21:10:00", "2024-03-06 01:10:00"],
        ),
        # seconds are no milliseconds of January 1970, nor milliseconds a year 55,000
        (
            "{column: x, date_format: epoch milliseconds}",
            "close_date",
            "1700000000",
            ["1700000000"],
        ),
        (
            "{column: x, date_format: epoch seconds}",
            "close_date",
            "1700000000123",
            ["1700000000123"],
        ),
        # a two-digit year is no year 24, which the declared format would make of it
        (
            "{column: x, date_format: DD/MM/YYYY}",
            "close_date",
            "03/04/24",
            ["03/04/24 (expected DD/MM/YYYY)"],
        ),
        ("x", "amount", "1234.5\n.5\n1e3\n-7", ["1234.5", ".5", "1e3", "-7"]),
        ('{column: x, decimal_separator: ","}', "amount", "1234,56\n-0,5", ["1234.56", "-0.5"]),
        (
            '{column: x, decimal_separator: ",", thousands_separator: "."}',
            "amount",
            "1.234.567,89\n1.5",
            ["1234567.89", "1.5 (expected a number like 1.234,56)"],
        ),
        ('{column: x, thousands_separator: "."}', "amount", "1.234,5", ["1234.5"]),
        (
            '{column: x, thousands_separator: ","}',
            "amount",
            "12,34,567.5\n1,234",
            ["1234567.5", "1234"],
        ),
        (
            '{column: x, thousands_separator: " "}',
            "amount",
            "1\u00a0234.5\n1\u202f234",
            ["1234.5", "1234"],
        ),
        (
            '{column: x, remove: [R$, EUR], decimal_separator: ",", thousands_separator: "."}',
            "amount",
            "R$ 1.234,50\nEUR\u00a05",
            ["1234.50", "5"],
        ),
        ("{column: x, multiply_by: 1000000}", "amount", "1.5", ["1500000.00000000000000"]),
        (
            "x",
            "amount",
            "(2500.00)\n-7\n2500.50-\n\u22123",
            ["-2500.00", "-7", "-2500.50", "-3"],
        ),
        (
            '{column: x, thousands_separator: ",", remove: ["$", "(", ")"]}',
            "amount",
            "($2,500.00)\n$(1,250.50)\n-$3\n$ -4\n- $5\n$6",
            ["-2500.00", "-1250.50", "-3", "-4", "-5", "6"],
        ),
        (
            "{column: x, suffixes: [K, M, B], remove: [$]}",
            "amount",
            "$1.2K\n3 m\n$2B\n(1.5k)\n7\n8X",
            [
                "1200.000000000",
                "3000000.000000000",
                "2000000000.000000000",
                "-1500.000000000",
                "7.000000000",
                "8X",
            ],
        ),
        (
            '{column: x, suffixes: {Tsd: 1000, Mio.: 1000000}, decimal_separator: ","}',
            "amount",
            "1,5 Mio.\n2 TSD",
            ["1500000.000000000", "2000.000000000"],
        ),
        ("{column: x, null_values: [n/a, '-']}", "amount", "N/A\n-\n3", [None, None, "3"]),
        ("x", "is_won", "Yes\n0\nTRUE\nf\n ", ["true", "false", "true", "false", None]),
        (
            "{column: x, true_values: [sim], false_values: [não]}",
            "is_won",
            "Sim\nNão\nyes",
            ["true", "false", "yes (expected sim or não)"],
        ),
        (
            "{column: x, values: {won: A, ' LOST': B, '': none}}",
            "type",
            " Won\nlost\n\nopen",
            ["A", "B", "none", "open"],
        ),
        ("{column: x, values: {won: A}, unlisted: empty}", "type", "won\nopen", ["A", None]),
        ("{column: x, values: {No: no deal, '1': one}}", "type", "no\n1", ["no deal", "one"]),
        ("{constant: 2024-01-02}", "close_date", "1", ["2024-01-02"]),
        ('{template: "deal-{x}-{id}"}', "account_id", "7\n", ["deal-7-0", None]),
        ("{has_value: x}", "is_closed", "7\n", ["true", "false"]),
        ("{first_of: [x, {constant: none}]}", "type", "7\n", ["7", "none"]),
        ("x", "account_id", "00042\n1e5", ["00042", "1e5"]),
    ],
)
def test_values(
    company: Company, mapping: str, column: str, given: str, landed: list[str | None]
) -> None:
    assert company.one(mapping, column, given) == landed


def test_whole_numbers_are_not_rounded(company: Company) -> None:
    company.load(
        "tables:\n  crm.accounts:\n    from: a.csv\n"
        "    columns: {id: id, number_of_employees: n}\n",
        a="id,n\n1,12\n2,12.0\n3,12.7\n4,twelve\n",
    )
    assert [
        row[0]
        for row in company.rows("select number_of_employees from raw_crm.account order by id")
    ] == [
        "12",
        "12",
        "12.7 (expected a whole number)",
        "twelve",
    ]


def test_a_day_is_midnight_in_the_zone_of_the_reports(company: Company) -> None:
    top = "settings: {reporting_time_zone: America/Sao_Paulo}\n"
    # 2017-10-15 has no midnight there: summer time began
    landed = company.one("x", "created_date", "2018-02-01\n2017-10-15", top=top)
    assert landed == ["2018-02-01 02:00:00", "2017-10-15 03:00:00"]


@pytest.mark.parametrize(
    ("how", "given", "landed"),
    [
        ("x", "2024-04-01T01:09:44Z", "2024-03-31"),
        ("x", "2024-04-01T01:09:44.000+0000", "2024-03-31"),
        ("{column: x, date_format: epoch milliseconds}", "1711933784000", "2024-03-31"),
        ("{column: x, date_format: epoch seconds}", "1711933784", "2024-03-31"),
        ("{column: x, date_format: epoch microseconds}", "1711933784000000", "2024-03-31"),
        ('{column: x, date_format: "DD.MM.YYYY HH:mm"}', "01.04.2024 01:09", "2024-03-31"),
        (
            '{column: x, date_format: "DD.MM.YYYY HH:mm", time_zone: Asia/Kolkata}',
            "01.04.2024 01:09",
            "2024-03-31",
        ),
        ("{column: x, time_zone: America/Phoenix}", "2024-04-01 01:09", "2024-04-01"),
        # a day, and midnight as tools write a day that has no time
        ("x", "2024-04-01", "2024-04-01"),
        ("x", "2024-04-01T00:00:00Z", "2024-04-01"),
        ("x", "2024-04-01 00:00:00", "2024-04-01"),
        ("{column: x, date_format: epoch milliseconds}", "1711929600000", "2024-04-01"),
        ("{column: x, date_format: DD.MM.YYYY, time_zone: Asia/Tokyo}", "01.04.2024", "2024-04-01"),
    ],
)
def test_a_day_is_that_of_the_reports_and_a_plain_day_stays(
    company: Company, how: str, given: str, landed: str
) -> None:
    top = "settings: {reporting_time_zone: America/Phoenix}\n"
    assert company.one(how, "close_date", given, top=top) == [landed]


def test_an_appended_load_reads_days_in_the_zone_that_is_kept(company: Company) -> None:
    top = "settings: {reporting_time_zone: America/Phoenix}\n"
    company.load(top + MAPPING, deals=DEALS)
    later = "id,stage,value,day\n003,Won,5,2024-04-01T01:09:44Z\n"
    company.load(MAPPING, append=True, deals=later)
    assert company.rows("select close_date from raw_crm.opportunity where id = '003'") == [
        ("2024-03-31",)
    ]


def test_hashed_names_cannot_be_read_and_still_join(company: Company) -> None:
    landed = company.one("{column: x, hashed: true}", "owner_id", "Ann Lee\nann lee \nBob\n")
    assert landed[0] == landed[1] != landed[2]
    assert landed[3] is None
    assert "ann" not in landed[0].lower()


def test_joins_one_row_and_keeps_rows_without(company: Company) -> None:
    mapping = """
tables:
  crm.leads:
    from: leads.csv
    join: {with: deals.csv, on: {lead: deal_lead}}
    columns:
      id: lead
      created_date: day
      converted_opportunity_id: deals.id
      is_converted: {has_value: deals.id}
"""
    company.load(
        mapping, leads="lead,day\n1,2024-01-01\n2,2024-01-01\n", deals="id,deal_lead\nd9,2\n"
    )
    sql = "select id, converted_opportunity_id, is_converted from raw_crm.lead order by id"
    assert company.rows(sql) == [("1", None, "false"), ("2", "d9", "true")]


def test_filters_and_parts(company: Company) -> None:
    mapping = """
tables:
  crm.users:
    - from: deals.csv
      one_row_per: seller
      columns: {id: seller, title: {constant: Seller}}
    - from: deals.csv
      only: {stage: [won, lost]}
      except: {id: "3"}
      only_with: boss
      columns: {id: boss, department: {constant: Sales}}
"""
    outcome = company.load(
        mapping, deals="id,stage,seller,boss\n1,Won,a,x\n2,Open,a,y\n3,Won,b,z\n4,Lost,b,\n"
    )
    assert company.rows('select id, title, department from raw_crm."user" order by id') == [
        ("a", "Seller", None),
        ("b", "Seller", None),
        ("x", None, "Sales"),
    ]
    assert outcome.tables[0].filters == ["one_row_per", "only", "except", "only_with"]
    assert outcome.tables[0].left_out_count == 5


PROBABILITIES = MAPPING + "      probability: {}\n"


@pytest.mark.parametrize(
    ("given", "how", "landed", "told"),
    [
        ("0.9|1|0.25", "p", [90, 100, 25], "every value is 0 to 1, a share of one"),
        ("90|1|0.5", "p", [90, 1, 0.5], None),
        ("1|0|1", "p", [100, 0, 100], "every value is 0 or 1, which was read as 0 and 100"),
        ("0|0|0", "p", [0, 0, 0], None),
        ("0.9%|1%|0.5%", "{column: p, remove: ['%']}", [0.9, 1, 0.5], None),
        ("0.9|1|0.5", "{column: p, multiply_by: 1}", [0.9, 1, 0.5], None),
        ("0,9|1|0,5", "{column: p, decimal_separator: ','}", [90, 100, 50], "a share of one"),
    ],
)
def test_probabilities_are_per_cent_by_the_whole_column(
    company: Company, given: str, how: str, landed: list[float], told: str | None
) -> None:
    rows = "".join(f"{i};Won;;;{value}\n" for i, value in enumerate(given.split("|")))
    outcome = company.load(PROBABILITIES.format(how), deals="id;stage;value;day;p\n" + rows)
    assert [
        float(row[0]) for row in company.rows("select probability from raw_crm.opportunity")
    ] == landed
    assert [told] == [told for note in outcome.tables[0].notes if told and told in note] or (
        told is None and not outcome.tables[0].notes
    )


ASSOCIATIONS = """
tables:
  crm.opportunities:
    from: deals.csv
    columns:
      id: id
      stage_name: {constant: Won}
      account_id: {column: companies, split: ";", take: first}
  crm.opportunity_contact_roles:
    from: deals.csv
    only_with: contacts
    columns:
      id: {template: "{id}-{contacts}"}
      opportunity_id: id
      contact_id: {column: contacts, split: ";"}
"""


def test_several_ids_of_a_cell_are_rows_or_the_first_of_them(company: Company) -> None:
    outcome = company.load(
        ASSOCIATIONS,
        deals="id,companies,contacts\n1,501; 502,701;702;701;\n2,503,703\n3,;504,\n4,,;\n",
    )
    assert company.rows("select id, account_id from raw_crm.opportunity order by 1") == [
        ("1", "501"),
        ("2", "503"),
        ("3", "504"),
        ("4", None),
    ]
    roles = "select id, contact_id, _source_row from raw_crm.opportunity_contact_role order by 1"
    assert company.rows(roles) == [("1-701", "701", 2), ("1-702", "702", 2), ("2-703", "703", 3)]
    deals, roles_done = outcome.tables
    assert deals.notes == [
        "crm.opportunities: 1 row of deals.csv with several values in 'companies': the first of "
        "them counts"
    ]
    assert roles_done.left_out_count == 2


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        ("701;702", "row 2: '701;702' for crm.opportunities.account_id looks like several values"),
        ("7 701,702", "row 3: '701,702' for crm.opportunities.account_id looks like several"),
        ("701|702", "parted by bars (1 row)"),
        ("1.79E+11 1.79E+11 5", "row 2: '1.79E+11' for crm.opportunities.account_id is an id that"),
        (
            "7 1.6E13",
            "row 3: '1.6E13' for crm.opportunities.account_id is an id that a spreadsheet",
        ),
        ("1,79E+11", "an id that a spreadsheet has rounded (1 row)"),
        ("123456789012345000 223456789012345000", "has rounded (2 rows): what it was cannot be"),
        ("179000000000 180000000000 7", "an id that a spreadsheet has rounded (2 rows)"),
    ],
)
def test_what_is_no_id_stops_the_load(company: Company, ids: str, told: str) -> None:
    rows = "\n".join(f'{i};Won;;;"{value}"' for i, value in enumerate(ids.split()))
    mapping = MAPPING + "      account_id: company\n"
    assert told in company.fails(mapping, deals="id;stage;value;day;company\n" + rows)
    as_is = MAPPING + "      account_id: {column: company, as_is: true}\n"
    company.load(as_is, deals="id;stage;value;day;company\n" + rows)
    assert [row[0] for row in company.rows("select account_id from raw_crm.opportunity")] == (
        ids.split()
    )


def test_an_address_is_not_repeated_in_an_error(company: Company) -> None:
    mapping = MAPPING.replace("crm.opportunities", "crm.leads").split("      stage_name")[0]
    mapping += "      email: mail\n      created_date: day\n"
    leads = "id;mail;day\n1;ann@fir.example,bo@fir.example;2024-01-01\n"
    told = company.fails(mapping, deals=leads)
    assert "row 2: '(e-mail),(e-mail)' for crm.leads.email looks like several values" in told
    assert "fir.example" not in told


@pytest.mark.parametrize(
    ("stamp", "values", "why"),
    [
        (
            "_airbyte_extracted_at",
            ["2024-03-02 00:00:00.5Z", "2024-03-01 00:00:00Z"],
            "as older by",
        ),
        ("_fivetran_synced", ["2024-03-02 00:00:00", "2024-03-01 00:00:00"], "as older by"),
        ("_airbyte_emitted_at", ["1709335800000", "1709235800000"], "to a later row"),
    ],
)
def test_the_stamp_of_a_loader_says_which_row_is_newer(
    company: Company, stamp: str, values: list[str], why: str
) -> None:
    rows = f"id,stage,value,day,{stamp}\n1,Won,9,,{values[0]}\n1,Won,7,,{values[1]}\n"
    told = "defaults: {date_format: DD/MM/YYYY}\n" + MAPPING
    outcome = company.load(told, deals=rows)
    assert f"1 {why}" in str(outcome.tables[0].repeated)
    if why == "as older by":
        landed = f"select {stamp} from raw_crm.opportunity order by _source_row"
        assert [row[0] for row in company.rows(landed)] == values


@pytest.mark.parametrize(
    ("ids", "landed"),
    [("123.0 7.0", ["123", "7"]), ("1.0 1.1", ["1.0", "1.1"]), ("12 7.0", ["12", "7.0"])],
)
def test_ids_that_are_all_written_as_decimals_are_whole(
    company: Company, ids: str, landed: list[str]
) -> None:
    rows = "\n".join(f"{i};Won;;;{value}" for i, value in enumerate(ids.split()))
    mapping = MAPPING + "      account_id: company\n"
    outcome = company.load(mapping, deals="id;stage;value;day;company\n" + rows)
    assert [row[0] for row in company.rows("select account_id from raw_crm.opportunity")] == landed
    assert outcome.tables[0].notes == (
        [
            "crm.opportunities.account_id: 2 ids written as decimals (123.0) and read as 123 "
            "(`as_is: true` leaves them)"
        ]
        if landed == ["123", "7"]
        else []
    )


def test_what_looks_like_an_id_in_a_spreadsheet_may_be_one(company: Company) -> None:
    ids = [
        "1e5",
        "12E4",
        "100000000000",
        "1234567890123456",
        "2234567890123456",
        "Smith, Ann",
        "a-1;",
    ]
    assert company.one("x", "account_id", "\n".join(ids)) == ids
    mapping = MAPPING.replace("id: id", 'id: {template: "{id};{value}"}')
    company.load(mapping, deals=DEALS)
    assert company.rows()[0][0] == "001;10.5"


def test_a_join_follows_a_join(company: Company) -> None:
    mapping = """
tables:
  crm.leads:
    from: leads.csv
    join:
      - {with: deals.csv, on: {lead: deal_lead}}
      - {with: owners.csv, on: {deals.owner: id}}
    columns: {id: lead, created_date: day, owner_id: owners.name}
"""
    company.load(
        mapping,
        leads="lead,day\n1,2024-01-01\n2,2024-01-01\n",
        deals="deal_lead,owner\n2,o1\n",
        owners="id,name\no1,ann\n",
    )
    sql = "select id, owner_id from raw_crm.lead order by id"
    assert company.rows(sql) == [("1", None), ("2", "ann")]


def test_rows_are_kept_and_left_by_patterns(company: Company) -> None:
    filters = """    only: {stage: [won, {like: "lost*"}]}
    except: {id: [{matches: "^(total|sum)\\\\b"}, "9"]}
    columns:"""
    rows = "Total of Won,Won,3,\n9,Won,1,\n1,Won,1,\n2,Lost to us,1,\n3,Open,1,\nTotally,Won,1,\n"
    company.load(MAPPING.replace("    columns:", filters), deals="id,stage,value,day\n" + rows)
    assert [row[0] for row in company.rows()] == ["1", "2", "Totally"]


@pytest.mark.parametrize("mapping", [MAPPING, "defaults: {ragged_rows: quarantine}\n" + MAPPING])
def test_rows_without_any_value_are_blank_lines(company: Company, mapping: str) -> None:
    outcome = company.load(mapping, deals=DEALS + ",,,\n , ,,\n003,Won,,\n,,,\n")
    assert [(row[0], row[5]) for row in company.rows()] == [("001", 2), ("002", 3), ("003", 6)]
    assert outcome.quarantined == []
    assert outcome.tables[0].left_out_count == 3
    assert outcome.tables[0].filters == ["no value in any column"]


def test_short_rows_are_filled_up_when_told(company: Company) -> None:
    mapping = "defaults: {ragged_rows: pad}\n" + MAPPING
    company.load(mapping, deals=DEALS + '003,Won\n\n004,"Won\nagain",5\n')
    assert [(*row[:4], row[-1]) for row in company.rows()][2:] == [
        ("003", None, "Won", None, 4),
        ("004", "5", "Won\nagain", None, 6),
    ]
    told = company.fails(mapping, deals=DEALS + "003,Won\n004,Won,5,2024-03-03,more\n")
    assert "deals.csv, row 5: 5 values where the header has 4 columns" in told


def test_bad_values_are_left_and_foretold_by_reason(company: Company) -> None:
    bad = DEALS + ",Won,5,2024-03-03\n004,Won,much,2024-03-03\n005,Won,6,someday\n006,,7,\n"
    outcome = company.load(deals=bad)
    told = {
        (item.reason, item.row_count, item.first_row, item.first_value)
        for item in outcome.quarantined
    }
    assert told == {
        ("id: a value is required", 1, 4, None),
        ("amount: not a decimal(18, 4)", 1, 5, "much"),
        ("close_date: not a date", 1, 6, "someday"),
        ("stage_name: a value is required", 1, 7, None),
    }
    assert [row[1] for row in company.rows()] == ["10.5", "0", "5", "much", "6", "7"]


def test_ragged_rows_are_set_aside_when_told(company: Company) -> None:
    mapping = "defaults: {ragged_rows: quarantine}\n" + MAPPING
    outcome = company.load(
        mapping, deals=DEALS + "Total\n004,Won,1,2024-03-03,more\n005,,,\n006,Won,1,\n"
    )
    assert [(row[0], row[-1]) for row in company.rows()] == [
        ("001", 2),
        ("002", 3),
        (None, 4),
        (None, 5),
        ("005", 6),
        ("006", 7),
    ]
    assert {(item.reason, item.row_count) for item in outcome.quarantined} == {
        ("id: a value is required", 2),
        ("stage_name: a value is required", 1),
    }


def test_summary_tells_unused_columns_repeated_keys_and_missing_tables(
    company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    company.write(
        "deals.csv",
        DEALS.replace("day", "day,colour").replace("-01", "-01,red").replace("-02", "-02,red")
        + "001,Won,1,,\n",
    )
    company.mapping.write_text("settings: {reporting_currency: BRL}\n" + MAPPING)
    arguments = [
        "load",
        str(company.folder),
        "--mapping",
        str(company.mapping),
        "--warehouse",
        str(company.warehouse),
    ]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "3 rows" in told
    assert "1 repeat a key and give way: 1 to a later row of this load" in told
    assert "deals.csv: colour" in told
    assert "crm.leads: no funnel" in told
    assert "google_ads (all): no Google Ads cost" in told
    assert told.endswith(f"TOUCHSTONE_WAREHOUSE={company.warehouse} touchstone build\n")


@pytest.mark.parametrize(
    ("built", "holds", "code"), [(True, True, 0), (True, False, 1), (False, True, 1)]
)
def test_a_load_that_builds_ends_as_every_build_does(
    company: Company, monkeypatch: pytest.MonkeyPatch, built: bool, holds: bool, code: int
) -> None:
    company.write("deals.csv", DEALS)
    company.mapping.write_text(MAPPING)
    finished: list[Path] = []

    def finish(project: Path, warehouse: Path, variables: dict[str, Any], **_: bool) -> bool:
        assert variables == {"raw_data": "loaded"}
        finished.append(warehouse)
        return holds

    monkeypatch.setattr("touchstone.build.dbt", lambda *_, **__: built)
    monkeypatch.setattr("touchstone.build.finish", finish)
    arguments = ["load", str(company.folder), "--mapping", str(company.mapping)]
    assert main([*arguments, "--warehouse", str(company.warehouse), "--build"]) == code
    assert finished == ([company.warehouse] if built else [])


AD_DAYS = """
tables:
  google_ads.campaign_days:
    from: "days*.csv"
    columns: {customer_id: {constant: g}, id: campaign, date: day, cost_micros: cost}
"""
PARTS = "campaign,day,cost,Device\nc1,2025-01-01,60,Mobile\nc1,2025-01-01,40,Desktop\n"


def test_a_part_of_the_key_that_a_company_lacks_is_empty(company: Company) -> None:
    outcome = company.load(
        AD_DAYS, days="campaign,day,cost\nc1,2025-01-01,5\nc1,2025-01-01,5\nc1,2025-01-02,5\n"
    )
    assert [done.repeated.counts for done in outcome.tables] == [{"as a copy": 1}]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (PARTS, "days.csv, rows 2 and 3: two rows of google_ads.campaign_days have one id, date"),
        (PARTS, "differ in cost, Device; only you can know what they are"),
        (PARTS, "`breakdown: [Device]`"),
        (PARTS, "`several: latest`"),
        # not copies either, though what is mapped of them is the same
        (PARTS.replace("60", "40"), "differ in Device"),
        (PARTS.replace("Mobile", "Desktop"), "export the column that tells them apart"),
        (PARTS + PARTS.replace("c1", "c2").split("\n", 1)[1], "(and 1 more such keys)"),
    ],
)
def test_parts_of_a_cost_that_nothing_tells_apart_are_a_question(
    company: Company, days: str, told: str
) -> None:
    assert told in company.fails(AD_DAYS, days=days)


def test_parts_of_a_cost_are_rows_of_their_own_where_the_mapping_says_what_cuts_it(
    company: Company,
) -> None:
    mapping = AD_DAYS + "    breakdown: [Device, campaign]\n"
    again = "c1,2025-01-01,60,Mobile\n"
    outcome = company.load(mapping, days=PARTS + again)
    assert company.rows(
        "select cost_micros, _breakdown from raw_google_ads.campaign_stats order by _source_row"
    ) == [("60", "Mobile|c1"), ("40", "Desktop|c1"), ("60", "Mobile|c1")]
    assert outcome.tables[0].repeated.counts == {"as a copy": 1}
    assert "differ in cost" in company.fails(mapping, days=PARTS + again.replace("60", "61"))


def test_the_later_row_of_a_cost_counts_where_the_mapping_says_so(company: Company) -> None:
    outcome = company.load(AD_DAYS + "    several: latest\n", days=PARTS)
    assert outcome.tables[0].repeated.counts == {"to a later row of this load": 1}
    assert outcome.tables[0].repeated.differing_in == ["cost_micros"]


def test_a_total_beside_its_parts_is_a_question(company: Company) -> None:
    mapping = AD_DAYS + "    breakdown: [Device]\n"
    message = company.fails(mapping, days=PARTS + "c1,2025-01-01,100,\n")
    assert "days.csv row 4 has no breakdown, and days.csv row 2, of the same id, date" in message
    company.load(AD_DAYS, days="campaign,day,cost\nc1,2025-01-01,100\n")
    company.mapping.write_text(mapping)
    with pytest.raises(UserError, match="without --append"):
        company.load(mapping, append=True, days=PARTS)
    assert company.rows("select cost_micros from raw_google_ads.campaign_stats") == [("100",)]


def test_an_earlier_state_of_a_cost_gives_way_by_its_stamp(company: Company) -> None:
    outcome = company.load(
        AD_DAYS.replace("cost_micros: cost", "cost_micros: cost, _fivetran_synced: seen"),
        days="campaign,day,cost,seen\nc1,2025-01-01,60,2025-02-01\nc1,2025-01-01,40,2025-01-02\n",
    )
    assert outcome.tables[0].repeated.counts == {"as older by _fivetran_synced": 1}


def test_rows_say_of_which_load_they_are_and_why_they_gave_way(
    company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    company.load(deals=DEALS)
    company.load(append=True, deals=DEALS.replace("10.5", "11") + "002,Won,0,2024-03-02\n")
    outcome = company.load(
        append=True, deals="id,stage,value,day\n001,Won,11,2024-03-01\n003,Won,one,2024-03-01\n"
    )
    rows = "select id, amount, stage_name, _load_number from raw_crm.opportunity"
    assert company.rows(f"{rows} order by 4, _source_row") == [
        ("001", "10.5", "Won", 1),
        ("002", "0", "Lost", 1),
        ("001", "11", "Won", 2),
        ("002", "0", "Lost", 2),
        ("002", "0", "Won", 2),
        ("001", "11", "Won", 3),
        ("003", "one", "Won", 3),
    ]
    assert company.rows(
        "select load_number, company, way, files, row_count from loaded.loads order by 1"
    ) == [
        (1, "acme", "replace", ["deals.csv"], 2),
        (2, "acme", "append", ["deals.csv"], 3),
        (3, "acme", "append", ["deals.csv"], 2),
    ]
    repeated = outcome.tables[0].repeated
    assert repeated.counts == {
        "to a newer load": 2,
        "as a copy": 1,
        "to a later row of this load": 1,
    }
    assert (
        str(repeated) == "4 repeat a key and give way: 2 to a newer load, 1 as a copy, "
        "1 to a later row of this load; 3 said something else than the row that counts, of "
        "amount, stage_name"
    )
    company.load(deals=DEALS)
    assert {row[3] for row in company.rows(rows)} == {4}


def test_what_a_loader_says_of_versions_lands_without_a_word_of_the_mapping(
    company: Company,
) -> None:
    outcome = company.load(
        deals="id,stage,value,day,_fivetran_active,_Fivetran_Deleted,_dlt_load_id\n"
        "1,Won,1200,,TRUE,,1\n1,Open,900,,FALSE,,2\n2,Won,1,,true,TRUE,10\n2,Won,2,,true,,9\n"
    )
    assert outcome.tables[0].repeated.counts == {
        "as no longer active": 1,
        "as older by _dlt_load_id": 1,
    }
    assert outcome.unused_columns == []
    assert company.rows(
        "select _fivetran_active, _fivetran_deleted, _dlt_load_id from raw_crm.opportunity "
        "where id = '2' order by _source_row"
    ) == [("true", "TRUE", "10"), ("true", None, "9")]


def test_both_spellings_of_an_id_are_one_key_of_the_crm(company: Company) -> None:
    outcome = company.load(
        deals="id,stage,value,day\n006H00000000001,Won,1,\n006H00000000001AAA,Won,2,\n"
    )
    assert outcome.tables[0].repeated.differing_in == ["id", "amount"]


def test_check_writes_nothing(company: Company, capsys: pytest.CaptureFixture[str]) -> None:
    company.write("deals.csv", DEALS)
    company.mapping.write_text(MAPPING)
    arguments = [
        "load",
        str(company.folder),
        "--mapping",
        str(company.mapping),
        "--warehouse",
        str(company.warehouse),
    ]
    assert main([*arguments, "--check"]) == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert list(company.warehouse.parent.iterdir()) == []


def test_the_file_opens_in_old_clients(company: Company) -> None:
    company.load(deals=DEALS)
    (tags,) = company.rows("select tags from duckdb_databases() where database_name = 'acme'")[0]
    assert tags["storage_version"].startswith("v1.2")


# all or nothing


def test_a_failed_load_leaves_the_one_before(company: Company) -> None:
    company.load(deals=DEALS)
    company.fails(deals=DEALS + "3,Won\n")
    assert len(company.rows()) == 2
    assert [path.name for path in company.warehouse.parent.iterdir()] == ["acme.duckdb"]


def test_a_failed_first_load_leaves_no_file(company: Company) -> None:
    company.fails(deals=DEALS + "3,Won\n")
    assert not company.warehouse.exists()


def test_loading_again_replaces_all_tables(company: Company) -> None:
    company.load(
        MAPPING + "  crm.users:\n    from: deals.csv\n    columns: {id: stage}\n", deals=DEALS
    )
    company.load(deals=DEALS + "003,Won,1,\n")
    tables = company.rows("select table_schema || '.' || table_name from information_schema.tables")
    assert sorted(tables) == [
        ("loaded.loads",),
        ("maintenance.kept_settings",),
        ("raw_crm.opportunity",),
    ]
    assert len(company.rows()) == 3


def test_a_table_that_another_tool_landed_is_not_replaced(company: Company) -> None:
    company.warehouse.parent.mkdir()
    with duckdb.connect(str(company.warehouse)) as connection:
        connection.execute(
            "create schema raw_crm; create table raw_crm.opportunity as select 1 as id"
        )
    assert "raw_crm.opportunity that touchstone load did not write" in company.fails(deals=DEALS)


# files named after the tables


@pytest.mark.parametrize(
    "name", ["crm__opportunities.csv", "crm/opportunities.csv", "crm/opportunity.csv"]
)
def test_files_named_after_the_tables_need_no_mapping(company: Company, name: str) -> None:
    company.write(name, "id,stage_name,created_date,colour\n1,Won,2024-01-05T10:00:00Z,red\n")
    assert main(["load", str(company.folder), "--warehouse", str(company.warehouse)]) == 0
    assert company.rows("select id, created_date from raw_crm.opportunity") == [
        ("1", "2024-01-05 10:00:00")
    ]


def test_a_folder_of_parquet_parts_needs_no_mapping(company: Company) -> None:
    (company.folder / "web__page_views").mkdir()
    for part in (1, 2):
        duckdb.execute(
            f"copy (select 'v{part}' as id, 'a' as anonymous_id, "
            "timestamp '2024-01-05 10:00:00' as timestamp) "
            f"to '{company.folder}/web__page_views/part_{part}.parquet'"
        )
    assert main(["load", str(company.folder), "--warehouse", str(company.warehouse)]) == 0
    assert company.rows("select id from raw_web.pages order by 1") == [("v1",), ("v2",)]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("crm__opportunitys.csv", "id\n1\n", "did you mean 'crm__opportunit"),
        (
            "crm__opportunities.csv",
            "Id,stage\n1,Won\n",
            "no column 'stage_name'; did you mean 'stage'?",
        ),
    ],
)
def test_files_named_after_no_table(
    company: Company, name: str, content: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    company.write(name, content)
    assert main(["load", str(company.folder), "--warehouse", str(company.warehouse)]) == 2
    assert told in capsys.readouterr().err


# what stops a load: the file


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "deals.csv is empty"),
        ("   \n", "deals.csv is empty"),
        (
            DEALS + "3,Won,1\n",
            "deals.csv, row 4: 3 values where the header has 4 columns: '3,Won,1'",
        ),
        (DEALS + "3,Won,1,2,3\n", "deals.csv, row 4: 5 values where the header has 4 columns"),
        ('id,stage,value,day\n1,"a\nb",1,\n\n2,b\n', "deals.csv, row 5: 2 values"),
        (
            DEALS + '3,"Won,1,2024-01-01\n4,Won,1,\n',
            'deals.csv, row 4: a quote (") is opened and not closed',
        ),
        (DEALS.replace("stage", "id"), "column 'id' is in the header 2 times (columns 1, 2)"),
        (
            DEALS.replace("stage", "status"),
            "has no column 'stage'. Its columns: id, status, value, day.",
        ),
        (
            "Report of deals, by stage\n\nAll of them\n" + DEALS.replace(",", ";"),
            "Row 4 has it, so that the rows before are no header: write `skip_rows: 3` and "
            "`delimiter: ';'` under this file",
        ),
        (
            b"PK\x03\x04 and more \x00\x01",
            "deals.csv is named like a text file and is a spreadsheet",
        ),
        (b"\x1f\x8b\x08\x00\x00", "packed with gzip: name it .csv.gz"),
        (
            b"\x07\x00\x00\x00\x12\x34\x00\x00\x00\x56\x78\x9a",
            "deals.csv is no text (it holds zero",
        ),
        ("<!DOCTYPE html><html><table><tr>", "deals.csv is a web page or XML and no CSV"),
        ('[{"id": 1}]', "deals.csv is JSON and no CSV"),
        (DEALS.replace("stage", "stages"), "no column 'stage'; did you mean 'stages'?"),
        (DEALS.encode("utf-16-le"), "holds zero bytes): try `encoding: utf-16-le`"),
        (
            DEALS.encode() + b"3,Gewonnen \xe9,1,\n",
            "deals.csv, row 4: 'Gewonnen \ufffd' is not UTF-8 text",
        ),
        (b"id,st\xe9ge\n", "the header is not UTF-8 text"),
        (
            "id;stage,value\n1;2,3\n",
            "separated by ',' (2 columns) and ';' (2 columns): say which with `delimiter:`",
        ),
        (
            DEALS.replace("2024-03-01", "13/02/2024"),
            "deals.csv, row 2: '13/02/2024' for crm.opportunities.close_date is not written "
            "YYYY-MM-DD, and the "
            "mapping gives no format; they fit DD/MM/YYYY. Add",
        ),
        (DEALS.replace("2024-03-01", "02/13/2024"), "they fit MM/DD/YYYY. Add"),
        (
            DEALS.replace("2024-03-0", "3/3/202"),
            "fit DD/MM/YYYY and MM/DD/YYYY alike, and only you can know which",
        ),
        (DEALS.replace("2024-03-01", "13.2.24 9:05"), "they fit DD.MM.YY HH:mm. Add"),
        (DEALS.replace("2024-03-0", "2024/3/"), "it fits YYYY/MM/DD. Add `date_format: YYYY/MM"),
        (DEALS.replace("2024-03-01", "1711933784000"), "Add `date_format: epoch milliseconds`"),
        (DEALS.replace("2024-03-01", "45383"), "how a spreadsheet keeps a date"),
        (
            DEALS.replace("2024-03-01", "13/02/2024").replace("2024-03-02", "02/13/2024"),
            "some fit only DD/MM/YYYY and some only MM/DD/YYYY",
        ),
        (
            DEALS.replace("10.5", '"1.234,50"'),
            "row 2: '1.234,50' for crm.opportunities.amount is not a plain number",
        ),
        (
            DEALS.replace("10.5", "12.500"),
            "row 2: '12.500' for crm.opportunities.amount may be thousands or decimals: every "
            "value of the column that has a separator has exactly three digits behind it, and "
            "only you can know which. Add to the column, its file or `defaults:` "
            '`thousands_separator: "."` where it is 12500',
        ),
        (
            DEALS.replace("10.5", "12.500").replace(",0,", ',"1.234,56",'),
            'fit `decimal_separator: ","` and `thousands_separator: "."`: add it to the column',
        ),
        (
            DEALS.replace("10.5", '"1,250"').replace(",0,", ',"1,234.56",'),
            'fit `thousands_separator: ","`: add it to the column',
        ),
        (
            DEALS.replace("10.5", "7").replace(",0,", ',"1 234,56",'),
            "row 3: '1 234,56' for crm.opportunities.amount is not a plain number such as 1234.56, "
            "and the mapping does not say how numbers are written; all its values together fit "
            '`decimal_separator: ","` and `thousands_separator: " "`',
        ),
        (DEALS.replace("10.5", "1\u202f234"), 'together fit `thousands_separator: " "`'),
        (DEALS.replace("10.5", "1'234.50"), """together fit `thousands_separator: "'"`"""),
        (DEALS.replace("10.5", "1\u2019234.50"), """together fit `thousands_separator: "'"`"""),
        (DEALS + "Total,,10.5,\n", "row 4: 'Total' for crm.opportunities.id is what a row of tot"),
        (DEALS + "Gesamtsumme,,10.5,\n", '`except: {their column: "Gesamtsumme"}` beside `from:`'),
        (
            DEALS.replace("10.5", '"1,250"'),
            '`thousands_separator: ","` where it is 1250, or `decimal_separator: ","` where it is',
        ),
        (
            DEALS.replace("10.5", "12.5").replace(",0,", ',"1.234,56",'),
            "contradict each other: '12.5' in row 2 has a decimal point, '1.234,56' in row 3",
        ),
        (
            DEALS.replace("10.5", "$10.50"),
            "row 2: '$10.50' for crm.opportunities.amount is not a plain number",
        ),
        (
            "id,stage,value,day\n" + "".join(f"{i},Won,{i},soon\n" for i in range(10)),
            "row 2: 'soon' for crm.opportunities.close_date cannot be read as a date, nor can "
            "any other of the 10",
        ),
    ],
)
def test_bad_files(company: Company, content: str | bytes, told: str) -> None:
    assert told in company.fails(deals=content)


def test_a_missing_file_is_told_with_those_there(company: Company) -> None:
    company.write("deal.csv", DEALS)
    message = company.fails()
    assert "has no file deals.csv; did you mean 'deal.csv'? Files there: deal.csv" in message


def test_a_wrong_delimiter_is_told(company: Company) -> None:
    message = company.fails("defaults: {delimiter: ';'}\n" + MAPPING, deals=DEALS)
    assert "The header is one column: should `delimiter:` be ','?" in message


def test_a_wrong_encoding_is_told(company: Company) -> None:
    message = company.fails(
        "defaults: {encoding: ascii}\n" + MAPPING, deals=DEALS + "3,Gewönnen,1,\n"
    )
    assert "not ascii text" in message


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("deals.xlsx", b"PK", "is a spreadsheet: save each of its sheets as CSV"),
        ("deals.zip", b"PK", "is an archive: unpack it"),
        ("deals.parquet", b"PAR1", "is not a Parquet file that can be read"),
        ("deals.csv.gz", b"not gzip", "cannot be read"),
    ],
)
def test_files_of_another_kind(company: Company, name: str, content: bytes, told: str) -> None:
    company.write(name, content)
    assert told in company.fails(MAPPING.replace("deals.csv", name))


def test_several_files_must_be_alike(company: Company) -> None:
    company.write("deals_1.csv", DEALS)
    company.write("deals_2.csv", DEALS.replace("value", "amount"))
    message = company.fails(MAPPING.replace("deals.csv", '"deals_*.csv"'))
    assert "deals_2.csv has other columns than deals_1.csv" in message
    assert "amount, value" in message


def test_a_join_that_would_repeat_rows(company: Company) -> None:
    mapping = MAPPING.replace("    columns:", "    join: {with: owners.csv, on: id}\n    columns:")
    message = company.fails(mapping, deals=DEALS, owners="id,owner\n001,a\n002,b\n001,c\n")
    assert "owners.csv has several rows for one id (1 of them; '001' in rows 2 to 4)" in message
    mapping = mapping.replace("on: id}", "on: id, several: first}").replace(
        "stage_name", "owner_id: owners.owner\n      stage_name"
    )
    company.load(mapping, deals=DEALS, owners="id,owner\n001,a\n002,b\n001,c\n")
    assert company.rows("select id, owner_id from raw_crm.opportunity order by 1") == [
        ("001", "a"),
        ("002", "b"),
    ]


def test_a_strict_value_map_that_misses_values(company: Company) -> None:
    strict = "{column: stage, values: {Won: A}, unlisted: error}"
    message = company.fails(
        MAPPING.replace("stage_name: stage", f"stage_name: {strict}"), deals=DEALS
    )
    assert message.startswith(
        "deals.csv, row 3, column 'stage': the value map of crm.opportunities.stage_name does "
        "not list 'Lost' (1 row)"
    )


# what stops a load: the mapping


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "tables:",
            "tabels:",
            "acme.yml line 2: 'tabels' is no key of a mapping; did you mean 'tables'?",
        ),
        (
            "crm.opportunities",
            "crm.oportunities",
            "line 3: 'crm.oportunities' is no source table; did you mean 'crm.opportunities'?",
        ),
        (
            "amount: value",
            "amont: value",
            "line 8: 'amont' is no column of crm.opportunities; did you mean 'amount'?",
        ),
        ("    from: deals.csv\n", "", "has no `from:`"),
        ("deals.csv", "deals", "'deals' is neither a name under `files:` nor a file name"),
        ("      id: id\n", "", "does not map 'id', which it requires (required: id, stage_name)"),
        (
            "amount: value",
            "amount: valu",
            "line 8: deals.csv has no column 'valu'; did you mean 'value'?",
        ),
        (
            "amount: value",
            "amount: {colum: value}",
            "'colum' is no key of column 'amount'; did you mean 'column'?",
        ),
        ("amount: value", "amount: {values: {a: b}}", "needs exactly one of: column, constant"),
        (
            "amount: value",
            "amount: {column: value, constant: 1}",
            "needs exactly one of: column, constant",
        ),
        ("amount: value", "amount:", "'amount' is mapped to nothing"),
        (
            "amount: value",
            "amount: value\n      amount: day",
            "line 9: 'amount' is there twice (first in line 8)",
        ),
        (
            "amount: value",
            "amount: {constant: much}",
            "line 8: 'much' is no number and cannot stand in amount",
        ),
        ("close_date: day", "close_date: {constant: 31/12/2024}", "'31/12/2024' is no date"),
        (
            "close_date: day",
            "close_date: {column: day, date_format: DD/MM}",
            "'date_format' is 'DD/MM': write it",
        ),
        (
            "close_date: day",
            "close_date: {column: day, date_format: whenever}",
            "'date_format' is 'whenever'",
        ),
        ("close_date: day", "close_date: {column: day, time_zone: Mars}", "'Mars' is no time zone"),
        (
            "close_date: day",
            "close_date: {column: day, multiply_by: 2}",
            "'multiply_by' is for numbers",
        ),
        (
            "amount: value",
            "amount: {column: value, decimal_separator: ';'}",
            "it must be '.' or ','",
        ),
        (
            "amount: value",
            "amount: {column: value, multiply_by: two}",
            "it must be a number such as",
        ),
        (
            "amount: value",
            "amount: {column: value, decimal_separator: ',', thousands_separator: ','}",
            "are the same: they must differ",
        ),
        (
            "stage_name: stage",
            "stage_name: {column: stage, values: {won: a, Won: b}}",
            "differ only in case",
        ),
        (
            "stage_name: stage",
            "stage_name: {column: stage, unlisted: maybe}",
            "must be one of: keep, empty, error",
        ),
        ("stage_name: stage", 'stage_name: {template: "Won"}', "names no column"),
        (
            "stage_name: stage",
            'stage_name: {template: "{stagé}"}',
            "no column 'stagé'; did you mean 'stage'?",
        ),
        ("    columns:", "    join: {with: deals.csv}\n    columns:", "a join needs `on:`"),
        (
            "    columns:",
            "    except: {stage: {matches: '('}}\n    columns:",
            "'matches' is '(', which is no regular expression",
        ),
        (
            "    columns:",
            "    except: {stage: {starts: T}}\n    columns:",
            "'starts' is no key of a pattern for 'stage'",
        ),
        (
            "amount: value",
            "amount: {column: value, suffixes: [X]}",
            "'suffixes' must say what 'X' stands for",
        ),
        (
            "amount: value",
            "account_id: {column: value, split: ;}",
            "all of them would have one id: add it to the key, as in "
            '`id: {template: "{id}-{value}"}`',
        ),
        ("amount: value", "account_id: {column: value, take: first}", "'take' needs `split:`"),
        ("    columns:", "    join: {with: deals.csv, on: nope}\n    columns:", "no column 'nope'"),
        (
            "    columns:",
            "    only: {stag: [Won]}\n    columns:",
            "no column 'stag'; did you mean 'stage'?",
        ),
        (
            "\ntables:",
            "\nsettings: {reporting_curency: EUR}\ntables:",
            "did you mean 'reporting_currency'?",
        ),
        (
            "\ntables:",
            "\nsettings: {raw_data: sample}\ntables:",
            "'raw_data' is no key of settings",
        ),
        (
            "\ntables:",
            "\nsettings: {reporting_currency: euro}\ntables:",
            "must be an ISO 4217 code",
        ),
        ("\ntables:", "\nsettings: {as_of: 1.2.2024}\ntables:", "it must be a day, YYYY-MM-DD"),
        (
            "\ntables:",
            "\nsettings: {session_gap_minutes: half}\ntables:",
            "it must be a whole number",
        ),
        (
            "\ntables:",
            "\nsettings: {attribution_population: acount}\ntables:",
            "it must be one of: account, contact_role, primary_contact_role",
        ),
        ("\ntables:", "\ndefaults: {delimeter: ;}\ntables:", "did you mean 'delimiter'?"),
        ("\ntables:", "\ndefaults: {delimiter: ;;}\ntables:", "it must be one character, or tab"),
        ("\ntables:", "\ndefaults: {encoding: utf-9}\ntables:", "'utf-9' is no encoding"),
        ("amount: value", "amount: %value", "acme.yml line 8: not valid YAML"),
        ("amount: value", "amount: [value]", "must be the name of your column, or keys"),
    ],
)
def test_bad_mappings(company: Company, old: str, new: str, told: str) -> None:
    assert old in MAPPING
    assert told in company.fails(MAPPING.replace(old, new, 1), deals=DEALS)


def test_an_empty_mapping_is_told(company: Company) -> None:
    assert "acme.yml is empty" in company.fails("# nothing\n", deals=DEALS)


def test_a_column_of_a_joined_file_is_told(company: Company) -> None:
    mapping = MAPPING.replace(
        "    columns:", "    join: {with: owners.csv, on: id}\n    columns:\n      owner_id: owner"
    )
    message = company.fails(mapping, deals=DEALS, owners="id,owner\n001,a\n")
    assert "deals.csv has no column 'owner', owners.csv does: write 'owners.owner'" in message


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["load"], "which folder?"),
        (["load", "nowhere"], "nowhere is not a folder"),
        (["load", ".", "--mapping", "olst"], "no mapping file olst; did you mean 'olist'?"),
        (["load", "--template", "crn"], "no source system or table 'crn'; did you mean 'crm'?"),
    ],
)
def test_bad_commands(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


# templates, settings, formats


def test_the_template_is_a_mapping_that_loads(
    company: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", "--template", "all"]) == 0
    company.mapping.write_text(capsys.readouterr().out, encoding="utf-8")
    mapping = read_mapping(company.mapping, PROJECT)
    assert len(mapping.parts) == 29
    for part in mapping.parts:
        header = ",".join(f'"{origin.column}"' for origin in part.columns.values())
        company.write(part.file.pattern, header.replace(",", ";") + "\n")
    outcome = load(company.folder, mapping, PROJECT, company.warehouse)
    assert [done.row_count for done in outcome.tables] == [0] * 29
    assert outcome.missing == []


def test_dbt_vars_have_the_types_of_the_project(tmp_path: Path) -> None:
    path = tmp_path / "acme.yml"
    path.write_text(
        "settings: {attribution_lookback_days: 90, as_of: 2024-12-31, reporting_currency: EUR}"
        + MAPPING
    )
    assert dbt_vars(path, PROJECT) == {
        "raw_data": "loaded",
        "attribution_lookback_days": 90,
        "as_of": "2024-12-31",
        "reporting_currency": "EUR",
    }


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("DD/MM/YYYY HH:mm:ss", "%d/%m/%Y %H:%M:%S"),
        ("YYYY-MM-DDTHH:mm:ss.SSSZ", "%Y-%m-%dT%H:%M:%S.%g%z"),
        ("MMMM D, YYYY hh:mm PM", "%B %d, %Y %I:%M %p"),
        ("%Y%m%d", "%Y%m%d"),
    ],
)
def test_date_formats(written: str, form: str) -> None:
    assert strptime_format(written) == form


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("14.3.24", "DD.MM.YY"),
        ("14/03/2024 9:05:07", "DD/MM/YYYY HH:mm:ss"),
        ("14/03/2024, 9:05 PM", "DD/MM/YYYY, hh:mm AM"),
        ("2024-03-14 09:05 am", "YYYY-MM-DD hh:mm AM"),
        ("2024/03/14T09:05:07.123Z", "YYYY/MM/DDTHH:mm:ss.SSSZ"),
        ("20240314", "YYYYMMDD"),
        ("1711933784", "epoch seconds"),
        ("1711933784000.0", "epoch milliseconds"),
        ("1711933784000000", "epoch microseconds"),
        ("5 Jan 2024", "DD MMM YYYY"),
        ("05-Jan-24", "DD-MMM-YY"),
        ("March 5, 2024", "MMMM DD, YYYY"),
        ("soon", ""),
    ],
)
def test_the_format_of_a_date_is_told_from_it(value: str, form: str) -> None:
    assert format_of(value) == form
    if form and not form.startswith("epoch"):
        written = strptime_format(form)
        given = value.replace("Z", "+00")
        assert duckdb.execute(f"select strptime('{given}', '{written}')").fetchone()


def test_days_that_stand_for_always_and_never_are_said(company: Company) -> None:
    outcome = company.load(
        """
tables:
  crm.conversion_rates:
    from: rates.csv
    columns: {id: id, iso_code: iso, start_date: start, next_start_date: stop, conversion_rate: r}
  finance.campaign_costs:
    from: rates.csv
    columns: {id: id, campaign_id: iso, amount: r, invoice_date: start}
""",
        rates="id,iso,start,stop,r\n1,EUR,0001-01-01,2024-01-01,0.9\n2,EUR,2024-01-01,9999-12-31,1\n",
    )
    rates, costs = outcome.tables
    assert rates.notes == [
        "crm.conversion_rates.start_date: 1 x 0001-01-01: from the beginning",
        "crm.conversion_rates.next_start_date: 1 x 9999-12-31: no date",
    ]
    assert costs.notes == ["finance.campaign_costs.invoice_date: 1 x 0001-01-01: no date"]
    # an invoice must have a day
    assert [(item.reason, item.row_count) for item in outcome.quarantined] == [
        ("invoice_date: a value is required", 1)
    ]


def test_help_explains_with_the_two_companies(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["load", "--help"])
    told = capsys.readouterr().out
    assert "olist.yml" in told
    assert "maven_crm.yml" in told


@pytest.mark.parametrize(
    ("values", "landed"),
    [
        ("12.500 0.845", ["12.500", "0.845"]),
        ("12.500 .5", ["12.500", ".5"]),
        ("12.500 1234.567", ["12.500", "1234.567"]),
        ("12.500 -1.25", ["12.500", "-1.25"]),
        ("1200 7", ["1200", "7"]),
    ],
)
def test_a_clear_column_is_no_question(company: Company, values: str, landed: list[str]) -> None:
    assert company.one("x", "amount", values.replace(" ", "\n")) == landed


def test_one_slip_in_a_hundred_is_a_slip_and_more_is_a_format(company: Company) -> None:
    rows = [f"{i},Won,1,2024-03-01\n" for i in range(1, 100)]
    outcome = company.load(deals="id,stage,value,day\n" + "".join(rows) + "100,Won,1,03/04/2024\n")
    assert [(item.reason, item.row_count) for item in outcome.quarantined] == [
        ("close_date: not a date", 1)
    ]
    rows[0] = rows[0].replace("2024-03-01", "13/04/2024")
    message = company.fails(
        deals="id,stage,value,day\n" + "".join(rows) + "100,Won,1,03/04/2024\n",
    )
    assert "they fit DD/MM/YYYY" in message


def test_the_sample_loads_by_its_file_names_with_its_planted_faults(company: Company) -> None:
    seeds = PROJECT / "seeds" / "raw"
    mapping = identity_mapping(seeds, read_contract(PROJECT), company.folder)
    outcome = load(seeds, mapping, PROJECT, company.warehouse)
    assert outcome.missing == []
    assert outcome.unused_columns == []
    assert 0 < sum(item.row_count for item in outcome.quarantined) < 100


def test_a_day_is_added_to_what_earlier_loads_brought(company: Company) -> None:
    company.load(deals=DEALS)
    more = MAPPING + "      name: title\n"
    company.load(more, append=True, deals="id,stage,value,day,title\n003,Won,5,2024-03-03,Third\n")
    assert company.rows("select id, name from raw_crm.opportunity order by id") == [
        ("001", None),
        ("002", None),
        ("003", "Third"),
    ]
    company.load(deals=DEALS)
    assert len(company.rows()) == 2


def test_guards_of_what_was_loaded_run_before_the_first_build(
    company: Company, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    company.load(deals=DEALS)
    monkeypatch.setenv("TOUCHSTONE_WAREHOUSE", str(company.warehouse))
    assert main(["check", "--edge", "in"]) == 0
    told = capsys.readouterr()
    assert "does not run" not in told.out + told.err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{as_of: 2024-13-01}", "--vars has a date that does not exist: month must be in 1..12"),
        ("{a: [}", "--vars is not YAML: expected the node content, but found '}'; write --vars"),
    ],
)
def test_vars_that_cannot_be_read_are_one_sentence(
    given: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--vars", given]) == 2
    assert told in capsys.readouterr().err
