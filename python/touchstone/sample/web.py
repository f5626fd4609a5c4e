"""Web tables: page views by cookie, and the forms that tie a cookie to an address."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from touchstone.sample import columns as col
from touchstone.sample.columns import NEVER
from touchstone.sample.crm_people import Columns
from touchstone.sample.dice import Bools, Dice, Ints
from touchstone.sample.naming import emails
from touchstone.sample.parameters import Settings
from touchstone.sample.plan import Plan
from touchstone.sample.population import Companies, People
from touchstone.sample.returns import with_return_visits
from touchstone.sample.touches import Touches

PATHS = (
    "/",
    "/pricing",
    "/product",
    "/product/integrations",
    "/customers",
    "/blog/forecasting-guide",
    "/blog/pipeline-math",
    "/blog/marketing-sales-alignment",
    "/resources/buyer-guide",
    "/resources/benchmark-report",
    "/webinars",
    "/demo",
)
LANDING_WEIGHTS = (5, 2, 3, 1, 1, 3, 2, 2, 3, 2, 1, 2)
FORMS = (("Buyer guide", 8), ("Benchmark report", 9), ("Product demo", 11), ("Newsletter", 5))

# Per channel: source, medium, weight, as people write them: where F20 is none, only those in small
# letters that are no alias of another source. "" is no value.
UTM: dict[str, list[tuple[str, str, int]]] = {
    "linkedin_ads": [("linkedin", "paid_social", 60), ("LinkedIn", "paid-social", 15),
                     ("linkedin.com", "cpc", 12), ("LINKEDIN", "Paid_Social", 6),
                     ("linkedin%20ads", "cpc", 7)],
    "google_ads": [("google", "cpc", 80), ("Google", "CPC", 10), ("google", "ppc", 6),
                   ("adwords", "cpc", 4)],
    "brand_search": [("google", "cpc", 88), ("Google", "cpc", 12)],
    "meta_ads": [("facebook", "paid_social", 55), ("Facebook", "cpc", 15), ("fb", "paid", 10),
                 ("instagram", "paid_social", 20)],
    "email_click": [("newsletter", "email", 50), ("hs_email", "email", 25),
                    ("Newsletter", "E-Mail", 10), ("mkto", "nurture", 15)],
    "organic_social": [("linkedin", "social", 30), ("", "", 70)],
    "partner": [("partner-portal", "partner", 100)],
    "review_site": [("g2", "referral", 40), ("", "", 60)],
}  # fmt: skip
REFERRERS: dict[str, list[str]] = {
    "linkedin_ads": ["https://www.linkedin.com/"],
    "google_ads": ["https://www.google.com/"],
    "brand_search": ["https://www.google.com/"],
    "meta_ads": ["https://l.facebook.com/", "https://www.instagram.com/"],
    "organic_search": ["https://www.google.com/", "https://www.google.com/",
                       "https://www.bing.com/", "https://duckduckgo.com/"],
    "organic_social": ["https://www.linkedin.com/", "https://www.reddit.com/", "https://t.co/abc"],
    "ai_assistant": ["https://chatgpt.com/", "https://www.perplexity.ai/", "https://gemini.google.com/"],
    "referral": ["https://www.industryweekly.example/tools", "https://blog.ledgerline.example/post"],
    "review_site": ["https://www.g2.com/products/kelda", "https://www.capterra.com/p/1"],
}  # fmt: skip
ALIASES = ("adwords", "fb", "linkedin ads", "linkedin.com")
CLICK_IDS = {
    "google_ads": "gclid=Cj0",
    "brand_search": "gclid=Cj0",
    "linkedin_ads": "li_fat_id=",
    "meta_ads": "fbclid=IwAR",
}
NOISE_CHANNELS = {
    "organic_search": 34,
    "direct": 26,
    "google_ads": 10,
    "linkedin_ads": 10,
    "meta_ads": 12,
    "organic_social": 4,
    "referral": 2,
    "ai_assistant": 2,
}
TERMS = ("kelda", "revenue attribution software", "marketing analytics")
IN_CONTEXT, IN_URL, IN_BOTH, CLICK_ONLY = range(4)


@dataclass(frozen=True)
class Sessions:
    """Visits in order of time; a negative person is a visitor of no account."""

    person: Ints
    cookie: Ints
    channel: Ints
    time: Ints
    pick: Ints
    is_form: Bools


def make_sessions(
    settings: Settings, companies: Companies, people: People, touches: Touches, block: int
) -> Sessions:
    """Return the visits of accounts, and noise around them."""
    dice = Dice(settings.seed, "sessions", block)
    is_web = np.array([channel.kind == "web" for channel in settings.channels])
    visits = touches.take(is_web[touches.channel]) if len(touches) else touches
    visits = with_return_visits(settings, companies, visits, block)
    count = len(visits)
    device = dice.chance(settings.world["web"]["second_cookie"], count).astype(np.int64)
    cookie = people.number[visits.person] * 2 + device

    extra = int(count * settings.world["web"]["noise"])
    names = list(NOISE_CHANNELS)
    numbers = np.array([settings.channel_number(name) for name in names], dtype=np.int64)
    noise_channel = numbers[dice.pick(list(NOISE_CHANNELS.values()), extra)]
    noise_time = settings.start + (dice.uniform(extra) * (settings.end - settings.start)).astype(
        np.int64
    )
    like = dice.below(np.full(extra, max(count, 1)))
    same = visits.channel[like] == noise_channel if count else np.zeros(0, dtype=bool)
    noise_pick = np.where(same, visits.pick[like], -1) if count else np.zeros(0, dtype=np.int64)
    noise_time = (
        np.where(
            same & (noise_pick >= 0),
            visits.time[like] // 86_400 * 86_400 + noise_time % 86_400,
            noise_time,
        )
        if count
        else noise_time
    )
    noise_cookie = 1_000_000_000 + block * 10_000_000 + np.arange(extra) * 2 // 3
    order_key = np.concatenate([visits.time, noise_time])
    order = np.lexsort((np.concatenate([cookie, noise_cookie]), order_key))
    return Sessions(
        person=np.concatenate([visits.person, np.full(extra, -1)])[order],
        cookie=np.concatenate([cookie, noise_cookie])[order],
        channel=np.concatenate([visits.channel, noise_channel])[order],
        time=order_key[order],
        pick=np.concatenate([visits.pick, noise_pick])[order],
        is_form=np.concatenate([visits.is_form, np.zeros(extra, dtype=bool)])[order],
    )


@dataclass(frozen=True)
class Pages:
    """Page views of the sessions, in order of session and page."""

    session: Ints
    turn: Ints
    time: Ints
    path: Ints


def make_pages(settings: Settings, sessions: Sessions, block: int) -> Pages:
    """Return the pages of each session; a form is on its last page."""
    dice = Dice(settings.seed, "pages", block)
    more = dice.poisson(settings.world["web"]["more_pages"], len(sessions.time)) + sessions.is_form
    size = 1 + more
    session = np.repeat(np.arange(len(size), dtype=np.int64), size)
    turn = np.arange(len(session)) - np.repeat(np.cumsum(size) - size, size)
    time = sessions.time[session] + turn * 95 + dice.between(0, 80, len(session)) * (turn > 0)
    path = dice.pick(np.array(LANDING_WEIGHTS, dtype=np.float64), len(session))
    is_last = turn == size[session] - 1
    form_path = np.array([form[1] for form in FORMS], dtype=np.int64)
    path = np.where(
        is_last & sessions.is_form[session], form_path[form_of(sessions)[session]], path
    )
    # the last visits end with the data, and still turn no page faster than a reader does
    latest = settings.end - 60 - 30 * (size[session] - 1 - turn)
    return Pages(session, turn, np.minimum(time, latest), path)


def form_of(sessions: Sessions) -> Ints:
    """Return which form a session fills in, if it does."""
    return (sessions.time // 7) % len(FORMS)


def page_views(
    settings: Settings,
    plan: Plan,
    people: People,
    sessions: Sessions,
    pages: Pages,
    number_from: int,
    block: int,
) -> Columns:
    """Return the page views; landing pages alone tell a source."""
    dice = Dice(settings.seed, "page views", block)
    count = len(pages.session)
    landing = pages.turn == 0
    marks = _utm(settings, plan, sessions, dice)
    spread = _spread(landing, pages.session)
    url = col.join(f"https://{settings.world['company']['host']}", col.text(PATHS, pages.path))
    url = col.join_present(url, marks["query"].take(spread))
    own = col.text([f"https://{settings.world['company']['host']}/"], np.where(landing, -1, 0))
    referrer = col.replace(own, landing, marks["referrer"])
    cookie = sessions.cookie[pages.session]
    is_known = pages.time > _identified_at(sessions)[pages.session]
    person = sessions.person[pages.session]
    user = np.where(is_known & (person >= 0), people.number[np.maximum(person, 0)], -1)
    arrived = pages.time + dice.between(1, 4, count)
    return {
        "id": col.numbered("pv", number_from + np.arange(count)),
        "anonymous_id": col.numbered("c", cookie),
        "user_id": col.numbered("u", user),
        "timestamp": col.stamps(pages.time),
        "received_at": col.stamps(arrived),
        "url": url,
        "referrer": referrer,
        "context_campaign_source": marks["source"].take(spread),
        "context_campaign_medium": marks["medium"].take(spread),
        "context_campaign_name": marks["campaign"].take(spread),
        "context_campaign_content": marks["content"].take(spread),
        "context_campaign_term": marks["term"].take(spread),
    }


def _spread(landing: Bools, session: Ints) -> pa.Array:
    """Return the session of each landing page, and nothing for other pages."""
    return pa.array(session, mask=~landing)


def _identified_at(sessions: Sessions) -> Ints:
    """Return per session when its cookie first filled in a form."""
    _, cookie = np.unique(sessions.cookie, return_inverse=True)
    first = np.full(int(cookie.max()) + 1 if len(cookie) else 0, NEVER)
    np.minimum.at(first, cookie[sessions.is_form], sessions.time[sessions.is_form] + 300)
    return first[cookie]


def _utm(settings: Settings, plan: Plan, sessions: Sessions, dice: Dice) -> dict[str, Any]:
    """Return per session the UTM fields, the query of the landing page and the referrer."""
    count = len(sessions.time)
    names = [channel.name for channel in settings.channels]
    source = np.full(count, -1, dtype=np.int64)
    medium = np.full(count, -1, dtype=np.int64)
    referrer = np.full(count, -1, dtype=np.int64)
    click = np.full(count, -1, dtype=np.int64)
    sources = sorted({row[0] for rows in UTM.values() for row in rows if row[0]})
    mediums = sorted({row[1] for rows in UTM.values() for row in rows if row[1]})
    hosts = sorted({host for rows in REFERRERS.values() for host in rows})
    clicks = sorted(set(CLICK_IDS.values()))
    luck, shade, lost = dice.uniform(count), dice.uniform(count), dice.chance(0.12, count)
    for name in names:
        where = sessions.channel == names.index(name)
        if name in UTM:
            written = [item for item in UTM[name] if settings.has("F20") or _is_plain(*item[:2])]
            edges = np.cumsum([item[2] for item in written])
            row = np.searchsorted(edges, luck[where] * edges[-1], side="right")
            source[where] = np.array([_position(sources, item[0]) for item in written])[row]
            medium[where] = np.array([_position(mediums, item[1]) for item in written])[row]
        if name in REFERRERS:
            rows = np.array([hosts.index(host) for host in REFERRERS[name]], dtype=np.int64)
            referrer[where] = rows[(shade[where] * len(rows)).astype(np.int64)]
        if name in CLICK_IDS:
            click[where] = clicks.index(CLICK_IDS[name])
    referrer[lost] = -1
    campaign, content = _campaign_marks(settings, plan, sessions, dice, source >= 0)
    place = dice.pick([0.58, 0.22, 0.12, 0.08], count)
    keeps_tags = (click < 0) | (not settings.has("F20"))
    place = np.where((place == CLICK_ONLY) & keeps_tags, IN_CONTEXT, place)
    with_click = (click >= 0) & ((place == CLICK_ONLY) | dice.chance(0.25, count))

    source_text, medium_text = col.text(sources, source), col.text(mediums, medium)
    in_url = ((place == IN_URL) | (place == IN_BOTH)) & (source >= 0)
    asked = pa.array(np.nonzero(in_url)[0])
    query = pa.array([None] * 1, type=pa.string()).take(pa.array(np.zeros(count, dtype=np.int64)))
    written = col.join_present(
        "?utm_source=", source_text.take(asked), "&utm_medium=", medium_text.take(asked),
        col.join("&utm_campaign=", campaign.take(asked)),
    )  # fmt: skip
    query = col.replace(query, in_url, written)
    clicked = col.join(
        col.text(["?", "&"], in_url[with_click].astype(np.int64)),
        col.text(clicks, click[with_click]),
        col.numbered("", 100_000 + sessions.time[with_click] % 900_000),
    )
    query = col.replace(
        query, with_click, col.join_present(query.filter(pa.array(with_click)), clicked)
    )
    hidden = (place == IN_URL) | (place == CLICK_ONLY)
    return {
        "source": col.blank(source_text, hidden),
        "medium": col.blank(medium_text, hidden),
        "campaign": col.blank(campaign, hidden),
        "content": col.blank(content, hidden),
        "term": col.text(TERMS, _terms(settings, sessions, hidden)),
        "query": query,
        "referrer": col.text(hosts, referrer),
    }


def _is_plain(source: str, medium: str) -> bool:
    return source not in ALIASES and source + medium == (source + medium).lower().replace("%", "")


def _position(words: list[str], word: str) -> int:
    return words.index(word) if word else -1


def _campaign_marks(
    settings: Settings, plan: Plan, sessions: Sessions, dice: Dice, has_utm: Bools
) -> tuple[Any, Any]:
    """Return utm_campaign (with F20 also in capitals, %20, a template left unfilled), content."""
    count = len(sessions.time)
    is_ad = np.array([bool(channel.platform) for channel in settings.channels])[sessions.channel]
    ads = [ad.utm for ad in plan.ads]
    plain = ads + [campaign.utm for campaign in plan.campaigns]
    words = [
        *plain,
        *[w.upper() for w in plain],
        *[w.replace("_", "%20") for w in plain],
        "{{campaign.name}}",
        "{campaignid}",
    ]
    position = np.where(is_ad, sessions.pick, len(ads) + sessions.pick)
    shade = dice.pick([0.86, 0.05, 0.05, 0.02, 0.02], count) * settings.has("F20")
    position = np.where(shade < 3, position + shade * len(plain), len(words) - 5 + shade)
    position = np.where(has_utm & (sessions.pick >= 0), position, -1)
    content = np.where(has_utm & is_ad, (sessions.time // 3) % 3, -1)
    return col.text(words, position), col.text(["video_a", "carousel_b", "text_c"], content)


def _terms(settings: Settings, sessions: Sessions, hidden: Bools) -> Ints:
    """Return the search term of search ads: the brand, or one of two topics."""
    brand, generic = settings.channel_number("brand_search"), settings.channel_number("google_ads")
    term = np.where(sessions.channel == generic, 1 + sessions.time % 2, -1)
    term = np.where(sessions.channel == brand, 0, term)
    return np.where(hidden, -1, term)


def identifies(
    settings: Settings,
    companies: Companies,
    people: People,
    sessions: Sessions,
    pages: Pages,
    number_from: int,
) -> Columns:
    """Return the form fills."""
    last = np.diff(pages.session, append=-1) != 0
    end_of = pages.time[last]
    filled = np.nonzero(sessions.is_form)[0]
    person = sessions.person[filled]
    time = np.minimum(end_of[filled] + 15, settings.end - 30)
    count = len(filled)
    return {
        "id": col.numbered("id", number_from + np.arange(count)),
        "anonymous_id": col.numbered("c", sessions.cookie[filled]),
        "user_id": col.numbered("u", people.number[person]),
        "email": emails(settings, companies, people, person),
        "form_name": col.text([form[0] for form in FORMS], form_of(sessions)[filled]),
        "timestamp": col.stamps(time),
        "received_at": col.stamps(time + 2),
    }
