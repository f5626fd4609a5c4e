"""What happens to raw data from one day to the next: functions of the world and the dice.

A change says in one line what it did, so that a failing sequence can be read. One that finds
nothing to change does nothing and says so.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from raw_world import STAMP, Row, World, moment

Change = Callable[[World, Random], str]
CHANGES: dict[str, Change] = {}
NOTHING = "nothing to change"
WEEKS = 7 * 6


def change(function: Change) -> Change:
    CHANGES[function.__name__] = function
    return function


def shown(row: Row, world: World, label: str) -> str:
    return "/".join(str(part) for part in world.key(label, row))


def of(row: Row | None, column: str) -> str | None:
    return row[column] if row else None


def alter(
    world: World,
    dice: Random,
    label: str,
    only: Callable[[Row], object] | None = None,
    /,
    **values: str | None,
) -> str:
    """Change a row of a table and say which."""
    row = world.pick(label, dice, only)
    if row is None:
        return NOTHING
    world.change(label, row, dice, **values)
    return f"{label} {shown(row, world, label)}: {values}"


# --- touches ---


def view_page(world: World, dice: Random, days_ago: float) -> str:
    template = world.pick("web.page_views", dice)
    if template is None:
        return NOTHING
    visitor = template["anonymous_id"] if dice.random() < 0.8 else world.new_id("vis")
    began = moment(world.stamp(dice, days_ago))
    near = moment(template["timestamp"])
    if (
        days_ago and near and dice.random() < 0.5
    ):  # beside another view: sessions are joined, or begin earlier
        began = near + timedelta(minutes=dice.choice([-45, -29, -5, 5, 29, 31, 60]))
    assert began is not None
    other = world.pick("web.page_views", dice) or template
    for number in range(dice.randint(1, 3)):
        world.like(
            "web.page_views",
            {**other, "user_id": template["user_id"]},
            id=world.new_id("pvw"),
            anonymous_id=visitor,
            timestamp=(began + timedelta(minutes=number * dice.choice([2, 40]))).strftime(STAMP),
            received_at=world.stamp(dice),
        )
    return f"visitor {visitor} views pages from {began}"


@change
def pages_are_viewed(world: World, dice: Random) -> str:
    return view_page(world, dice, 0)


@change
def old_page_views_arrive(world: World, dice: Random) -> str:
    return view_page(world, dice, dice.uniform(1, WEEKS))


@change
def a_visitor_is_identified(world: World, dice: Random) -> str:
    view = world.pick("web.page_views", dice)
    person = world.pick(dice.choice(["crm.leads", "crm.contacts"]), dice)
    if view is None or person is None:
        return NOTHING
    world.add(
        "web.identifies",
        {
            "id": world.new_id("idf"),
            "anonymous_id": view["anonymous_id"],
            "user_id": dice.choice([None, person["id"]]),
            "email": dice.choice([person["email"], None]),
            "form_name": dice.choice(["Newsletter", "Demo request", None]),
            "timestamp": world.stamp(dice, dice.choice([0, 3, 30])),
            "received_at": world.stamp(dice),
        },
    )
    return f"{view['anonymous_id']} is {person['id']}"


@change
def an_identification_names_another(world: World, dice: Random) -> str:
    person = world.pick(dice.choice(["crm.leads", "crm.contacts"]), dice)
    return alter(world, dice, "web.identifies", email=of(person, "email"))


@change
def a_visitor_gets_another_user_id(world: World, dice: Random) -> str:
    person = world.pick(dice.choice(["crm.leads", "crm.contacts"]), dice)
    return alter(world, dice, "web.page_views", user_id=of(person, "id"))


@change
def someone_responds(world: World, dice: Random) -> str:
    campaign = world.pick("crm.campaigns", dice)
    person_table = dice.choice(["lead", "contact"])
    person = world.pick(f"crm.{person_table}s", dice)
    if campaign is None or person is None:
        return NOTHING
    days_ago = dice.choice([0, 0, dice.uniform(1, WEEKS)])
    world.add(
        "crm.campaign_members",
        {
            "id": world.new_id("00v"),
            "campaign_id": campaign["id"],
            f"{person_table}_id": person["id"],
            "status": "Responded",
            "has_responded": "true",
            "first_responded_date": world.stamp(dice, days_ago)[:10],
            "created_date": world.stamp(dice, days_ago),
            "is_deleted": "false",
            "_fivetran_synced": world.stamp(dice),
        },
    )
    return f"{person['id']} responds to {campaign['id']} {days_ago:.0f} days ago"


@change
def a_response_is_taken_back(world: World, dice: Random) -> str:
    return alter(
        world,
        dice,
        "crm.campaign_members",
        has_responded="false",
        first_responded_date=None,
        status="Sent",
    )


@change
def a_response_is_dated_otherwise(world: World, dice: Random) -> str:
    return alter(
        world,
        dice,
        "crm.campaign_members",
        has_responded="true",
        first_responded_date=world.stamp(dice, dice.uniform(0, WEEKS))[:10],
    )


@change
def sales_logs_an_activity(world: World, dice: Random) -> str:
    label = dice.choice(["crm.tasks", "crm.events"])
    template = world.pick(label, dice)
    if template is None:
        return NOTHING
    days_ago = dice.choice([0, 0, dice.uniform(1, WEEKS)])
    person = world.pick(dice.choice(["crm.leads", "crm.contacts"]), dice)
    when = world.stamp(dice, days_ago)
    values: Row = {"who_id": of(person, "id"), "created_date": when}
    values["activity_date" if label == "crm.tasks" else "activity_date_time"] = when
    row = world.like(
        label, template, id=world.new_id("00T" if label == "crm.tasks" else "00U"), **values
    )
    return f"{label} {row['id']} of {row['who_id']} on {when}"


@change
def an_activity_is_edited(world: World, dice: Random) -> str:
    label = dice.choice(["crm.tasks", "crm.events"])
    deal = world.pick("crm.opportunities", dice)
    return alter(
        world,
        dice,
        label,
        what_id=of(deal, "id"),
        subject=dice.choice(["Call", "[Sequence] Step 9", "Discovery meeting", None]),
    )


# --- deals ---


def move_deal(
    world: World, dice: Random, stage: str, closed: bool, won: bool, **values: str | None
) -> str:
    deal = world.pick("crm.opportunities", dice)
    if deal is None:
        return NOTHING
    said = {
        "stage_name": stage,
        "is_closed": str(closed).lower(),
        "is_won": str(won).lower(),
        "close_date": world.stamp(dice, dice.choice([0, 0, 10, 40]))[:10],
        **values,
    }
    world.change("crm.opportunities", deal, dice, **said)
    if dice.random() < 0.8:
        world.add(
            "crm.opportunity_changes",
            {
                "id": world.new_id("008"),
                "opportunity_id": deal["id"],
                "stage_name": stage,
                "amount": deal["amount"],
                "close_date": said["close_date"],
                "probability": "50",
                "created_date": world.stamp(dice, dice.choice([0, 0, 0, 12])),
                "is_deleted": "false",
            },
        )
    return f"{deal['id']} to {said}"


@change
def a_deal_is_won(world: World, dice: Random) -> str:
    return move_deal(world, dice, "Closed Won", True, True)


@change
def a_deal_is_lost(world: World, dice: Random) -> str:
    return move_deal(world, dice, "Closed Lost", True, False)


@change
def a_deal_moves_or_is_reopened(world: World, dice: Random) -> str:
    stages = sorted(
        {row["stage_name"] or "" for row in world.landed["crm.opportunity_changes"]} - {""}
    )
    return move_deal(world, dice, dice.choice(stages or ["New"]), False, False)


@change
def a_deal_has_another_amount(world: World, dice: Random) -> str:
    return alter(
        world,
        dice,
        "crm.opportunities",
        amount=dice.choice(
            [f"{dice.randint(1, 90000)}.{dice.randint(0, 99):02d}", "0", None, "-50"]
        ),
    )


@change
def a_deal_closes_on_another_day(world: World, dice: Random) -> str:
    return alter(
        world,
        dice,
        "crm.opportunities",
        close_date=world.stamp(dice, dice.uniform(-30, WEEKS))[:10],
    )


@change
def a_deal_was_created_on_another_day(world: World, dice: Random) -> str:
    return alter(
        world, dice, "crm.opportunities", created_date=world.stamp(dice, dice.uniform(0, 2 * WEEKS))
    )


@change
def a_deal_has_another_owner(world: World, dice: Random) -> str:
    user = world.pick("crm.users", dice)
    return alter(
        world,
        dice,
        "crm.opportunities",
        **{dice.choice(["owner_id", "sdr_id"]): of(user, "id")},
    )


@change
def a_deal_moves_to_another_account(world: World, dice: Random) -> str:
    account = world.pick("crm.accounts", dice)
    return alter(
        world, dice, "crm.opportunities", account_id=dice.choice([of(account, "id"), None])
    )


@change
def a_deal_is_of_another_kind(world: World, dice: Random) -> str:
    kind = dice.choice(["type", "name", "currency_iso_code", "lead_source", "campaign_id"])
    campaign = world.pick("crm.campaigns", dice)
    value = {
        "type": dice.choice(
            ["New Business", "Renewal", "Expansion", "Existing Business", "Unheard of"]
        ),
        "name": dice.choice(["[test] nothing", "Quite another deal"]),
        "currency_iso_code": dice.choice(["EUR", "GBP", "USD", "XXX"]),
        "lead_source": dice.choice(["Webinar", "Outbound", "Partner", None]),
        "campaign_id": of(campaign, "id"),
    }[kind]
    return alter(world, dice, "crm.opportunities", **{kind: value})


@change
def a_deal_is_opened(world: World, dice: Random) -> str:
    template, account = world.pick("crm.opportunities", dice), world.pick("crm.accounts", dice)
    if template is None or account is None:
        return NOTHING
    days_ago = dice.choice([0, 0, dice.uniform(1, WEEKS)])
    deal = world.like(
        "crm.opportunities",
        template,
        id=world.new_id("006"),
        account_id=account["id"],
        created_date=world.stamp(dice, days_ago),
        _fivetran_synced=world.stamp(dice),
        is_deleted="false",
    )
    contacts = [row for row in world.landed["crm.contacts"] if row["account_id"] == account["id"]]
    for contact in dice.sample(contacts, min(2, len(contacts))):
        role(world, dice, deal["id"], contact["id"])
    return f"{deal['id']} of {account['id']}, {days_ago:.0f} days ago"


def role(world: World, dice: Random, deal: str | None, contact: str | None) -> None:
    world.add(
        "crm.opportunity_contact_roles",
        {
            "id": world.new_id("00K"),
            "opportunity_id": deal,
            "contact_id": contact,
            "role": dice.choice(["Economic Buyer", "Champion", None]),
            "is_primary": dice.choice(["true", "false"]),
            "created_date": world.stamp(dice),
            "is_deleted": "false",
        },
    )


@change
def someone_takes_part_in_a_deal(world: World, dice: Random) -> str:
    deal, contact = world.pick("crm.opportunities", dice), world.pick("crm.contacts", dice)
    if deal is None or contact is None:
        return NOTHING
    role(world, dice, deal["id"], contact["id"])
    return f"{contact['id']} in {deal['id']}"


@change
def a_part_in_a_deal_changes(world: World, dice: Random) -> str:
    contact = world.pick("crm.contacts", dice)
    return alter(
        world,
        dice,
        "crm.opportunity_contact_roles",
        contact_id=of(contact, "id"),
        is_primary=dice.choice(["true", "false"]),
    )


@change
def a_line_item_changes(world: World, dice: Random) -> str:
    deal = world.pick("crm.opportunities", dice)
    return alter(
        world,
        dice,
        "crm.opportunity_line_items",
        total_price=str(dice.randint(0, 9000)),
        opportunity_id=of(deal, "id"),
    )


# --- people ---


def some_domain(world: World, dice: Random) -> str:
    address = of(world.pick("crm.contacts", dice, lambda row: "@" in (row["email"] or "")), "email")
    website = of(world.pick("crm.accounts", dice), "website")
    domains = ["gmail.com", f"new{dice.randint(1, 3)}.example"]
    if address:
        domains.append(address.split("@")[1])
    if website:
        domains.append(website.removeprefix("https://").removeprefix("www."))
    return dice.choice(domains)


def some_address(world: World, dice: Random) -> str | None:
    person = world.pick(dice.choice(["crm.leads", "crm.contacts"]), dice)
    taken = of(person, "email")
    return dice.choice(
        [
            taken,
            f"n{dice.randint(1, 5)}@{some_domain(world, dice)}",
            f"info@{some_domain(world, dice)}",
            None,
        ]
    )


@change
def a_lead_comes_in(world: World, dice: Random) -> str:
    template = world.pick("crm.leads", dice)
    if template is None:
        return NOTHING
    days_ago = dice.choice([0, 0, dice.uniform(1, WEEKS)])
    lead = world.like(
        "crm.leads",
        template,
        id=world.new_id("00Q"),
        email=some_address(world, dice),
        website=some_domain(world, dice),
        created_date=world.stamp(dice, days_ago),
        status=dice.choice(["New", "MQL"]),
        is_converted="false",
        converted_date=None,
        converted_account_id=None,
        converted_contact_id=None,
        converted_opportunity_id=None,
        is_deleted="false",
        master_record_id=None,
        _fivetran_synced=world.stamp(dice),
        lead_source=dice.choice(["Webinar", "Web", "Partner", None]),
    )
    return f"{lead['id']} {lead['email']}, {days_ago:.0f} days ago"


@change
def a_contact_is_made(world: World, dice: Random) -> str:
    template, account = world.pick("crm.contacts", dice), world.pick("crm.accounts", dice)
    if template is None:
        return NOTHING
    days_ago = dice.choice([0, 0, dice.uniform(1, WEEKS)])
    contact = world.like(
        "crm.contacts",
        template,
        id=world.new_id("003"),
        email=some_address(world, dice),
        account_id=of(account, "id"),
        created_date=world.stamp(dice, days_ago),
        is_deleted="false",
        master_record_id=None,
        _fivetran_synced=world.stamp(dice),
    )
    return f"{contact['id']} {contact['email']} of {contact['account_id']}"


@change
def a_lead_is_converted(world: World, dice: Random) -> str:
    lead = world.pick("crm.leads", dice)
    contact = world.pick("crm.contacts", dice)
    deal = world.pick("crm.opportunities", dice)
    if lead is None or contact is None:
        return NOTHING
    world.change(
        "crm.leads",
        lead,
        dice,
        status="Converted",
        is_converted="true",
        converted_date=world.stamp(dice)[:10],
        converted_account_id=contact["account_id"],
        converted_contact_id=contact["id"],
        converted_opportunity_id=dice.choice([of(deal, "id"), None]),
    )
    return f"{lead['id']} to {contact['id']}"


@change
def a_lead_is_converted_no_more(world: World, dice: Random) -> str:
    return alter(
        world,
        dice,
        "crm.leads",
        lambda row: row["is_converted"] == "true",
        is_converted="false",
        converted_date=None,
        converted_account_id=None,
        converted_contact_id=None,
        converted_opportunity_id=None,
    )


@change
def a_lead_changes_its_status(world: World, dice: Random) -> str:
    lead = world.pick("crm.leads", dice)
    if lead is None:
        return NOTHING
    statuses = [
        "New",
        "MQL",
        "Accepted (SAL)",
        "Working",
        "Rejected",
        "Recycled",
        "SQL",
        "Converted",
        "Odd",
    ]
    status = dice.choice(
        statuses + sorted({row["new_value"] or "" for row in world.landed["crm.lead_changes"]})
    )
    days_ago = dice.choice([0, 0, 0, dice.uniform(1, WEEKS)])
    if dice.random() < 0.9:
        world.add(
            "crm.lead_changes",
            {
                "id": world.new_id("017"),
                "lead_id": lead["id"],
                "field": "Status",
                "old_value": lead["status"],
                "new_value": status,
                "created_date": world.stamp(dice, days_ago),
                "is_deleted": "false",
            },
        )
    world.change("crm.leads", lead, dice, status=status)
    return f"{lead['id']} from {lead['status']} to {status}, {days_ago:.0f} days ago"


@change
def a_change_of_a_lead_is_told_late(world: World, dice: Random) -> str:
    lead = world.pick("crm.leads", dice)
    template = world.pick("crm.lead_changes", dice)
    if lead is None or template is None:
        return NOTHING
    when = world.stamp(dice, dice.uniform(1, 2 * WEEKS))
    row = world.like(
        "crm.lead_changes", template, id=world.new_id("017"), lead_id=lead["id"], created_date=when
    )
    return f"{lead['id']} {row['field']} {row['old_value']} to {row['new_value']} on {when}"


@change
def a_change_of_a_lead_is_edited(world: World, dice: Random) -> str:
    return alter(
        world, dice, "crm.lead_changes", created_date=world.stamp(dice, dice.uniform(0, WEEKS))
    )


def merge(world: World, dice: Random, label: str) -> str:
    loser, winner = world.pick(label, dice), world.pick(label, dice)
    if loser is None or winner is None:
        return NOTHING
    world.change(label, loser, dice, is_deleted="true", master_record_id=winner["id"])
    return f"{loser['id']} into {winner['id']}"


def unmerge(world: World, dice: Random, label: str) -> str:
    return alter(
        world,
        dice,
        label,
        lambda row: row["master_record_id"],
        is_deleted=dice.choice(["false", "true"]),
        master_record_id=None,
    )


@change
def leads_are_merged(world: World, dice: Random) -> str:
    return merge(world, dice, "crm.leads")


@change
def contacts_are_merged(world: World, dice: Random) -> str:
    return merge(world, dice, "crm.contacts")


@change
def accounts_are_merged(world: World, dice: Random) -> str:
    return merge(world, dice, "crm.accounts")


@change
def a_merge_is_undone(world: World, dice: Random) -> str:
    return unmerge(world, dice, dice.choice(["crm.leads", "crm.contacts", "crm.accounts"]))


@change
def an_address_changes(world: World, dice: Random) -> str:
    return alter(
        world, dice, dice.choice(["crm.leads", "crm.contacts"]), email=some_address(world, dice)
    )


@change
def a_lead_is_of_another_company(world: World, dice: Random) -> str:
    account = world.pick("crm.accounts", dice)
    return alter(
        world,
        dice,
        "crm.leads",
        company=of(account, "name"),
        website=some_domain(world, dice),
        country=of(account, "billing_country"),
    )


@change
def a_lead_source_is_edited(world: World, dice: Random) -> str:
    return alter(
        world,
        dice,
        dice.choice(["crm.leads", "crm.contacts"]),
        lead_source=dice.choice(["Webinar", "Edited", None]),
    )


@change
def a_contact_changes_its_account(world: World, dice: Random) -> str:
    account = world.pick("crm.accounts", dice)
    return alter(world, dice, "crm.contacts", account_id=dice.choice([of(account, "id"), None]))


@change
def a_record_was_created_on_another_day(world: World, dice: Random) -> str:
    label = dice.choice(["crm.leads", "crm.contacts", "crm.accounts"])
    return alter(world, dice, label, created_date=world.stamp(dice, dice.uniform(0, 4 * WEEKS)))


# --- accounts, campaigns, money ---


@change
def an_account_has_another_website(world: World, dice: Random) -> str:
    return alter(world, dice, "crm.accounts", website=dice.choice([some_domain(world, dice), None]))


@change
def an_account_is_renamed(world: World, dice: Random) -> str:
    other = world.pick("crm.accounts", dice)
    return alter(
        world, dice, "crm.accounts", name=dice.choice([of(other, "name"), "Renamed Holding"])
    )


@change
def an_account_has_another_parent(world: World, dice: Random) -> str:
    other = world.pick("crm.accounts", dice)
    return alter(world, dice, "crm.accounts", parent_id=dice.choice([of(other, "id"), None]))


@change
def an_account_is_made(world: World, dice: Random) -> str:
    template = world.pick("crm.accounts", dice)
    if template is None:
        return NOTHING
    account = world.like(
        "crm.accounts",
        template,
        id=world.new_id("001"),
        name=dice.choice([template["name"], f"New {dice.randint(1, 9)}"]),
        website=some_domain(world, dice),
        created_date=world.stamp(dice, dice.uniform(0, 4 * WEEKS)),
        is_deleted="false",
        master_record_id=None,
        _fivetran_synced=world.stamp(dice),
    )
    return f"{account['id']} {account['website']}"


@change
def a_campaign_is_edited(world: World, dice: Random) -> str:
    other = world.pick("crm.campaigns", dice)
    column = dice.choice(
        [
            "name",
            "type",
            "parent_id",
            "utm_campaign",
            "start_date",
            "end_date",
            "actual_cost",
            "status",
            "offer",
            "budgeted_cost",
        ]
    )
    value = of(other, "id" if column == "parent_id" else column)
    return alter(world, dice, "crm.campaigns", **{column: value})


@change
def a_campaign_is_made(world: World, dice: Random) -> str:
    template = world.pick("crm.campaigns", dice)
    if template is None:
        return NOTHING
    row = world.like(
        "crm.campaigns",
        template,
        id=world.new_id("701"),
        name=dice.choice([template["name"], "Quite new"]),
        created_date=world.stamp(dice),
        _fivetran_synced=world.stamp(dice),
    )
    return f"{row['id']} {row['name']}"


AD_COSTS = {
    "google_ads.campaign_days": "cost_micros",
    "linkedin_ads.campaign_days": "cost_in_local_currency",
    "facebook_ads.ad_days": "spend",
}


@change
def ad_cost_is_restated(world: World, dice: Random) -> str:
    label = dice.choice(list(AD_COSTS))
    return alter(
        world,
        dice,
        label,
        **{AD_COSTS[label]: str(dice.randint(0, 90) * (100_000 if "google" in label else 1))},
    )


@change
def an_ad_day_is_of_another_day(world: World, dice: Random) -> str:
    label = dice.choice(list(AD_COSTS))
    column = "day" if "linkedin" in label else "date"
    return alter(world, dice, label, **{column: world.stamp(dice, dice.uniform(0, WEEKS))[:10]})


@change
def an_ad_campaign_is_renamed(world: World, dice: Random) -> str:
    label = dice.choice(
        ["google_ads.campaigns", "linkedin_ads.campaigns", "facebook_ads.campaigns"]
    )
    campaign = world.pick("crm.campaigns", dice)
    return alter(
        world, dice, label, name=dice.choice([of(campaign, "utm_campaign"), "Renamed ads"])
    )


@change
def an_ad_account_is_edited(world: World, dice: Random) -> str:
    label = dice.choice(["google_ads.accounts", "linkedin_ads.accounts", "facebook_ads.accounts"])
    column = "currency_code" if "google" in label else "currency"
    return alter(world, dice, label, **{column: dice.choice(["USD", "EUR", "GBP"])})


@change
def an_ad_moves_to_another_campaign(world: World, dice: Random) -> str:
    campaign = world.pick("facebook_ads.campaigns", dice)
    return alter(world, dice, "facebook_ads.ads", campaign_id=of(campaign, "id"))


@change
def an_invoice_changes(world: World, dice: Random) -> str:
    campaign = world.pick("crm.campaigns", dice)
    values: Row = {
        "amount": f"{dice.randint(1, 900)}.{dice.randint(0, 99):02d}",
        "campaign_id": of(campaign, "id"),
        "service_end_date": world.stamp(dice, dice.uniform(-20, 20))[:10],
        "currency_iso_code": dice.choice(["EUR", "USD"]),
    }
    names = dice.sample(sorted(values), 2)
    return alter(world, dice, "finance.campaign_costs", **{name: values[name] for name in names})


@change
def an_invoice_comes_in(world: World, dice: Random) -> str:
    template = world.pick("finance.campaign_costs", dice)
    if template is None:
        return NOTHING
    row = world.like(
        "finance.campaign_costs",
        template,
        id=world.new_id("INV"),
        invoice_date=world.stamp(dice)[:10],
    )
    return f"{row['id']} for {row['campaign_id']}"


@change
def an_exchange_rate_changes(world: World, dice: Random) -> str:
    return alter(world, dice, "crm.conversion_rates", conversion_rate=f"{dice.uniform(0.5, 2):.5f}")


@change
def an_exchange_rate_begins(world: World, dice: Random) -> str:
    template = world.pick("crm.conversion_rates", dice, lambda row: not row["next_start_date"])
    if template is None:
        return NOTHING
    day = world.stamp(dice, dice.uniform(0, WEEKS))[:10]
    world.change("crm.conversion_rates", template, dice, next_start_date=day)
    world.like(
        "crm.conversion_rates",
        template,
        id=world.new_id("04w"),
        start_date=day,
        next_start_date=None,
        conversion_rate=f"{dice.uniform(0.5, 2):.5f}",
    )
    return f"{template['iso_code']} from {day}"


@change
def a_user_is_edited(world: World, dice: Random) -> str:
    return alter(
        world,
        dice,
        "crm.users",
        title=dice.choice(["Account Executive", "SDR"]),
        department=dice.choice(["Sales", "Marketing"]),
    )


@change
def a_signal_arrives(world: World, dice: Random) -> str:
    template, account = world.pick("intent.account_signals", dice), world.pick("crm.accounts", dice)
    if template is None:
        return NOTHING
    row = world.like(
        "intent.account_signals",
        template,
        id=world.new_id("sig"),
        account_id=of(account, "id"),
        domain=some_domain(world, dice),
        signal_date=world.stamp(dice, dice.uniform(0, WEEKS))[:10],
    )
    return f"{row['id']} of {row['account_id']}"


# --- any table ---


def some_row(
    world: World, dice: Random, only: Callable[[Row], object] | None = None
) -> tuple[str, Row] | None:
    labels = [label for label, rows in world.landed.items() if rows and label not in world.absent]
    for label in dice.sample(labels, len(labels)):
        row = world.pick(label, dice, only)
        if row is not None:
            return label, row
    return None


@change
def a_row_is_flagged_as_deleted_or_not(world: World, dice: Random) -> str:
    found = some_row(world, dice, lambda row: row.get("is_deleted") is not None)
    if found is None:
        return NOTHING
    label, row = found
    flag = "false" if row["is_deleted"] == "true" else "true"
    world.change(label, row, dice, is_deleted=flag)
    return f"{label} {shown(row, world, label)} is_deleted={flag}"


@change
def a_row_vanishes(world: World, dice: Random) -> str:
    found = some_row(world, dice)
    if found is None:
        return NOTHING
    world.remove(*found)
    return f"{found[0]} {shown(found[1], world, found[0])}"


@change
def a_vanished_row_comes_back(world: World, dice: Random) -> str:
    if not world.buried:
        return NOTHING
    label, row = world.buried.pop(dice.randrange(len(world.buried)))
    world.add(label, row)
    return f"{label} {shown(row, world, label)}"


@change
def a_value_is_broken(world: World, dice: Random) -> str:
    found = some_row(world, dice)
    if found is None:
        return NOTHING
    label, row = found
    typed = [column.name for column in world.contracts[label].columns if column.kind != "text"]
    column = dice.choice(typed or list(row))
    world.change(label, row, dice, **{column: "no such value"})
    return f"{label} {shown(row, world, label)}.{column}"


@change
def a_broken_value_is_mended(world: World, dice: Random) -> str:
    found = some_row(world, dice, lambda row: "no such value" in row.values())
    if found is None:
        return NOTHING
    label, row = found
    other = world.pick(label, dice) or row
    mended = {name: other[name] for name, value in row.items() if value == "no such value"}
    world.change(label, row, dice, **mended)
    return f"{label} {shown(row, world, label)}: {mended}"


@change
def a_required_value_is_missing(world: World, dice: Random) -> str:
    found = some_row(world, dice)
    if found is None:
        return NOTHING
    label, row = found
    column = dice.choice(world.contracts[label].required)
    world.change(label, row, dice, **{column: None})
    return f"{label} {shown(row, world, label)}.{column}"


@change
def a_value_becomes_that_of_another_row(world: World, dice: Random) -> str:
    found = some_row(world, dice)
    if found is None:
        return NOTHING
    label, row = found
    column = dice.choice([name for name in row if name not in world.contracts[label].key])
    other = world.pick(label, dice) or row
    world.change(label, row, dice, **{column: other[column]})
    return f"{label} {shown(row, world, label)}.{column} = {other[column]}"


@change
def an_id_is_spelled_otherwise(world: World, dice: Random) -> str:
    found = some_row(world, dice, lambda row: any(len(value or "") == 18 for value in row.values()))
    if found is None:
        return NOTHING
    label, row = found
    column = dice.choice([name for name, value in row.items() if len(value or "") == 18])
    world.change(label, row, dice, **{column: (row[column] or "")[:15]})
    return f"{label} {shown(row, world, label)}.{column} in 15 letters"


@change
def a_batch_is_loaded_again(world: World, dice: Random) -> str:
    batch = dice.sample(world.last_batch, min(len(world.last_batch), 30))
    for label, row in batch:
        world.landed[label].append(row)
    return f"{len(batch)} rows again"


@change
def an_older_version_arrives_late(world: World, dice: Random) -> str:
    found = some_row(
        world, dice, lambda row: any(moment(row.get(name)) for name in NEWNESS_OF_RECORDS)
    )
    if found is None:
        return NOTHING
    label, row = found
    older = dict(row)
    for name in NEWNESS_OF_RECORDS:
        when = moment(row.get(name))
        if when:
            older[name] = (when - timedelta(days=dice.choice([0, 1, 30]))).strftime(STAMP)
    other = world.pick(label, dice) or row
    for name in dice.sample([name for name in row if name not in world.contracts[label].key], 2):
        if name not in NEWNESS_OF_RECORDS:
            older[name] = other[name]
    if not world.appends:  # a loader that keeps one row has overwritten the newer one
        world.landed[label] = [each for each in world.landed[label] if each is not row]
    world.landed[label].append(older)
    return f"{label} {shown(row, world, label)}"


NEWNESS_OF_RECORDS = (
    "_fivetran_synced",
    "received_at",
    "updated_at",
    "last_modified_time",
    "updated_time",
)


@change
def a_table_is_emptied(world: World, dice: Random) -> str:
    labels = [label for label, rows in world.landed.items() if rows]
    if not labels or dice.random() < 0.5:
        return NOTHING
    label = dice.choice(labels)
    world.emptied[label] = world.landed[label]
    world.landed[label] = []
    return label


@change
def a_table_is_dropped(world: World, dice: Random) -> str:
    labels = [label for label in world.landed if label not in world.absent]
    if not labels or dice.random() < 0.5:
        return NOTHING
    label = dice.choice(labels)
    world.absent.add(label)
    return label


@change
def tables_are_filled_again(world: World, dice: Random) -> str:
    for label, rows in world.emptied.items():
        world.landed[label] += rows
    said = f"{sorted(world.emptied)} {sorted(world.absent)}"
    world.emptied, world.absent = {}, set()
    return said
