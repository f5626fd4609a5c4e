"""Pages of a check that a person can read, without a network: ours in front, Data Docs behind.

Great Expectations' own pages take their styles, icons and list of results from servers elsewhere.
Here those are left out, and a style of a few lines is put in.
"""

import re
import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path

from touchstone.checks.checking import Finding
from touchstone.checks.report import LABELS, summary
from touchstone.errors import UserError

MARK = "<!-- touchstone check -->"
DATA_DOCS = "data_docs"
STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: #8889; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 68rem; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h5, h6 { margin: 1rem 0 0; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { border-top: 1px solid var(--line); padding: .35rem .5rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
thead[hidden] { display: none; }
article { border: 1px solid var(--line); border-left: .4rem solid #c80; border-radius: .3rem;
  margin: 1rem 0; padding: .2rem 1rem .6rem; overflow-wrap: anywhere; }
article.STOP { border-left-color: #c22; }
article h3 { font-size: 1.05rem; margin: .5rem 0; }
dl { display: grid; grid-template-columns: 7rem 1fr; gap: .15rem .8rem; margin: 0; }
dt { opacity: .7; } dd { margin: 0; }
details { border-top: 1px solid var(--line); padding: .4rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.failed, .broken { color: #c22; font-weight: 600; } .empty, .absent { opacity: .6; }
.fa-check-circle::before { content: "holds"; color: #284; }
.fa-times::before, .fa-times-circle::before { content: "fails"; color: #c22; font-weight: 600; }
.fa-exclamation-triangle::before { content: "broken"; color: #c22; font-weight: 600; }
i { font-style: normal; }
ol.breadcrumb { list-style: none; padding: 0; }
.sticky, .collapse, [data-toggle="collapse"] { display: none; }
th, td:has(.fas) { overflow-wrap: normal; white-space: nowrap; }
@media (max-width: 40rem) {
  body { padding: .6rem; } dl { grid-template-columns: 1fr; } dt { margin-top: .3rem; }
  .rows td, .rows th { display: block; border: 0; padding: .05rem 0; }
  .rows thead { display: none; } .rows tr { display: block; border-top: 1px solid var(--line);
  padding: .3rem 0; }
}
"""
_ELSEWHERE = re.compile(
    r"<script\b[^>]*>.*?</script>|<link\b[^>]*>|<style\b[^>]*>.*?</style>|<img\b[^>]*>"
    r"|<footer\b.*?</footer>",
    re.DOTALL,
)


def prepare(folder: Path) -> Path:
    """Empty a folder of the pages of an earlier check; return where Data Docs go.

    Raises:
        UserError: the folder holds something else.
    """
    index = folder / "index.html"
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; name a folder for the pages with --docs")
    if folder.is_dir() and any(folder.iterdir()):
        if not index.is_file() or MARK not in index.read_text(encoding="utf-8", errors="replace"):
            raise UserError(
                f"{folder} holds files that are no pages of an earlier check, and they would be "
                "mixed with them: name a new folder with --docs"
            )
        shutil.rmtree(folder / DATA_DOCS, ignore_errors=True)
    return (folder / DATA_DOCS).absolute()


def write(folder: Path, findings: Sequence[Finding]) -> Path:
    """Write the front page and make the pages of Data Docs stand by themselves; return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    docs = folder / DATA_DOCS
    shutil.rmtree(docs / "static", ignore_errors=True)
    for page in docs.rglob("*.html"):
        page.write_text(_standing_alone(page, folder), encoding="utf-8")
    index = folder / "index.html"
    index.write_text(_front(findings, _pages_by_table(folder)), encoding="utf-8")
    return index


def _standing_alone(page: Path, folder: Path) -> str:
    home = "../" * len(page.relative_to(folder).parent.parts) + "index.html"
    text = _ELSEWHERE.sub("", page.read_text(encoding="utf-8"))
    # its own front page is drawn by a script from elsewhere
    text = re.sub(r'href="(\./|(\.\./)+)index\.html"', f'href="{home}"', text)
    return text.replace("</head>", f"<style>{STYLE}</style></head>", 1)


def _pages_by_table(folder: Path) -> dict[str, str]:
    pages = (folder / DATA_DOCS / "validations").rglob("*.html")
    return {
        page.stem.removeprefix("warehouse-"): page.relative_to(folder).as_posix() for page in pages
    }


def _front(findings: Sequence[Finding], pages: dict[str, str]) -> str:
    wrong = [finding for finding in findings if finding.stops or finding.warns]
    cards = "".join(_card(finding) for finding in wrong) or "<p>Nothing to look at.</p>"
    tables = "".join(
        _table(label, [item for item in findings if item.table == label], pages.get(label))
        for label in sorted({finding.table for finding in findings})
    )
    return (
        f'<!DOCTYPE html>{MARK}<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Guards</title><style>{STYLE}</style></head><body><h1>Guards</h1>"
        f"<p>{escape(summary(findings))}</p><h2>To look at, the worst first</h2>{cards}"
        f"<h2>Every table</h2>{tables}</body></html>"
    )


def _card(finding: Finding) -> str:
    guard, label = finding.guard, LABELS[finding.stops]
    said = {
        "seen": finding.observed,
        "limit": finding.limit,
        "for example": finding.sample_keys,
        "guards": guard.definition,
        "because": guard.reason,
        "do next": finding.next_step,
        "guard": f"{guard.name}, version {guard.version}, agreed by {guard.agreed_by}",
    }
    lines = "".join(
        f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in said.items() if value
    )
    return (
        f'<article class="{label}"><h3>{label} · {escape(finding.table)}: '
        f"{escape(guard.statement)}</h3><dl>{lines}</dl></article>"
    )


def _table(label: str, findings: Sequence[Finding], page: str | None) -> str:
    held = sum(finding.outcome == "held" for finding in findings)
    link = f'<p><a href="{escape(page)}">Data Docs of this table</a></p>' if page else ""
    rows = "".join(
        f'<tr><td class="{finding.outcome}">{finding.outcome}</td>'
        f"<td>{escape(finding.guard.statement)}</td><td>{escape(finding.observed)}</td>"
        f"<td>{escape(finding.limit)}</td></tr>"
        for finding in findings
    )
    return (
        f"<details><summary>{escape(label)}: {held} of {len(findings)} hold</summary>{link}"
        '<table class="rows"><thead><tr><th>outcome</th><th>must be true</th><th>seen</th>'
        f"<th>limit</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )
