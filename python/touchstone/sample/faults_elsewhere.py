"""Ordinary dirt (spec 5.6) outside the CRM's people and deals: web, ads, campaigns, rates."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY
from touchstone.sample.dice import Bools
from touchstone.sample.spoiler import Key, Spoiler, later

PAGES: Key = ("web", "page_views")
FORMS: Key = ("web", "identifies")
CAMPAIGNS: Key = ("crm", "campaigns")
RATES: Key = ("crm", "conversion_rates")
CLICKS = {"google_ads": "clicks", "linkedin_ads": "clicks", "facebook_ads": "inline_link_clicks"}
KIOSK_COOKIE = "c999999999"  # the one tablet at a booth that everybody types into


def scanners(spoiler: Spoiler) -> None:
    """F22: a mail scanner opens six links within seconds."""
    with_mail = spoiler.where(PAGES, "context_campaign_medium", "email")
    rows = np.repeat(spoiler.some(PAGES, 0.01, with_mail, 2), 6)
    count = len(rows)
    turn = np.arange(count) % 6
    seen = later(spoiler.values(PAGES, "timestamp").take(pa.array(rows)), turn - 30)
    ids = col.numbered(
        "pv", spoiler.number_from + spoiler.tables[PAGES].num_rows + np.arange(count)
    )
    cookies = col.numbered("s", spoiler.number_from + np.arange(count) // 6)
    changes = {
        "id": ids,
        "anonymous_id": cookies,
        "user_id": None,
        "timestamp": seen,
        "received_at": seen,
    }
    spoiler.copy(PAGES, rows, changes, "F22")


def clock_skew(spoiler: Spoiler) -> None:
    """F32: a visitor's clock three days ahead."""
    rows = spoiler.some(PAGES, 0.0003, least=2)
    rows = rows[rows < spoiler.tables[PAGES].num_rows * 9 // 10]
    moved = later(
        spoiler.values(PAGES, "timestamp").take(pa.array(rows)), np.full(len(rows), 3 * DAY)
    )
    spoiler.change(PAGES, "timestamp", rows, moved, "F32")
    spoiler.hide(PAGES, rows, "F32")


def delivered_twice(spoiler: Spoiler) -> None:
    """F33: page views delivered again a day or two later."""
    rows = spoiler.some(PAGES, 0.01)
    wait = spoiler.dice.between(1, 2, len(rows)) * DAY
    arrived = later(spoiler.values(PAGES, "received_at").take(pa.array(rows)), wait)
    spoiler.copy(PAGES, rows, {"received_at": arrived}, "F33")


def shared_device(spoiler: Spoiler) -> None:
    """F37: seven people on one device."""
    rows = spoiler.some(FORMS, 0.0, least=7)
    spoiler.change(FORMS, "anonymous_id", rows, KIOSK_COOKIE, "F37")


def fake_addresses(spoiler: Spoiler) -> None:
    """F38: forms filled in with nonsense."""
    rows = spoiler.some(FORMS, 0.003, least=3)
    words = col.text(["asdf", "no@no", "test@@test.example"], np.arange(len(rows)) % 3)
    spoiler.change(FORMS, "email", rows, words, "F38")


def odd_campaigns(spoiler: Spoiler) -> None:
    """F28: campaigns without dates, ending before they start; cost on umbrella and child."""
    has_parent = ~spoiler.empty(CAMPAIGNS, "parent_id")
    mail = spoiler.where(CAMPAIGNS, "type", "Community", "Direct Mail") & has_parent
    rows = spoiler.some(CAMPAIGNS, 0.0, mail, 2)
    for column in ("start_date", "end_date"):
        spoiler.change(CAMPAIGNS, column, rows[:1], None, "F28")
    early = pc.subtract(
        spoiler.values(CAMPAIGNS, "start_date").take(pa.array(rows[1:])).cast(pa.int32()),
        pa.scalar(9, pa.int32()),
    )
    spoiler.change(CAMPAIGNS, "end_date", rows[1:], early.cast(pa.date32()), "F28")
    umbrella = spoiler.where(CAMPAIGNS, "type", "Webinar") & ~has_parent
    if not spoiler.is_kept_sample:
        umbrella = parents_of_costed_children(spoiler)
    rows = spoiler.some(CAMPAIGNS, 0.0, umbrella, 1)
    spoiler.change(
        CAMPAIGNS, "actual_cost", rows, col.decimals(np.full(len(rows), 18_000), 0), "F28"
    )


def parents_of_costed_children(spoiler: Spoiler) -> Bools:
    """Return which umbrellas stand above a campaign that has a cost and dates."""
    cost = pc.fill_null(spoiler.values(CAMPAIGNS, "actual_cost").cast(pa.float64()), 0.0)
    costed = np.asarray(cost.to_numpy(zero_copy_only=False) > 0, dtype=bool)
    costed &= spoiler.where(CAMPAIGNS, "type", "Webinar", "Trade Show", "Field Event")
    parents = spoiler.values(CAMPAIGNS, "parent_id").filter(pa.array(costed)).drop_null()
    found = pc.is_in(spoiler.values(CAMPAIGNS, "id"), value_set=parents)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def parents_of_each_other(spoiler: Spoiler) -> None:
    """F27: two umbrellas, each the parent of the other."""
    has_parent = ~spoiler.empty(CAMPAIGNS, "parent_id")
    parents = spoiler.some(
        CAMPAIGNS, 0.0, spoiler.where(CAMPAIGNS, "type", "Partner") & ~has_parent, 2
    )
    if len(parents) == 2:
        ids = spoiler.values(CAMPAIGNS, "id").take(pa.array(parents[::-1]))
        spoiler.change(CAMPAIGNS, "parent_id", parents, ids, "F27")


def missing_rate(spoiler: Spoiler) -> None:
    """F15: a month without a rate for the yen, seen in the rate before it."""
    rows = np.nonzero(spoiler.where(RATES, "iso_code", "JPY"))[0]
    middle = len(rows) // 2
    spoiler.note(RATES, rows[middle - 1 : middle], "next_start_date", "F15")
    spoiler.remove(RATES, rows[middle : middle + 1], "F15")


def restated_spend(spoiler: Spoiler) -> None:
    """F29: days delivered again with a restated cost."""
    for key, cost, synced in (
        (("google_ads", "campaign_days"), "cost_micros", "_fivetran_synced"),
        (("linkedin_ads", "campaign_days"), "cost_in_local_currency", "_fivetran_synced"),
        (("facebook_ads", "ad_days"), "spend", "_fivetran_synced"),
    ):
        rows = spoiler.some(key, 0.01, least=2)
        kind = spoiler.tables[key].schema.field(cost).type
        old = spoiler.values(key, cost).take(pa.array(rows))
        step = (
            pa.scalar(1_250_000, kind)
            if pa.types.is_integer(kind)
            else pa.scalar("1.25").cast(kind)
        )
        arrived = later(
            spoiler.values(key, synced).take(pa.array(rows)), np.full(len(rows), 2 * DAY)
        )
        spoiler.copy(key, rows, {cost: pc.add(old, step).cast(kind), synced: arrived}, "F29")


def plan_of_fiscal_periods(spoiler: Spoiler) -> None:
    """F47: a plan whose months begin on a Monday, as those of finance do."""
    plan: Key = ("finance", "revenue_plan")
    days = spoiler.values(plan, "month").cast(pa.int32()).to_numpy().astype(np.int64)
    monday = days - (days + 3) % 7
    moved = np.nonzero(monday != days)[0]
    months = pa.array(monday[moved].astype(np.int32)).cast(pa.date32())
    spoiler.change(plan, "month", moved, months)
    spoiler.note(plan, moved, "month", "F47")


def unreadable_times(spoiler: Spoiler) -> None:
    """F48: times that are none."""
    for key, column in ((PAGES, "timestamp"), (FORMS, "timestamp")):
        rows = spoiler.some(key, 0.0, least=2)
        spoiler.break_text(key, column, rows, ["not a time", "24/13/2024"], "F48")


def unreadable_amounts(spoiler: Spoiler) -> None:
    """F48: amounts with their unit, and one that is missing."""
    invoices: Key = ("finance", "campaign_costs")
    spoiler.break_text(
        invoices, "amount", spoiler.some(invoices, 0.0, least=1), ["1.250,00 EUR"], "F48"
    )
    spend: Key = ("google_ads", "campaign_days")
    spoiler.break_text(spend, "cost_micros", spoiler.some(spend, 0.0, least=1), ["n/a"], "F48")


def overlapping_rate(spoiler: Spoiler) -> None:
    """F15: a rate of the euro that says it holds ten days into the next one."""
    rows = np.nonzero(spoiler.where(RATES, "iso_code", "EUR"))[0][3:4]
    until = spoiler.values(RATES, "next_start_date").take(pa.array(rows)).cast(pa.int32())
    longer = pc.add(until, pa.scalar(10, pa.int32())).cast(pa.date32())
    spoiler.change(RATES, "next_start_date", rows, longer, "F15")


def odd_invoices(spoiler: Spoiler) -> None:
    """F14: an invoice without a currency, and one in a currency that nobody knows."""
    invoices: Key = ("finance", "campaign_costs")
    rows = spoiler.some(invoices, 0.0, ~spoiler.noted(invoices, "F48"), 2)
    spoiler.change(invoices, "currency_iso_code", rows[:1], None, "F14")
    spoiler.change(invoices, "currency_iso_code", rows[1:], "XBT", "F14")


def mis_scaled_spend(spoiler: Spoiler) -> None:
    """F29: days in cents, and days in millionths of what are millionths already."""
    for key, cost, factor in (
        (("google_ads", "campaign_days"), "cost_micros", 1_000_000),
        (("linkedin_ads", "campaign_days"), "cost_in_local_currency", 100),
        (("facebook_ads", "ad_days"), "spend", 100),
    ):
        clicked = np.asarray(
            spoiler.values(key, CLICKS[key[0]]).to_numpy(zero_copy_only=False) > 0, dtype=bool
        )
        rows = spoiler.some(key, 0.0, clicked & ~spoiler.noted(key, "F29"), 2)
        old = spoiler.values(key, cost).take(pa.array(rows))
        scaled = pc.multiply(old.cast(pa.decimal128(28, 4)), pa.scalar(factor, pa.decimal128(9, 0)))
        spoiler.change(key, cost, rows, scaled.cast(old.type), "F29")


def accounts_abroad(spoiler: Spoiler) -> None:
    """F30 is there already: ad accounts of other currencies and time zones than the reports."""
    for system, currency, zone in (
        ("google_ads", "currency_code", "time_zone"),
        ("linkedin_ads", "currency", None),
        ("facebook_ads", "currency", "timezone_name"),
    ):
        key = (system, "accounts")
        abroad = ~spoiler.where(key, currency, "USD")
        if zone:
            abroad |= ~spoiler.where(key, zone, "UTC")
        spoiler.note(key, np.nonzero(abroad)[0], currency, "F30")


def broken_dates(spoiler: Spoiler) -> None:
    """F48: a day and a month that may be either, and a day that is none."""
    invoices: Key = ("finance", "campaign_costs")
    among = ~spoiler.noted(invoices, "F14") & ~spoiler.noted(invoices, "F48")
    rows = spoiler.some(invoices, 0.0, among, 2)
    spoiler.break_text(invoices, "invoice_date", rows, ["03/04/2024", "2024-02-30"], "F48")


# In this order: the numbers drawn for one step decide what is left for the next.
WEB_STEPS = (
    ("F22", scanners),
    ("F32", clock_skew),
    ("F33", delivered_twice),
    ("F37", shared_device),
    ("F38", fake_addresses),
    ("F48", unreadable_times),
)
# Of the tables that exist once.
REST_STEPS = (
    ("F28", odd_campaigns),
    ("F27", parents_of_each_other),
    ("F15", missing_rate),
    ("F29", restated_spend),
    ("F48", unreadable_amounts),
    ("F47", plan_of_fiscal_periods),
    ("F30", accounts_abroad),
)
# Only by name or with all faults: the kept sample is without them.
RARE_REST_STEPS = (
    ("F15", overlapping_rate),
    ("F14", odd_invoices),
    ("F29", mis_scaled_spend),
    ("F48", broken_dates),
)
