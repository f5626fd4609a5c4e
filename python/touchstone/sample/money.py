"""What marketing cost and what finance planned: three ad platforms, invoices, the revenue plan."""

from datetime import date

import numpy as np
import pyarrow as pa

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY
from touchstone.sample.crm_people import Columns, synced
from touchstone.sample.dice import Dice, Ints
from touchstone.sample.parameters import Settings, day_of, seconds
from touchstone.sample.plan import AdCampaign, Plan, ad_weeks

# platform -> region -> account id and currency
AD_ACCOUNTS = {
    "google_ads": {"US": ("4810010001", "USD"), "EU": ("4810010002", "EUR")},
    "linkedin_ads": {"US": ("5070001", "USD"), "EU": ("5070002", "GBP")},
    "facebook_ads": {"US": ("act_99001", "USD"), "EU": ("act_99002", "EUR")},
}
ID_BASE = {
    "google_ads": 18_000_000_000,
    "linkedin_ads": 210_000_000,
    "facebook_ads": 23_850_000_000,
}
MICROS = 1_000_000


def ad_tables(settings: Settings, plan: Plan) -> dict[tuple[str, str], Columns]:
    """Return all tables of the three platforms."""
    tables: dict[tuple[str, str], Columns] = {}
    for platform in AD_ACCOUNTS:
        ads = [ad for ad in plan.ads if ad.platform == platform]
        days = _ad_days(settings, ads)
        if platform == "google_ads":
            tables[platform, "campaign_days"] = _google_days(settings, ads, *days)
        elif platform == "linkedin_ads":
            tables[platform, "campaign_days"] = _linkedin_days(settings, ads, *days)
        else:
            tables[platform, "ad_days"] = _facebook_days(settings, ads, *days)
            tables[platform, "ads"] = _facebook_ads(settings, ads)
        tables[platform, "campaigns"] = _campaigns(settings, platform, ads)
        tables[platform, "accounts"] = _accounts(settings, platform)
    return tables


def _ad_days(settings: Settings, ads: list[AdCampaign]) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return campaign, working day, cost in hundredths of its currency, clicks, impressions."""
    campaign, when, cost, clicks, shown = [], [], [], [], []
    for position, ad in enumerate(ads):
        dice = Dice(settings.seed, "ad days", ad.number)
        row = settings.world["advertising"]["google_brand" if ad.brand else ad.platform]
        on = ad_weeks(settings, "google_brand" if ad.brand else ad.platform)
        day = np.arange(ad.start, ad.end + DAY, DAY, dtype=np.int64)
        week = (day - settings.start) // (7 * DAY)
        weekday = (day - settings.start) // DAY % 7
        day = day[on[week] & (weekday < 5)]
        share = 0.6 if ad.region == "US" else 0.4
        noise = 0.75 + 0.5 * dice.uniform(len(day))
        spend = row["day_spend"] * share * settings.scale * noise
        click = (spend / row["click_cost"] * (0.8 + 0.4 * dice.uniform(len(day)))).astype(np.int64)
        campaign.append(np.full(len(day), position))
        when.append(day)
        cost.append((spend * 100).astype(np.int64))
        clicks.append(click)
        shown.append(
            (click / row["click_rate"] * (0.9 + 0.2 * dice.uniform(len(day)))).astype(np.int64)
        )
    empty = [np.zeros(0, dtype=np.int64)]
    return tuple(np.concatenate(empty + part) for part in (campaign, when, cost, clicks, shown))  # type: ignore[return-value]


def _account(ad: AdCampaign) -> str:
    return AD_ACCOUNTS[ad.platform][ad.region][0]


def _campaign_ids(ads: list[AdCampaign]) -> list[str]:
    return [str(ID_BASE[ad.platform] + 1000 + ad.number) for ad in ads]


def _google_days(
    settings: Settings,
    ads: list[AdCampaign],
    at: Ints,
    day: Ints,
    cost: Ints,
    clicks: Ints,
    shown: Ints,
) -> Columns:
    """Return a row per day, and on one day of four two rows: desktop and mobile."""
    halves = 1 + (day // DAY % 4 == 1).astype(np.int64)
    row = np.repeat(np.arange(len(at)), halves)
    second = np.concatenate([[0], (np.diff(row) == 0).astype(np.int64)])[: len(row)]
    both = halves[row] == 2

    def split(values: Ints) -> Ints:
        part = values[row] * 3 // 10
        return np.where(~both, values[row], np.where(second == 1, part, values[row] - part))

    order = np.lexsort((second, at[row], day[row]))
    row, second = row[order], second[order]
    both = halves[row] == 2
    count = len(row)
    device = np.where(second == 1, 1, 0)
    return {
        "_fivetran_id": col.join(
            "g", col.numbered("", day[row] // DAY), col.text(["d", "m"], device)
        ),
        "customer_id": col.text([_account(ad) for ad in ads], at[row]),
        "id": col.text(_campaign_ids(ads), at[row]),
        "date": col.days(day[row]),
        "ad_network_type": col.constant("SEARCH", count),
        "device": col.text(["DESKTOP", "MOBILE"], device),
        "cost_micros": col.whole(split(cost) * (MICROS // 100)),
        "clicks": col.whole(split(clicks)),
        "impressions": col.whole(split(shown)),
        "_fivetran_synced": col.stamps(day[row] + DAY + 3 * 3600),
    }


def _linkedin_days(
    settings: Settings,
    ads: list[AdCampaign],
    at: Ints,
    day: Ints,
    cost: Ints,
    clicks: Ints,
    shown: Ints,
) -> Columns:
    order = np.lexsort((at, day))
    at, day, cost, clicks, shown = at[order], day[order], cost[order], clicks[order], shown[order]
    in_pounds = np.array([AD_ACCOUNTS[ad.platform][ad.region][1] == "GBP" for ad in ads])[at]
    return {
        "campaign_id": col.text(_campaign_ids(ads), at),
        "day": col.stamps(day),
        "cost_in_local_currency": col.decimals(cost, 2),
        "cost_in_usd": col.decimals(np.where(in_pounds, cost * 124 // 100, cost), 2),
        "clicks": col.whole(clicks),
        "impressions": col.whole(shown),
        "_fivetran_synced": col.stamps(day + DAY + 3 * 3600),
    }


def _facebook_days(
    settings: Settings,
    ads: list[AdCampaign],
    at: Ints,
    day: Ints,
    cost: Ints,
    clicks: Ints,
    shown: Ints,
) -> Columns:
    """Return each campaign's days; its two ads take turns by day."""
    order = np.lexsort((at, day))
    at, day, cost, clicks, shown = at[order], day[order], cost[order], clicks[order], shown[order]
    which = at * 2 + day // DAY % 2
    return {
        "ad_id": col.text(_ad_ids(ads), which),
        "account_id": col.text([_account(ad) for ad in ads], at),
        "date": col.days(day),
        "spend": col.decimals(cost, 2),
        "inline_link_clicks": col.whole(clicks),
        "impressions": col.whole(shown),
        "_fivetran_synced": col.stamps(day + DAY + 3 * 3600),
    }


def _ad_ids(ads: list[AdCampaign]) -> list[str]:
    return [f"{campaign}{turn}" for campaign in _campaign_ids(ads) for turn in (1, 2)]


def _facebook_ads(settings: Settings, ads: list[AdCampaign]) -> Columns:
    made = np.repeat(np.array([ad.start for ad in ads], dtype=np.int64), 2) - 5 * DAY
    return {
        "id": pa.array(_ad_ids(ads), type=pa.string()),
        "campaign_id": pa.array(
            [name for name in _campaign_ids(ads) for _ in range(2)], type=pa.string()
        ),
        "account_id": pa.array([_account(ad) for ad in ads for _ in range(2)], type=pa.string()),
        "updated_time": col.stamps(made),
    }


def _campaigns(settings: Settings, platform: str, ads: list[AdCampaign]) -> Columns:
    """Return the versions of each campaign: an older name, then the one that counts."""
    ids, accounts, names, status, updated = [], [], [], [], []
    for ad, campaign in zip(ads, _campaign_ids(ads), strict=True):
        for is_last in (False, True):
            ids.append(campaign)
            accounts.append(_account(ad))
            names.append(ad.utm if is_last else f"{ad.utm} draft")
            status.append("ENABLED" if ad.end + DAY >= settings.end else "PAUSED")
            updated.append(ad.start + (10 * DAY if is_last else -10 * DAY) + 36_000)
    text = pa.string()
    columns: Columns = {"id": pa.array(ids, type=text)}
    columns["customer_id" if platform == "google_ads" else "account_id"] = pa.array(
        accounts, type=text
    )
    columns["name"] = pa.array(names, type=text)
    if platform == "google_ads":
        columns["status"] = pa.array(status, type=text)
    time = {
        "google_ads": "updated_at",
        "linkedin_ads": "last_modified_time",
        "facebook_ads": "updated_time",
    }
    columns[time[platform]] = col.stamps(np.array(updated, dtype=np.int64))
    return columns


def _accounts(settings: Settings, platform: str) -> Columns:
    rows = list(AD_ACCOUNTS[platform].values())
    ids, currencies = [row[0] for row in rows], [row[1] for row in rows]
    zones = pa.array(["America/New_York", "Europe/London"])
    if not settings.has("F30"):
        currencies, zones = ["USD"] * len(rows), pa.array(["UTC"] * len(rows))
    made = col.stamps(np.full(len(rows), settings.start - 400 * DAY))
    if platform == "google_ads":
        return {
            "id": pa.array(ids),
            "currency_code": pa.array(currencies),
            "time_zone": zones,
            "updated_at": made,
        }
    if platform == "linkedin_ads":
        return {"id": pa.array(ids), "currency": pa.array(currencies), "last_modified_time": made}
    return {
        "id": pa.array(ids),
        "currency": pa.array(currencies),
        "timezone_name": zones,
        "_fivetran_synced": synced(settings, len(rows)),
    }


def campaign_costs(settings: Settings, plan: Plan) -> Columns:
    """Return invoices: one for a campaign, or a deposit and the rest; some not in dollars."""
    dice = Dice(settings.seed, "invoices")
    campaign, amount, invoiced, currency = [], [], [], []
    for position, row in enumerate(plan.campaigns):
        if row.written != "invoice" or not row.cost:
            continue
        in_currency = int(dice.pick([0.7, 0.2, 0.1], 1)[0])
        total = row.cost * 100
        deposit = total * 3 // 10 + 33 if dice.chance(0.4, 1)[0] else 0
        for part, when in ((deposit, row.start - 40 * DAY), (total - deposit, row.end + 12 * DAY)):
            if part:
                campaign.append(position)
                amount.append(part)
                invoiced.append(min(max(when, settings.start), settings.end - DAY))
                currency.append(in_currency)
    at = np.array(campaign, dtype=np.int64)
    start = np.array([plan.campaigns[i].start for i in campaign], dtype=np.int64)
    end = np.array([plan.campaigns[i].end for i in campaign], dtype=np.int64)
    vendors = ("Expo Partners", "Venue Collective", "Lead Exchange", "Print House", "Studio Nine")
    return {
        "id": col.numbered("INV-", 1001 + np.arange(len(at))),
        "campaign_id": col.sf_ids("campaign", at),
        "vendor": col.text(vendors, at % len(vendors)),
        "amount": col.decimals(np.array(amount, dtype=np.int64), 2),
        "currency_iso_code": col.text(["USD", "EUR", "GBP"], np.array(currency, dtype=np.int64)),
        "invoice_date": col.days(np.array(invoiced, dtype=np.int64)),
        "service_start_date": col.days(start),
        "service_end_date": col.days(end),
    }


def revenue_plan(settings: Settings) -> Columns:
    """Return the plan per month and segment, growing through the years."""
    first = day_of(settings.start)
    base = {"SMB": 30_000, "Mid-Market": 75_000, "Enterprise": 95_000}
    month, segment, amount = [], [], []
    for offset in range(settings.months):
        at = first.year * 12 + first.month - 1 + offset
        for name, dollars in base.items():
            grown = dollars * settings.scale * (1 + settings.world["plan_growth"] * offset / 12)
            month.append(seconds(date(at // 12, at % 12 + 1, 1)))
            segment.append(name)
            amount.append(int(grown / 1000) * 1000)
    return {
        "month": col.days(np.array(month)),
        "segment": pa.array(segment),
        "amount": col.decimals(np.array(amount), 0),
        "currency_iso_code": col.constant("USD", len(month)),
    }
