# ruff: noqa: E501  (tables are wider than code)
"""A company small enough to be counted by hand: twelve trips through the funnel, ten deals.

Its story, so that the numbers of test_metrics_by_hand.py can be followed without reading SQL. The
report is of 2025-06-30, in USD; the fiscal year starts in February.

Accounts: acme (SMB, North America), beta (Mid-Market, EMEA), gamma (Enterprise, North America),
omega (nothing known, nobody in it), sigma (Mid-Market), kappa (SMB).

Trips (person: stages; * is inferred):
  ann 1     webinar 01-10, MQL 01-20, accepted 01-25, SQL 02-05, deal o1 02-15, won 04-15
  bob 1     webinar 01-15, MQL 01-31, called 02-01, rejected 02-10 (no timing)
  bob 2     fair 02-20, MQL 03-01, accepted 03-03, SQL* and deal o2 03-10, lost 05-20
  cyd 1     fair 02-05, MQL 02-10, never worked: expires 03-12
  dan 1     a record of 03-15 without a response, MQL 06-20: still waits
  eve 1     webinar 01-20, MQL 02-01, disqualified 02-03 (student); no account
  fay 1     mailing 03-08, MQL 03-10, recycled 03-12 without a reason
  fay 2     fair 05-02, MQL 05-05, rejected 05-06 (duplicate)
  fay 3     webinar 06-01, open
  gus 1     mailing 03-05, deal o5 on 05-05: MQL*, SAL*, SQL*, deal* and won 05-05
  kim 1     role on deal o9 of 04-10: all stages* 04-10, lost 06-05
  lee 1     role on deal o10 of 03-20: all stages* but the deal 03-20, won 06-20

Deals:
  o1   acme    10,000 USD  created 02-10, accepted 02-15 at 8,000, proposal 03-20, won 04-15
  o2   beta     2,000 EUR  = 2,500 USD, created 03-10, proposal 04-10, lost 05-20
  o3   omega    4,000 USD  created 03-03, won 03-31, no history, no touch, no people
  o4   acme     no amount  created 04-01, lost 04-20
  o5   beta       600 USD  created and won 05-05: entered after the fact
  o6   gamma   20,000 USD  created 05-10, open, expected to close on 06-15
  o7   beta     5,000 USD  a renewal, won 06-10: counts nowhere
  o8   gamma    3,000 USD  an expansion, created 06-01, pending acceptance
  o9   sigma    1,000 USD  created 04-10 after a cold call of 04-02, lost 06-05
  o10  kappa    2,000 USD  created 03-20 after a paid search of 03-04, won 06-20

Cost: webinar 3,100 in January, fair 2,800 in February, Google Ads 500 on 01-10 and 700 on 03-05.
"""

import csv
from pathlib import Path

import yaml

SETTINGS = {"reporting_currency": "USD", "fiscal_year_start_month": 2, "as_of": "2025-06-30"}

# A table per source table: its columns, then its rows; an empty place is an empty value.
TABLES = {
    "crm.accounts": """
        id | name | website | type | number_of_employees | billing_country | owner_id | marketer_id
        acme | Acme | acme.example | Prospect | 50 | United States | seller1 | marketer1
        beta | Beta | beta.example | Prospect | 500 | Germany | seller2 | marketer1
        gamma | Gamma | gamma.example | Prospect | 5000 | United States | seller1 | marketer1
        omega | Omega | omega.example | Prospect | | | seller2 |
        sigma | Sigma | sigma.example | Prospect | 300 | | seller2 |
        kappa | Kappa | kappa.example | Prospect | 20 | | seller1 |
    """,
    "crm.leads": """
        id | email | status | lead_source | created_date | is_converted | converted_opportunity_id
        ann | ann@acme.example | Qualified | Webinar | 2025-01-10 12:00:00 | true | o1
        bob | bob@beta.example | Accepted | Webinar | 2025-01-15 12:00:00 | true | o2
        cyd | cyd@gamma.example | MQL | Trade Show | 2025-02-05 12:00:00 | false |
        dan | dan@gamma.example | MQL | Web | 2025-03-15 12:00:00 | false |
        eve | eve@mail.example | Disqualified | Webinar | 2025-01-20 12:00:00 | false |
        fay | fay@acme.example | Rejected | Email | 2025-03-08 12:00:00 | false |
        gus | gus@beta.example | New | Email | 2025-03-05 12:00:00 | true | o5
    """,
    "crm.lead_changes": """
        id | lead_id | field | old_value | new_value | created_date
        s01 | ann | Status | New | MQL | 2025-01-20 09:00:00
        s02 | ann | Status | MQL | Accepted | 2025-01-25 09:00:00
        s03 | ann | Status | Accepted | Qualified | 2025-02-05 09:00:00
        s04 | bob | Status | New | MQL | 2025-01-31 09:00:00
        s05 | bob | Status | MQL | Rejected | 2025-02-10 09:00:00
        s06 | bob | Rejection_Reason__c | | No timing | 2025-02-10 09:00:00
        s07 | bob | Status | Rejected | MQL | 2025-03-01 08:00:00
        s08 | bob | Status | MQL | Accepted | 2025-03-03 20:00:00
        s09 | cyd | Status | New | MQL | 2025-02-10 09:00:00
        s10 | dan | Status | New | MQL | 2025-06-20 09:00:00
        s11 | eve | Status | New | MQL | 2025-02-01 10:00:00
        s12 | eve | Status | MQL | Disqualified | 2025-02-03 10:00:00
        s13 | eve | Rejection_Reason__c | | Student | 2025-02-03 10:00:00
        s14 | fay | Status | New | MQL | 2025-03-10 10:00:00
        s15 | fay | Status | MQL | Recycled | 2025-03-12 10:30:00
        s16 | fay | Status | Recycled | MQL | 2025-05-05 12:00:00
        s17 | fay | Status | MQL | Rejected | 2025-05-06 12:00:00
        s18 | fay | Rejection_Reason__c | | Duplicate | 2025-05-06 12:00:00
    """,
    "crm.contacts": """
        id | account_id | email | lead_source | created_date
        kim | sigma | kim@sigma.example | | 2025-04-01 12:00:00
        lee | kappa | lee@kappa.example | | 2025-03-04 12:00:00
    """,
    "crm.opportunities": """
        id | account_id | name | amount | currency_iso_code | stage_name | probability | type | close_date | created_date | is_closed | is_won
        o1 | acme | one | 10000 | USD | Closed Won | 100 | New Business | 2025-04-15 | 2025-02-10 09:00:00 | true | true
        o2 | beta | two | 2000 | EUR | Closed Lost | 0 | New Business | 2025-05-20 | 2025-03-10 09:00:00 | true | false
        o3 | omega | three | 4000 | USD | Closed Won | 100 | New Business | 2025-03-31 | 2025-03-03 09:00:00 | true | true
        o4 | acme | four | | USD | Closed Lost | 0 | New Business | 2025-04-20 | 2025-04-01 09:00:00 | true | false
        o5 | beta | five | 600 | USD | Closed Won | 100 | New Business | 2025-05-05 | 2025-05-05 10:00:00 | true | true
        o6 | gamma | six | 20000 | USD | 1-Discovery | 25 | New Business | 2025-06-15 | 2025-05-10 09:00:00 | false | false
        o7 | beta | seven | 5000 | USD | Closed Won | 100 | Renewal | 2025-06-10 | 2025-06-01 09:00:00 | true | true
        o8 | gamma | eight | 3000 | USD | 0-Pending Acceptance | 5 | Expansion | 2025-12-31 | 2025-06-01 09:00:00 | false | false
        o9 | sigma | nine | 1000 | USD | Closed Lost | 0 | New Business | 2025-06-05 | 2025-04-10 09:00:00 | true | false
        o10 | kappa | ten | 2000 | USD | Closed Won | 100 | New Business | 2025-06-20 | 2025-03-20 09:00:00 | true | true
    """,
    "crm.opportunity_changes": """
        id | opportunity_id | stage_name | amount | close_date | probability | created_date
        h01 | o1 | 0-Pending Acceptance | 8000 | 2025-06-30 | 5 | 2025-02-10 09:00:00
        h02 | o1 | 1-Discovery | 8000 | 2025-06-30 | 20 | 2025-02-15 09:00:00
        h03 | o1 | 3-Proposal | 10000 | 2025-06-30 | 60 | 2025-03-20 09:00:00
        h04 | o1 | Closed Won | 10000 | 2025-04-15 | 100 | 2025-04-15 09:00:00
        h05 | o2 | 1-Discovery | 2000 | 2025-08-31 | 20 | 2025-03-10 09:00:00
        h06 | o2 | 3-Proposal | 2000 | 2025-08-31 | 60 | 2025-04-10 09:00:00
        h07 | o2 | Closed Lost | 2000 | 2025-05-20 | 0 | 2025-05-20 09:00:00
        h08 | o4 | 1-Discovery | | 2025-08-31 | 20 | 2025-04-01 09:00:00
        h09 | o4 | Closed Lost | | 2025-04-20 | 0 | 2025-04-20 09:00:00
        h10 | o6 | 1-Discovery | 20000 | 2025-06-15 | 25 | 2025-05-10 09:00:00
        h11 | o8 | 0-Pending Acceptance | 3000 | 2025-12-31 | 5 | 2025-06-01 09:00:00
        h12 | o9 | 1-Discovery | 1000 | 2025-08-31 | 20 | 2025-04-10 09:00:00
        h13 | o9 | Closed Lost | 1000 | 2025-06-05 | 0 | 2025-06-05 09:00:00
        h14 | o10 | 1-Discovery | 2000 | 2025-08-31 | 20 | 2025-03-20 09:00:00
        h15 | o10 | Closed Won | 2000 | 2025-06-20 | 100 | 2025-06-20 09:00:00
    """,
    "crm.opportunity_contact_roles": """
        id | opportunity_id | contact_id | role | is_primary | created_date
        r1 | o9 | kim | Champion | true | 2025-04-10 09:00:00
        r2 | o10 | lee | Champion | true | 2025-03-20 09:00:00
    """,
    "crm.campaigns": """
        id | name | type | start_date | end_date | actual_cost | currency_iso_code
        webinar | Winter webinar | Webinar | 2025-01-01 | 2025-01-31 | 3100 | USD
        fair | Trade fair | Trade Show | 2025-02-01 | 2025-02-28 | 2800 | USD
        mailing | Mailing | Email | 2025-03-01 | 2025-03-31 | | USD
    """,
    "crm.campaign_members": """
        id | campaign_id | lead_id | status | has_responded | first_responded_date | created_date
        m1 | webinar | ann | Attended | true | 2025-01-10 | 2025-01-10 10:00:00
        m2 | webinar | bob | Attended | true | 2025-01-15 | 2025-01-15 10:00:00
        m3 | webinar | eve | Attended | true | 2025-01-20 | 2025-01-20 10:00:00
        m4 | webinar | fay | Attended | true | 2025-06-01 | 2025-06-01 10:00:00
        m5 | fair | cyd | Visited | true | 2025-02-05 | 2025-02-05 10:00:00
        m6 | fair | bob | Visited | true | 2025-02-20 | 2025-02-20 10:00:00
        m7 | fair | fay | Visited | true | 2025-05-02 | 2025-05-02 10:00:00
        m8 | mailing | gus | Responded | true | 2025-03-05 | 2025-03-05 10:00:00
        m9 | mailing | fay | Responded | true | 2025-03-08 | 2025-03-08 10:00:00
        m10 | mailing | ann | Sent | false | | 2025-03-08 10:00:00
    """,
    "crm.tasks": """
        id | who_id | account_id | activity_date | created_date | subject | type | owner_id
        t1 | bob | | 2025-02-01 | 2025-02-01 09:00:00 | Called | Call | seller2
        t2 | kim | sigma | 2025-04-02 | 2025-04-02 09:00:00 | Called | Call | seller2
        t3 | cyd | gamma | 2025-02-11 | 2025-02-11 09:00:00 | Sequence step 1 (automated) | Email | seller1
    """,
    "crm.conversion_rates": """
        id | iso_code | start_date | next_start_date | conversion_rate
        x1 | USD | 2024-01-01 | | 1
        x2 | EUR | 2024-01-01 | | 0.8
    """,
    "google_ads.accounts": """
        id | currency_code | time_zone | updated_at
        g | USD | UTC | 2025-01-01 00:00:00
    """,
    "google_ads.campaigns": """
        id | customer_id | name | status | updated_at
        ads | g | Search ads | ENABLED | 2025-01-01 00:00:00
    """,
    "google_ads.campaign_days": """
        customer_id | id | date | ad_network_type | device | cost_micros | clicks | impressions
        g | ads | 2025-01-10 | SEARCH | DESKTOP | 500000000 | 10 | 1000
        g | ads | 2025-03-05 | SEARCH | DESKTOP | 700000000 | 14 | 1400
    """,
    "web.page_views": """
        id | anonymous_id | user_id | timestamp | url | context_campaign_source | context_campaign_medium | context_campaign_name
        v1 | cookie1 | lee | 2025-03-04 11:50:00 | https://us.example/pricing | google | cpc | Search ads
        v2 | cookie2 | | 2025-02-12 11:50:00 | https://us.example/ | | |
    """,
}


def write(folder: Path) -> Path:
    """Write the company's files and their mapping; return the mapping."""
    folder.mkdir()
    tables = {}
    for label, text in TABLES.items():
        lines = [line.strip() for line in text.strip().splitlines()]
        rows = [[value.strip() for value in line.split("|")] for line in lines]
        name = f"{label.replace('.', '_')}.csv"
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        tables[label] = {"from": name, "columns": {column: column for column in rows[0]}}
    mapping = folder / "mapping.yml"
    stated = {"company": "Counted by hand", "settings": SETTINGS, "tables": tables}
    mapping.write_text(yaml.safe_dump(stated, sort_keys=False), encoding="utf-8")
    return mapping
