"""Dirt in the answers to campaigns: lists uploaded late, flags that err, rows written over."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY, NEVER
from touchstone.sample.crm_campaigns import RESPONDED
from touchstone.sample.dice import Bools, Ints
from touchstone.sample.faults_seen import ids_of, live, mark
from touchstone.sample.plan import Plan
from touchstone.sample.spoiler import MEMBERS, Spoiler, later

ON_SITE = ("Trade Show", "Field Event", "Executive Dinner")
EVENTS = (*ON_SITE, "Webinar")
LIST_LENGTH = 3  # so many entered together after their event are a list


def sound(spoiler: Spoiler) -> Bools:
    """Return which members responded, say when, and have no fault yet."""
    rows = live(spoiler, MEMBERS) & spoiler.is_true(MEMBERS, "has_responded")
    rows &= ~spoiler.empty(MEMBERS, "first_responded_date")
    rows &= spoiler.where(MEMBERS, "status", *RESPONDED.values())
    for fault in ("F34", "F35", "F36"):
        rows &= ~spoiler.noted(MEMBERS, fault)
    return rows


def answer_days(spoiler: Spoiler) -> Ints:
    """Return the days of the answers; NEVER where none is written down."""
    days = spoiler.values(MEMBERS, "first_responded_date").cast(pa.int32())
    return np.asarray(pc.fill_null(days.cast(pa.int64()), NEVER).to_numpy(zero_copy_only=False))


def uploaded_lists(spoiler: Spoiler) -> None:
    """F34: who came to two events, uploaded six days later, all with one time stamp."""
    came = sound(spoiler) & spoiler.where(MEMBERS, "status", "Visited Booth", "Attended")
    days = answer_days(spoiler)
    campaigns = np.array(ids_of(spoiler, MEMBERS, "campaign_id").to_pylist(), dtype=str)
    early = came & (days < spoiler.settings.end // DAY - 10)
    sizes = Counter(campaigns[early].tolist())
    for campaign, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0]))[:2]:
        rows = np.nonzero(early & (campaigns == campaign))[0]
        upload = np.full(len(rows), (int(days[rows].max()) + 6) * DAY)
        spoiler.change(MEMBERS, "first_responded_date", rows, col.days(upload), "F34")
        spoiler.change(MEMBERS, "created_date", rows, col.stamps(upload + 9 * 3600))


def flags_that_err(spoiler: Spoiler) -> None:
    """F35: who came without the flag of a response, and who did not come with it."""
    rows = spoiler.some(MEMBERS, 0.01, sound(spoiler), 3)
    spoiler.change(MEMBERS, "has_responded", rows, False, "F35")
    rows = spoiler.some(MEMBERS, 0.005, sound(spoiler), 2)
    spoiler.change(MEMBERS, "status", rows, "No Show", "F35")


def written_over(spoiler: Spoiler) -> None:
    """F36: members who answered again; the load still has the row of the first answer."""
    among = sound(spoiler) & (answer_days(spoiler) < spoiler.settings.end // DAY - 60)
    rows = spoiler.some(MEMBERS, 0.01, among, 3)
    wait = spoiler.dice.between(20, 50, len(rows))
    again = col.days((answer_days(spoiler)[rows] + wait) * DAY)
    arrived = later(spoiler.values(MEMBERS, "_fivetran_synced").take(pa.array(rows)), wait * DAY)
    spoiler.copy(MEMBERS, rows, {"first_responded_date": again, "_fivetran_synced": arrived}, "F36")


def answered_on(spoiler: Spoiler, plan: Plan) -> Ints:
    """Return of each member the day since 1970 of the answer that counts; NEVER for none.

    The day that is written down, but that of the event where none is, or where a list was uploaded
    when the event was over.
    """
    status = pc.utf8_lower(spoiler.values(MEMBERS, "status"))
    came = mark(pc.is_in(status, value_set=pa.array([word.lower() for word in RESPONDED.values()])))
    flagged = spoiler.is_true(MEMBERS, "has_responded")
    days, created = answer_days(spoiler), spoiler.values(MEMBERS, "created_date")
    has_answered = came | ((flagged | (days < NEVER)) & ~mark(pc.equal(status, "no show")))
    entered = created.cast(pa.date32()).cast(pa.int32()).to_numpy(zero_copy_only=False)
    at = pc.index_in(
        ids_of(spoiler, MEMBERS, "campaign_id"),
        value_set=col.sf_ids("campaign", np.arange(len(plan.campaigns))),
    ).to_numpy(zero_copy_only=False)
    start, end = (
        np.array([getattr(row, name) // DAY for row in plan.campaigns], dtype=np.int64)[at]
        for name in ("start", "end")
    )
    is_event = np.array([row.type in EVENTS for row in plan.campaigns])[at]
    on_site = np.array([row.type in ON_SITE for row in plan.campaigns])[at]
    late = live(spoiler, MEMBERS) & has_answered & is_event & (days < NEVER) & (days > end)
    late &= on_site | (days == entered)
    listed_at = np.where(on_site, days * DAY, created.cast(pa.timestamp("s")).cast(pa.int64()))
    lists = list(zip(at.tolist(), listed_at.tolist(), strict=True))
    sizes = Counter(key for key, is_late in zip(lists, late, strict=True) if is_late)
    uploaded = late & np.array([sizes[key] >= LIST_LENGTH for key in lists], dtype=bool)
    undated = days == NEVER
    by_event = uploaded | (undated & is_event & (entered >= start))
    day = np.where(by_event, start, np.where(undated, entered, days))
    return np.where(has_answered, day, NEVER)


# In this order: the numbers drawn for one step decide what is left for the next.
RARE_ANSWER_STEPS = (
    ("F34", uploaded_lists),
    ("F35", flags_that_err),
    ("F36", written_over),
)
