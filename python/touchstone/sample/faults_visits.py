"""More dirt of the web, planted by name or with all faults, and what the finished tables show."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from touchstone.sample import columns as col
from touchstone.sample.columns import DAY
from touchstone.sample.dice import Bools, Ints
from touchstone.sample.faults_elsewhere import FORMS, KIOSK_COOKIE, PAGES
from touchstone.sample.faults_seen import mark
from touchstone.sample.spoiler import Key, Spoiler, later
from touchstone.sample.web import ALIASES

PASSED_THROUGH = ("https://checkout.stripe.com/", "https://login.microsoftonline.com/")
TAGS = ("source", "medium", "name", "content")
CLICK_ID = r"[?&](gclid|fbclid|li_fat_id|msclkid)="
SESSION_GAP = 1800


def untouched(spoiler: Spoiler, key: Key) -> Bools:
    """Return which rows were delivered once, can be read and have a sound clock."""
    keys = spoiler.row_keys(key, np.arange(spoiler.tables[key].num_rows))
    counted = pc.value_counts(keys)
    once = counted.field("values").filter(pc.equal(counted.field("counts"), 1))
    hidden = [row for *table, row in spoiler.hidden if tuple(table) == key]
    rows = mark(pc.is_in(keys, value_set=once))
    rows &= ~mark(pc.is_in(keys, value_set=pa.array(hidden, type=pa.string())))
    for fault in ("F22", "F32", "F33"):
        rows &= ~spoiler.noted(key, fault)
    return rows


def own_host(spoiler: Spoiler) -> str:
    """Return the address of our own pages."""
    return f"https://{spoiler.settings.world['company']['host']}/"


def tags_given_twice(spoiler: Spoiler) -> None:
    """F20: addresses with a tag twice; what is wrong with the others is in the world."""
    tagged = mark(pc.match_substring(spoiler.values(PAGES, "url"), "utm_source="))
    rows = spoiler.some(PAGES, 0.002, tagged & untouched(spoiler, PAGES), 3)
    url = spoiler.values(PAGES, "url").take(pa.array(rows))
    spoiler.change(PAGES, "url", rows, col.join(url, "&utm_source=copy"))


def roundabout_visits(spoiler: Spoiler) -> None:
    """F21: visits back from paying and signing in, from our own pages, by tags of our own."""
    untagged = spoiler.empty(PAGES, "context_campaign_source") & untouched(spoiler, PAGES)
    untagged &= ~mark(pc.match_substring(spoiler.values(PAGES, "url"), "?"))
    direct = untagged & spoiler.empty(PAGES, "referrer")
    rows = spoiler.some(PAGES, 0.002, direct, 6)
    passed, own, tagged = rows[::3], rows[1::3], rows[2::3]
    through = col.text(PASSED_THROUGH, np.arange(len(passed)) % len(PASSED_THROUGH))
    spoiler.change(PAGES, "referrer", passed, through, "F21")
    spoiler.change(PAGES, "referrer", own, own_host(spoiler))  # seen where a visit begins with it
    inside = untagged & spoiler.where(PAGES, "referrer", own_host(spoiler))
    clicked = first_of_each_cookie(spoiler, spoiler.some(PAGES, 0.001, inside, 3))
    spoiler.change(PAGES, "referrer", tagged, own_host(spoiler))
    tagged = first_of_each_cookie(spoiler, np.concatenate([tagged, clicked]))
    url = spoiler.values(PAGES, "url").take(pa.array(tagged))
    banner = "?utm_source=homepage&utm_medium=banner&utm_campaign=spring-banner"
    spoiler.change(PAGES, "url", tagged, col.join(url, banner), "F21")


def first_of_each_cookie(spoiler: Spoiler, rows: Ints) -> Ints:
    """Return one of the rows for each cookie."""
    cookies = spoiler.values(PAGES, "anonymous_id").take(pa.array(rows)).to_pylist()
    return rows[np.unique(np.array(cookies, dtype=str), return_index=True)[1]]


def clocks_ahead(spoiler: Spoiler) -> None:
    """F32: clocks two hours ahead of the server."""
    for key in (PAGES, FORMS):
        rows = spoiler.some(key, 0.001, untouched(spoiler, key), 3)
        seen = spoiler.values(key, "timestamp").take(pa.array(rows))
        spoiler.change(key, "timestamp", rows, later(seen, np.full(len(rows), 7200)), "F32")


def late_events(spoiler: Spoiler) -> None:
    """F33: events that came three days late, and forms delivered again."""
    for key in (PAGES, FORMS):
        rows = spoiler.some(key, 0.001, untouched(spoiler, key), 3)
        came = spoiler.values(key, "received_at").take(pa.array(rows))
        wait = np.full(len(rows), 3 * DAY)
        spoiler.change(key, "received_at", rows, later(came, wait), "F33")
    rows = spoiler.some(FORMS, 0.01, untouched(spoiler, FORMS), 2)
    came = spoiler.values(FORMS, "received_at").take(pa.array(rows))
    spoiler.copy(FORMS, rows, {"received_at": later(came, np.full(len(rows), 600))}, "F33")


def more_people_on_the_device(spoiler: Spoiler) -> None:
    """F37: a dozen people on the device, whoever else is on it already."""
    among = untouched(spoiler, FORMS) & ~spoiler.where(FORMS, "anonymous_id", KIOSK_COOKIE)
    rows = spoiler.some(FORMS, 0.0, among, 40)
    addresses = np.array(spoiler.values(FORMS, "email").take(pa.array(rows)).to_pylist(), dtype=str)
    rows = np.sort(rows[np.unique(addresses, return_index=True)[1]])[:12]
    spoiler.change(FORMS, "anonymous_id", rows, KIOSK_COOKIE, "F37")


def tags_in_disorder(spoiler: Spoiler) -> None:
    """F20: tags in capitals, encoded, templates unfilled, aliases, twice; click ids alone."""
    url = spoiler.values(PAGES, "url")
    found = pc.match_substring_regex(url, r"[?&]utm_[a-z]+=[^&#]*[A-Z%+{\[]")
    for tag in ("source", "medium", "campaign"):
        twice = pc.match_substring_regex(url, rf"[?&]utm_{tag}=[^#]*&utm_{tag}=")
        found = pc.or_(found, twice)
    alias = "|".join(name.replace(" ", "%20").replace(".", "[.]") for name in ALIASES)
    found = pc.or_(found, pc.match_substring_regex(url, rf"[?&]utm_source=({alias})(&|#|$)"))
    rows = mark(found)
    has_tag = mark(pc.match_substring(url, "utm_"))
    for tag in TAGS:
        values = spoiler.values(PAGES, f"context_campaign_{tag}")
        has_tag |= mark(pc.is_valid(values))
        rows |= mark(pc.match_substring_regex(values, r"[A-Z%+{\[]|^ | $"))
        if tag == "source":
            rows |= mark(pc.is_in(values, value_set=pa.array(ALIASES)))
    rows |= mark(pc.match_substring_regex(url, CLICK_ID)) & ~has_tag
    spoiler.note(PAGES, np.nonzero(rows)[0], "context_campaign_source", "F20")


def visits_from_our_own_pages(spoiler: Spoiler) -> None:
    """F21: visits that begin on a page of our own, whatever made them begin there."""
    rows, cookie, time, name, is_form = events_of(spoiler)
    order = np.lexsort((name, is_form, time, cookie))
    gap = np.diff(time[order], prepend=0)
    begins = (np.diff(cookie[order], prepend=-1) != 0) | (gap > SESSION_GAP)
    first = order[begins & ~is_form[order]]
    own = spoiler.where(PAGES, "referrer", own_host(spoiler))
    own &= ~mark(pc.match_substring_regex(spoiler.values(PAGES, "url"), CLICK_ID))
    starts = rows[first]
    spoiler.note(PAGES, np.sort(starts[own[starts]]), "referrer", "F21")


def events_of(spoiler: Spoiler) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """Return row, cookie, time, name (as numbers) of the events that can be used, pages first."""
    rows, cookies, names, times, forms = [], [], [], [], []
    for key in (PAGES, FORMS):
        ids = spoiler.values(key, "id")
        seen, came = (
            spoiler.values(key, name).cast(pa.timestamp("s")).cast(pa.int64()).to_numpy()
            for name in ("timestamp", "received_at")
        )
        usable = seen <= came + DAY
        usable[[row for broken, _, row, _ in spoiler.texts if broken == key]] = False
        at = np.nonzero(usable)[0]
        taken = ids.take(pa.array(at)).dictionary_encode()
        newest = np.zeros(len(taken.dictionary), dtype=np.int64)
        newest[taken.indices.to_numpy()] = at  # a copy stands after what it is a copy of
        rows.append(newest)
        times.append(np.minimum(seen, came)[newest])
        cookies.append(spoiler.values(key, "anonymous_id").take(pa.array(newest)))
        names.append(ids.take(pa.array(newest)))
        forms.append(np.full(len(newest), key == FORMS))
    cookie = pa.concat_arrays(cookies).dictionary_encode().indices.to_numpy()
    name = np.argsort(np.argsort(np.array(pa.concat_arrays(names).to_pylist()), kind="stable"))
    return (
        np.concatenate(rows),
        cookie.astype(np.int64),
        np.concatenate(times),
        name,
        np.concatenate(forms),
    )


def local_times(spoiler: Spoiler) -> None:
    """F31: times written in the zone of the property, two hours ahead of UTC and saying so."""
    for key in (PAGES, FORMS):
        rows = spoiler.some(key, 0.001, untouched(spoiler, key), 3)
        ahead = later(
            spoiler.values(key, "timestamp").take(pa.array(rows)), np.full(len(rows), 7200)
        )
        written = [f"{moment:%Y-%m-%dT%H:%M:%S}+02:00" for moment in ahead.to_pylist()]
        spoiler.respell(key, "timestamp", rows, written, "F31")


# In this order: the numbers drawn for one step decide what is left for the next.
RARE_WEB_STEPS = (
    ("F20", tags_given_twice),
    ("F21", roundabout_visits),
    ("F32", clocks_ahead),
    ("F33", late_events),
    ("F37", more_people_on_the_device),
)
SEEN_WEB_STEPS = (
    ("F20", tags_in_disorder),
    ("F21 F32 F48", visits_from_our_own_pages),
    ("F31", local_times),
)
