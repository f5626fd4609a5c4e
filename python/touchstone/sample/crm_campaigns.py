"""CRM tables of marketing: campaigns and their members."""

import numpy as np
import pyarrow as pa

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.crm_people import Columns, synced
from touchstone.sample.dice import Dice, Ints
from touchstone.sample.parameters import Settings
from touchstone.sample.plan import Plan
from touchstone.sample.population import People, Staff
from touchstone.sample.records import Records
from touchstone.sample.touches import Touches

RESPONDED = {
    "Trade Show": "Visited Booth",
    "Field Event": "Attended",
    "Executive Dinner": "Attended",
    "Webinar": "Attended",
    "Content Syndication": "Downloaded",
    "Direct Mail": "Responded",
    "Partner": "Referred",
    "Email": "Clicked",
    "Community": "Joined",
    "Advertisement": "Responded",
}


def campaigns(settings: Settings, staff: Staff, plan: Plan) -> Columns:
    """Return the campaigns; an umbrella has no cost of its own."""
    rows = plan.campaigns
    position = np.arange(len(rows), dtype=np.int64)
    start = np.array([row.start for row in rows], dtype=np.int64)
    end = np.array([row.end for row in rows], dtype=np.int64)
    cost = np.array([row.cost for row in rows], dtype=np.int64)
    in_crm = np.array([row.written == "crm" for row in rows])
    currency = np.array([1 if row.region == "EU" else 0 for row in rows], dtype=np.int64)
    ended = end + 1 < settings.end - DAY
    marketer = staff.marketer_user(position % staff.marketers)
    return {
        "id": col.sf_ids("campaign", position),
        "name": pa.array([row.name for row in rows]),
        "type": pa.array([row.type for row in rows]),
        "status": col.text(["Completed", "In Progress"], np.where(ended, 0, 1)),
        "parent_id": col.sf_ids("campaign", np.array([row.parent for row in rows], dtype=np.int64)),
        "offer": pa.array([row.offer or None for row in rows]),
        "utm_campaign": pa.array([row.utm or None for row in rows]),
        "start_date": col.days(start),
        "end_date": col.days(end),
        "budgeted_cost": col.decimals(cost * 105 // 100, 0, cost == 0),
        # the API gives 0 for a blank actual cost as often as not
        "actual_cost": col.decimals(np.where(in_crm, cost, 0), 0, ~in_crm & (position % 2 == 0)),
        "currency_iso_code": col.text(["USD", "EUR"], currency),
        "is_active": col.truth(~ended),
        "owner_id": col.sf_ids("user", marketer),
        "created_date": col.stamps(start - 30 * DAY),
        "is_deleted": col.truth(np.zeros(len(rows), dtype=bool)),
        "_fivetran_synced": synced(settings, len(rows)),
    }


def campaign_members(
    settings: Settings,
    plan: Plan,
    people: People,
    known: Touches,
    records: Records,
    number_from: int,
    block: int,
) -> Columns:
    """Return who responded, and some of the people invited who did not."""
    dice = Dice(settings.seed, "campaign members", block)
    mirrors = np.array([ad.campaign for ad in plan.ads] or [-1], dtype=np.int64)
    with_ads = np.array([bool(channel.platform) for channel in settings.channels])
    has_ad = with_ads[known.channel] if len(known) else np.zeros(0, dtype=bool)
    campaign = np.where(has_ad, mirrors[np.clip(known.pick, 0, len(mirrors) - 1)], known.pick)
    # a form after an ad click is a response of the ad's campaign, when the form tells the CRM
    listed = known.is_response | (known.is_form & (campaign >= 0) & dice.chance(0.4, len(known)))
    listed &= campaign >= 0
    person, campaign = known.person[listed], campaign[listed]
    responded, added = known.time[listed], known.seen[listed]
    key = person * len(plan.campaigns) + campaign
    _, first = np.unique(
        key, return_index=True
    )  # one member per person and campaign, as Salesforce has it
    person, campaign, responded, added = (
        person[first],
        campaign[first],
        responded[first],
        added[first],
    )

    invited = dice.chance(0.12, len(person))
    guest = _neighbours(people, person[invited], dice)
    starts = np.array([row.start for row in plan.campaigns], dtype=np.int64)
    person = np.concatenate([person, guest])
    campaign = np.concatenate([campaign, campaign[invited]])
    sent = np.maximum(starts[campaign[len(first) :]] - 10 * DAY, settings.start)
    responded = np.concatenate([responded, np.full(len(guest), NEVER)])
    added = np.concatenate([added, sent + 36_000])

    created = np.minimum(records.lead_created, records.contact_created)[person]
    keep = created < settings.end
    key = person * len(plan.campaigns) + campaign
    is_first = np.zeros(len(key), dtype=bool)
    is_first[np.unique(key, return_index=True)[1]] = True
    keep &= is_first
    person, campaign, responded, added = person[keep], campaign[keep], responded[keep], added[keep]
    added = np.maximum(added, created[keep])
    order = np.lexsort((campaign, person, added))
    person, campaign, responded, added = (
        person[order],
        campaign[order],
        responded[order],
        added[order],
    )
    count = len(person)
    has_lead = (records.lead_created[person] < settings.end) & (added <= records.converted[person])
    has_contact = records.contact_created[person] < settings.end
    has_responded = responded < NEVER
    words = ["Sent", *[RESPONDED[row.type] for row in plan.campaigns]]
    return {
        "id": col.sf_ids("campaign_member", number_from + np.arange(count)),
        "campaign_id": col.sf_ids("campaign", campaign),
        "lead_id": col.sf_ids("lead", np.where(has_lead, people.number[person], -1)),
        "contact_id": col.sf_ids("contact", np.where(has_contact, people.number[person], -1)),
        "status": col.text(words, np.where(has_responded, campaign + 1, 0)),
        "has_responded": col.truth(has_responded),
        "first_responded_date": col.days(responded),
        "created_date": col.stamps(added),
        "is_deleted": col.truth(np.zeros(count, dtype=bool)),
        "_fivetran_synced": synced(settings, count),
    }


def _neighbours(people: People, person: Ints, dice: Dice) -> Ints:
    """Return another person of the same company (or the same, in a company of one)."""
    company = people.company[person]
    place = person - people.first[company]
    step = 1 + dice.below(np.maximum(people.size[company] - 1, 1))
    return people.first[company] + (place + step) % people.size[company]
