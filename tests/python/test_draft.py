"""Drafted mappings: each known export, written small, is drafted, loads as it is, lands right."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from touchstone.cli import main
from touchstone.errors import UserError
from touchstone.load.draft import Draft, draft
from touchstone.load.drafting import mapping_of_shape
from touchstone.load.loading import Outcome, load
from touchstone.load.mapping import read_mapping
from touchstone.project import project_directory

PROJECT = project_directory()
FIXTURES = Path(__file__).parents[1] / "fixtures" / "exports"


def written(name: str) -> str:
    """Return one of the small exports."""
    return (FIXTURES / name).read_text(encoding="utf-8")


class Exports:
    """A folder of exports, drafted and loaded by its draft."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "exports"
        self.folder.mkdir()
        self.warehouse = folder / "acme.duckdb"

    def write(self, name: str, content: str | bytes) -> None:
        data = content.encode() if isinstance(content, str) else content
        (self.folder / name).write_bytes(data)

    def draft(self) -> Draft:
        return draft(self.folder, PROJECT)

    def load(self) -> tuple[Draft, Outcome]:
        drafted = self.draft()
        mapping = self.folder.parent / "draft.yml"
        mapping.write_text(drafted.text, encoding="utf-8")
        return drafted, load(self.folder, read_mapping(mapping, PROJECT), PROJECT, self.warehouse)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def counted(outcome: Outcome) -> dict[str, int]:
    return {done.table.label: done.row_count for done in outcome.tables}


# HubSpot


def test_hubspot_exports(exports: Exports) -> None:
    for path in sorted((FIXTURES / "hubspot").iterdir()):
        exports.write(path.name, path.read_bytes())
    drafted, outcome = exports.load()
    assert counted(outcome) == {
        "crm.accounts": 2,
        "crm.contacts": 3,
        "crm.leads": 3,
        "crm.lead_changes": 7,
        "crm.opportunities": 2,
        "crm.opportunity_changes": 3,
        "crm.opportunity_contact_roles": 3,
        "crm.campaigns": 2,
        "crm.campaign_members": 2,
        "crm.users": 1,
    }
    assert outcome.quarantined == []
    assert outcome.mapping.settings["reporting_currency"] == "EUR"
    assert exports.rows(
        "select id, account_id, amount, probability::float, stage_name, is_won "
        "from raw_crm.opportunity "
        "order by id"
    ) == [
        ("9001", "501", "10000.50", 100, "Closed Won", "true"),
        ("9002", "502", "5000", 90, "Contract Sent", "false"),
    ]
    assert exports.rows(
        "select opportunity_id, contact_id from raw_crm.opportunity_contact_role order by all"
    ) == [("9001", "701"), ("9001", "702"), ("9002", "703")]
    assert exports.rows(
        "select new_value, created_date from raw_crm.lead_history where lead_id = 'L701' order by 2"
    ) == [
        ("Lead", "2024-01-02 09:00:00"),
        ("Marketing Qualified Lead", "2024-01-10 10:00:00"),
        ("Sales Qualified Lead", "2024-01-15 11:00:00"),
        ("Opportunity", "2024-01-20 09:00:00"),
    ]
    assert exports.rows(
        "select stage_name, created_date from raw_crm.opportunity_history where "
        "opportunity_id = '9001' order by 2"
    ) == [("Contract Sent", "2024-02-10 08:00:00"), ("Closed Won", "2024-03-01 12:00:00")]
    # an owner is known by name in an export: hashed, and the same in every table
    assert exports.rows(
        "select count(*) from raw_crm.opportunity as deals inner join raw_crm.user as users "
        "on deals.owner_id = users.id"
    ) == [(2,)]
    assert exports.rows("select annual_revenue, website from raw_crm.account order by id")[0] == (
        "1500000",
        "fir.example",
    )
    assert "known: Closed Won (1), Contract Sent (1)" in drafted.text
    # every stage, lifecycle and source of HubSpot's own is known
    assert not any("mean:" in question for question in drafted.questions)


def test_lifecycles_and_deal_stages_of_hubspot_are_a_way_through_the_funnel(
    exports: Exports,
) -> None:
    for path in sorted((FIXTURES / "hubspot").iterdir()):
        exports.write(path.name, path.read_bytes())
    exports.load()

    def way(table: str, record: str, name: str, seed: str, key: str) -> list[tuple[Any, ...]]:
        known = PROJECT / "seeds" / "definitions" / f"{seed}.csv"
        return exports.rows(
            f"select {record}, list(canonical_stage order by created_date, canonical_stage) "
            f"from raw_crm.{table} as moves "
            f"left join read_csv('{known}', all_varchar = true) as known "
            f"on lower(moves.{name}) = known.{key} group by all order by all"
        )

    assert way("lead_history", "lead_id", "new_value", "lead_statuses", "lead_status") == [
        ("L701", ["inquiry", "mql", "sql", "sql"]),
        ("L702", ["inquiry", "mql"]),
        ("L703", ["inquiry"]),
    ]
    stages = ("opportunity_history", "opportunity_id", "stage_name", "opportunity_stages")
    assert way(*stages, "stage_name") == [
        ("9001", ["negotiation", "closed_won"]),
        ("9002", ["negotiation"]),
    ]


def test_hubspot_needs_no_mapping_and_names_what_it_decided(
    exports: Exports, capsys: pytest.CaptureFixture[str]
) -> None:
    exports.write("contacts.csv", written("hubspot/hubspot-crm-exports-all-contacts.csv"))
    deals = written("hubspot/hubspot-crm-exports-all-deals.csv")
    exports.write("deals.csv", deals.replace("Contract Sent,Sales", "Legal Review,Sales"))
    arguments = ["load", str(exports.folder), "--mapping", "hubspot"]
    assert main([*arguments, "--warehouse", str(exports.warehouse)]) == 0
    told = capsys.readouterr()
    assert "to confirm: which time zone do you report in?" in told.err
    assert "in deals.csv, what do these values of stage_name mean: 'Legal Review'?" in told.err
    # no companies were exported: those that deals and contacts refer to
    assert exports.rows("select id from raw_crm.account order by id") == [("501",), ("502",)]


def test_several_known_exports_load_together(exports: Exports) -> None:
    exports.write("deals.csv", written("hubspot/hubspot-crm-exports-all-deals.csv"))
    exports.write("google.csv", written("google_ads.csv"))
    arguments = ["load", str(exports.folder), "--mapping", "hubspot,google_ads"]
    assert main([*arguments, "--warehouse", str(exports.warehouse)]) == 0
    assert exports.rows(
        "select (select count(*) from raw_crm.opportunity), count(*) "
        "from raw_google_ads.campaign_stats"
    ) == [(2, 3)]


def test_a_folder_without_the_shape_says_what_its_files_are(
    exports: Exports, tmp_path: Path
) -> None:
    exports.write("letters.csv", "a,b\n1,2\n")
    with pytest.raises(UserError, match=r"no file that is known as HubSpot export.*letters\.csv"):
        mapping_of_shape("hubspot", exports.folder, PROJECT, tmp_path, {})


def test_hubspot_as_fivetran_lands_it(exports: Exports) -> None:
    exports.write(
        "contact.csv",
        "id,property_email,property_createdate,property_lifecyclestage,property_company,"
        "property_hs_lifecyclestage_marketingqualifiedlead_date,_fivetran_deleted,"
        "_fivetran_synced\n"
        "1,a@fir.example,2024-01-02 3:15:52,customer,Fir,2024-01-05 10:00:00,FALSE,"
        "2024-06-01 3:15:52\n",
    )
    exports.write(
        "company.csv",
        "id,is_deleted,_fivetran_synced,property_name,property_createdate,property_domain\n"
        "501,false,2024-06-01 3:15:52,Fir,2023-07-05 20:35:26,fir.example\n",
    )
    exports.write(
        "deal.csv",
        "deal_id,is_deleted,deal_pipeline_id,deal_pipeline_stage_id,owner_id,portal_id,"
        "property_dealname,property_amount,property_closedate,property_createdate\n"
        "9,false,default,s7,44,1,Fir main,1200.5,2024-03-01 12:00:00,2024-01-20 12:48:22\n",
    )
    exports.write("deal_company.csv", "company_id,deal_id,type_id,category\n501,9,5,HUBSPOT\n")
    exports.write("deal_contact.csv", "contact_id,deal_id,type_id\n1,9,3\n")
    exports.write(
        "deal_stage.csv",
        "deal_id,_fivetran_active,date_entered,source,value\n"
        "9,FALSE,2024-01-20 12:48:22,CRM,s1\n9,TRUE,2024-03-01 12:00:00,CRM,s7\n",
    )
    exports.write(
        "deal_pipeline_stage.csv",
        "stage_id,label,is_closed,closed_won,probability,pipeline_id\n"
        "s1,Appointment Scheduled,FALSE,FALSE,0.2,default\ns7,Closed Won,TRUE,TRUE,1.0,default\n",
    )
    exports.write(
        "contact_property_history.csv",
        "contact_id,timestamp,source,name,value\n"
        "1,2024-01-02 03:15:52.001,FORM,lifecyclestage,lead\n"
        "1,2024-01-05 10:00:00.000,CRM,lifecyclestage,marketingqualifiedlead\n"
        "1,2024-03-01 12:00:00.000,CRM,lifecyclestage,customer\n"
        "1,2024-01-02 03:15:52.001,FORM,firstname,Ada\n",
    )
    exports.write(
        "contact_form_submission.csv",
        "timestamp,form_id,contact_id,conversion_id,page_url,title\n"
        "2024-01-02 03:15:52,f1,1,c1,https://acme.example/demo,Demo\n",
    )
    exports.write(
        "email_event.csv",
        "id,created,email_campaign_id,type,recipient\n"
        "e1,2024-01-04 10:00:00,77,OPEN,a@fir.example\n"
        "e2,2024-01-04 10:01:00,77,CLICK,a@fir.example\n",
    )
    exports.write("email_campaign.csv", "id,content_id,name,subject\n77,5,January news,News\n")
    _, outcome = exports.load()
    assert outcome.quarantined == []
    assert exports.rows(
        "select id, account_id, stage_name, is_closed, is_won, amount from raw_crm.opportunity"
    ) == [("9", "501", "Closed Won", "TRUE".lower(), "true", "1200.5")]
    # the history says more than the days of the record, and "customer" is the close of a deal
    assert exports.rows("select new_value from raw_crm.lead_history order by created_date") == [
        ("lead",),
        ("marketingqualifiedlead",),
    ]
    assert exports.rows(
        "select stage_name from raw_crm.opportunity_history order by created_date"
    ) == [("Appointment Scheduled",), ("Closed Won",)]
    assert exports.rows(
        "select campaign_id, contact_id, status from raw_crm.campaign_member order by 1"
    ) == [("email: 77", "1", "Clicked"), ("form: f1", "1", "Responded")]
    assert exports.rows("select contact_id from raw_crm.opportunity_contact_role") == [("1",)]


def test_settings_that_are_said_are_not_asked_and_reports_are_in_their_zone(
    exports: Exports, capsys: pytest.CaptureFixture[str]
) -> None:
    exports.write(
        "deals.csv",
        "Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Last Modified Date\n"
        "1,Mesa,Closed Won (Sales Pipeline),10,2024-03-31 18:30,2024-01-15T18:00:00Z,\n",
    )
    arguments = ["load", str(exports.folder), "--mapping", "hubspot"]
    arguments += ["--vars", "{reporting_time_zone: America/Phoenix, reporting_currency: EUR}"]
    assert main([*arguments, "--warehouse", str(exports.warehouse)]) == 0
    told = capsys.readouterr().err
    assert "which time zone" not in told
    assert "which one do you report in" not in told
    assert "are they those of America/Phoenix?" in told
    assert exports.rows("select close_date, created_date, stage_name from raw_crm.opportunity") == [
        ("2024-03-31", "2024-01-15 18:00:00", "Closed Won")
    ]


# downloads of ad platforms


def test_google_ads_download(exports: Exports) -> None:
    exports.write("Campaign report.csv", written("google_ads.csv"))
    _, outcome = exports.load()
    assert outcome.quarantined == []
    assert exports.rows(
        "select id, date, device, cost_micros, clicks from raw_google_ads.campaign_stats "
        "order by _source_row"
    ) == [
        ("11", "2024-06-01", "Computers", "1234560000", "44"),
        ("11", "2024-06-01", "Mobile phones", "10440000", "3"),
        ("12", "2024-06-02", "Computers", "5000000", None),
    ]
    assert exports.rows("select currency_code from raw_google_ads.account_history") == [("EUR",)]
    assert exports.rows("select name from raw_google_ads.campaign_history order by id") == [
        ("Brand",),
        ("Generic",),
    ]
    assert outcome.mapping.settings["reporting_currency"] == "EUR"


def test_google_ads_without_days_is_asked_for_them(exports: Exports) -> None:
    exports.write("ads.csv", "Campaign,Currency code,Cost,Impr.\nBrand,EUR,12.00,300\n")
    drafted = exports.draft()
    assert not drafted.has_tables
    assert "has no column of the day" in drafted.questions[0]


def test_linkedin_download(exports: Exports) -> None:
    exports.write("linkedin.csv", ("\ufeff" + written("linkedin_ads.tsv")).encode("utf-16-le"))
    exports.load()
    assert exports.rows(
        "select campaign_id, day::timestamp::date::varchar, cost_in_local_currency, clicks "
        "from raw_linkedin_ads.ad_analytics_by_campaign order by 2"
    ) == [("301", "2024-06-30", "100.00", "40"), ("301", "2024-07-01", "1120.50", "44")]
    assert exports.rows("select id, currency from raw_linkedin_ads.account_history") == [
        ("Muster", "EUR")
    ]


def test_meta_download(exports: Exports) -> None:
    exports.write("meta.csv", written("meta_ads.csv"))
    _, outcome = exports.load()
    assert exports.rows(
        "select ad_id, date, spend, inline_link_clicks, _breakdown from raw_facebook_ads.basic_ad "
        "order by 3"
    ) == [
        ("771", "2024-06-01", "15.25", "4", "instagram"),
        ("771", "2024-06-01", "20.25", "8", "facebook"),
    ]
    assert exports.rows("select currency from raw_facebook_ads.account_history") == [("GBP",)]
    assert exports.rows("select campaign_id from raw_facebook_ads.ad_history") == [("Spring",)]
    assert outcome.mapping.settings["reporting_currency"] == "GBP"


def test_ads_of_one_name_in_two_campaigns_are_two(exports: Exports) -> None:
    exports.write(
        "meta.csv",
        "Campaign name,Ad name,Day,Amount spent (USD),Impressions\n"
        "Spring,Reel,2024-06-01,1.50,10\nSummer,Reel,2024-06-01,2.50,10\n",
    )
    exports.load()
    assert exports.rows(
        "select ads.campaign_id, days.spend from raw_facebook_ads.basic_ad as days inner join "
        "raw_facebook_ads.ad_history as ads on days.ad_id = ads.id order by 1"
    ) == [("Spring", "1.50"), ("Summer", "2.50")]


def test_a_cost_cut_by_a_column_that_is_not_known_is_summed_and_asked(exports: Exports) -> None:
    exports.write(
        "linkedin.csv",
        "Start Date (in UTC),Currency,Campaign ID,Objective Name,Total Spent\n"
        "06/30/2024,EUR,301,Leads,1.00\n06/30/2024,EUR,301,Reach,2.00\n",
    )
    drafted, _ = exports.load()
    assert any("told apart by 'Objective Name'" in question for question in drafted.questions)
    assert exports.rows(
        "select _breakdown, cost_in_local_currency from raw_linkedin_ads.ad_analytics_by_campaign "
        "order by 1"
    ) == [("Leads", "1.00"), ("Reach", "2.00")]


def test_two_reports_of_the_same_days_count_once(exports: Exports) -> None:
    exports.write("campaigns.csv", written("google_ads.csv"))
    exports.write(
        "keywords.csv",
        "Campaign,Campaign ID,Ad group,Search keyword,Day,Device,Currency code,Cost,Impr.,Clicks\n"
        "Brand,11,All,acme,2024-06-01,Computers,EUR,9.00,10,1\n",
    )
    drafted, outcome = exports.load()
    assert counted(outcome)["google_ads.campaign_days"] == 3
    assert any("its cost would count twice" in question for question in drafted.questions)


# Salesforce


def test_salesforce_report(exports: Exports) -> None:
    exports.write("report1710000000000.csv", written("salesforce_report.csv"))
    drafted, outcome = exports.load()
    assert exports.rows(
        "select id, account_id, amount, probability, close_date, created_date, is_won "
        "from raw_crm.opportunity where id is not null order by id"
    ) == [
        ("006A1", "Fir", "12000.00", "100", "2024-03-14", "2024-01-09 00:00:00", "true"),
        ("006A2", "Elm", "500.00", "40", "2024-12-02", "2024-01-10 00:00:00", "false"),
    ]
    assert exports.rows("select id from raw_crm.account where id is not null order by id") == [
        ("Elm",),
        ("Fir",),
    ]
    # the stage is listed for a person to map; the footer is set aside
    assert "Pilot: Pilot    # 1 row" in drafted.text
    assert {item.reason for item in outcome.quarantined} == {"id: a value is required"}


def test_salesforce_data_loader_and_landed_objects(exports: Exports) -> None:
    files = {
        "Account": "ID,NAME,WEBSITE,INDUSTRY,OWNERID,CREATEDDATE,ISDELETED\n"
        "001A,Fir,fir.example,Software,005A,2024-01-01T10:00:00.000Z,false\n",
        "Contact": "ID,ACCOUNTID,LASTNAME,EMAIL,TITLE,CREATEDDATE\n"
        "003A,001A,Berg,a@fir.example,CFO,2024-01-01T10:00:00.000Z\n",
        "Lead": "ID,LASTNAME,COMPANY,EMAIL,STATUS,LEADSOURCE,CREATEDDATE,ISCONVERTED,"
        "CONVERTEDDATE,CONVERTEDOPPORTUNITYID\n"
        "00QA,Berg,Fir,a@fir.example,MQL,Web,2024-01-01T10:00:00.000Z,true,2024-02-01,006A\n",
        "LeadHistory": "ID,LEADID,FIELD,OLDVALUE,NEWVALUE,CREATEDDATE\n"
        "017A,00QA,Status,New,MQL,2024-01-03T10:00:00.000Z\n",
        "Opportunity": "ID,ACCOUNTID,NAME,STAGENAME,AMOUNT,PROBABILITY,CLOSEDATE,CREATEDDATE,"
        "ISCLOSED,ISWON,OWNERID,CAMPAIGNID\n"
        "006A,001A,Fir main,Closed Won,1000.0,100.0,2024-03-01,2024-02-01T10:00:00.000Z,true,"
        "true,005A,701A\n",
        "OpportunityHistory": "ID,OPPORTUNITYID,STAGENAME,AMOUNT,CLOSEDATE,CREATEDDATE\n"
        "008A,006A,Discovery,1000.0,2024-03-01,2024-02-01T10:00:00.000Z\n",
        "OpportunityContactRole": "ID,OPPORTUNITYID,CONTACTID,ROLE,ISPRIMARY,CREATEDDATE\n"
        "00KA,006A,003A,Buyer,true,2024-02-01T10:00:00.000Z\n",
        "Campaign": "ID,NAME,TYPE,STATUS,STARTDATE,ENDDATE,ISACTIVE,ACTUALCOST\n"
        "701A,Fair,Trade Show,Completed,2024-01-10,2024-01-12,true,500.0\n",
        "CampaignMember": "ID,CAMPAIGNID,LEADID,CONTACTID,STATUS,HASRESPONDED,"
        "FIRSTRESPONDEDDATE,CREATEDDATE\n"
        "00vA,701A,00QA,,Attended,true,2024-01-10,2024-01-10T10:00:00.000Z\n",
        "Task": "ID,WHOID,WHATID,ACTIVITYDATE,CREATEDDATE,SUBJECT,TYPE,STATUS,OWNERID\n"
        "00TA,00QA,,2024-01-04,2024-01-04T10:00:00.000Z,Call,Call,Completed,005A\n",
        "Event": "ID,WHOID,WHATID,ACTIVITYDATETIME,CREATEDDATE,SUBJECT,DURATIONINMINUTES,OWNERID\n"
        "00UA,003A,006A,2024-02-05T10:00:00.000Z,2024-02-01T10:00:00.000Z,Demo,30,005A\n",
        "User": "ID,USERNAME,TITLE,DEPARTMENT,MANAGERID,ISACTIVE,PROFILEID\n"
        "005A,jo@acme.example,AE,Sales,,true,00eA\n",
        "DatedConversionRate": "ID,ISOCODE,STARTDATE,NEXTSTARTDATE,CONVERSIONRATE\n"
        "04wA,EUR,2024-01-01,2024-07-01,0.91\n",
    }
    for name, content in files.items():
        exports.write(f"{name}.csv", content)
    drafted, outcome = exports.load()
    assert counted(outcome) == dict.fromkeys(
        (
            "crm.accounts",
            "crm.contacts",
            "crm.leads",
            "crm.lead_changes",
            "crm.opportunities",
            "crm.opportunity_changes",
            "crm.opportunity_contact_roles",
            "crm.campaigns",
            "crm.campaign_members",
            "crm.tasks",
            "crm.events",
            "crm.users",
            "crm.conversion_rates",
        ),
        1,
    )
    assert outcome.quarantined == []
    assert exports.rows(
        "select campaign_id, probability, created_date from raw_crm.opportunity"
    ) == [("701A", "100.0", "2024-02-01 10:00:00")]
    assert "Files that nothing is taken from" not in drafted.text


def test_salesforce_field_history(exports: Exports) -> None:
    exports.write(
        "history.csv",
        "Opportunity ID,Field / Event,Old Value,New Value,Edit Date\n"
        "006A,Stage,Discovery,Proposal,2/13/2024 10:30 AM\n"
        "006A,Amount,1,2,2/13/2024 10:30 AM\n",
    )
    exports.load()
    assert exports.rows("select stage_name, created_date from raw_crm.opportunity_history") == [
        ("Proposal", "2024-02-13 10:30:00")
    ]


# the web


def test_segment(exports: Exports) -> None:
    exports.write(
        "pages.csv",
        "id,anonymous_id,user_id,timestamp,received_at,url,referrer,context_campaign_source\n"
        "p1,v1,,2024-01-01 10:00:00.123,2024-01-01 10:00:01,https://acme.example/,,google\n",
    )
    exports.write(
        "identifies.csv",
        "id,anonymous_id,user_id,email,timestamp,received_at\n"
        "i1,v1,u1,a@fir.example,2024-01-01 10:05:00,2024-01-01 10:05:01\n",
    )
    exports.write(
        "tracks.csv",
        "id,anonymous_id,user_id,event,event_text,timestamp,received_at\n"
        "t1,v1,u1,demo_requested,Demo Requested,2024-01-01 10:06:00,2024-01-01 10:06:01\n"
        "t2,v1,u1,button_clicked,Button Clicked,2024-01-01 10:07:00,2024-01-01 10:07:01\n",
    )
    drafted, outcome = exports.load()
    assert counted(outcome) == {"web.page_views": 1, "web.identifies": 2}
    assert exports.rows("select id, user_id, form_name from raw_web.identifies order by id") == [
        ("i1", "u1", None),
        ("t1", "u1", "Demo Requested"),
    ]
    assert any("which events are forms or log-ins" in question for question in drafted.questions)


def test_ga4_export(exports: Exports) -> None:
    exports.write(
        "events.csv",
        "event_date,event_timestamp,event_name,user_pseudo_id,user_id,page_location,page_referrer,"
        "collected_traffic_source_manual_source,collected_traffic_source_manual_medium\n"
        "20240101,1704103200000000,page_view,v1,,https://acme.example/?gclid=x,,google,cpc\n"
        "20240101,1704103260000000,scroll,v1,,https://acme.example/,,,\n"
        "20240101,1704103320000000,login,v1,u1,https://acme.example/,,,\n",
    )
    _, outcome = exports.load()
    assert outcome.quarantined == []
    assert exports.rows(
        "select anonymous_id, timestamp, context_campaign_medium from raw_web.pages"
    ) == [("v1", "2024-01-01 10:00:00", "cpc")]
    assert exports.rows("select user_id, form_name from raw_web.identifies") == [("u1", "login")]


# what is not known, and what only a person can know


def test_an_unknown_file_is_guessed_and_marked(exports: Exports) -> None:
    exports.write(
        "deals.csv",
        "Deal ID,Title,Value,Currency,Stage,Organization,Deal created,Owner\n"
        "1,Fir main,100,EUR,Won,Fir,2024-01-01,Jo Seller\n",
    )
    drafted, outcome = exports.load()
    assert counted(outcome) == {"crm.opportunities": 1}
    assert 'owner_id: {column: Owner, hashed: "true"}' in drafted.text
    assert "amount: Value    # a guess (what it is often called): confirm" in drafted.text
    assert "has no known shape: is it crm.opportunities (deals)?" in drafted.questions[0]


def test_what_is_guessed_wrong_does_not_keep_the_rest_from_loading(
    exports: Exports, capsys: pytest.CaptureFixture[str]
) -> None:
    exports.write("report.csv", written("salesforce_report.csv"))
    days = "".join(f"{number},x,40.{number}.2024,99\n" for number in range(20))
    exports.write("leads.csv", "lead id,origin,created,name\n" + days)
    assert main(["load", str(exports.folder), "--draft"]) == 0
    told = capsys.readouterr()
    assert "The draft loads as it is" in told.err
    assert "crm.leads" not in told.out.split("# Files that nothing is taken from:")[0]


@pytest.mark.parametrize(
    ("amounts", "asked", "landed"),
    [
        pytest.param(["12.500"], "is '12.500' 12500 or 12.500? Taken as 12.500", "12.500", id="."),
        pytest.param(["12,500"], "is '12,500' 12500 or 12.500? Taken as 12500", "12500", id=","),
        pytest.param(["12.500", "3.400.100"], "", "12500", id="settled by another value"),
        pytest.param(["12,5", "3"], "", "12.5", id="a decimal comma"),
    ],
)
def test_a_number_of_two_readings_is_asked(
    exports: Exports, amounts: list[str], asked: str, landed: str
) -> None:
    rows = "".join(f'{number},"{text}",Won,2024-01-01\n' for number, text in enumerate(amounts))
    exports.write("opportunities.csv", "Id,Amount,StageName,CloseDate\n" + rows)
    drafted, _ = exports.load()
    assert any(asked in question for question in drafted.questions)
    assert any("is '12" in question for question in drafted.questions) == bool(asked)
    assert exports.rows("select amount from raw_crm.opportunity order by id")[0] == (landed,)


def test_days_and_months_of_two_readings_are_asked(exports: Exports) -> None:
    exports.write("o.csv", "Id,StageName,CloseDate\n1,Won,02/03/2024\n")
    drafted, _ = exports.load()
    assert any(
        "is '02/03/2024' written day/month or month/day?" in question
        for question in drafted.questions
    )


def test_days_and_months_are_told_by_another_column_of_the_file(exports: Exports) -> None:
    exports.write("o.csv", "Id,StageName,CloseDate,CreatedDate\n1,Won,02/03/2024,25/01/2024\n")
    drafted, _ = exports.load()
    assert not any("day/month" in question for question in drafted.questions)
    assert exports.rows("select close_date from raw_crm.opportunity") == [("2024-03-02",)]


def test_files_that_hold_no_rows_are_told(exports: Exports) -> None:
    exports.write("book.xlsx", b"PK")
    exports.write("empty.csv", "")
    text = exports.draft().text
    assert "book.xlsx: a spreadsheet: save each of its sheets as CSV" in text
    assert "empty.csv: empty: export it again" in text


def test_activities_emails_and_owners_of_hubspot(exports: Exports) -> None:
    exports.write(
        "contacts.csv",
        "Record ID,Email,First Name,Contact owner,Create Date\n"
        "701,a@fir.example,Ada,77,2024-01-02 09:00\n702,b@fir.example,Bo,77,2024-01-02 09:00\n",
    )
    exports.write("owners.csv", "id,email,First Name,Last Name\n77,jo@acme.example,Jo,Seller\n")
    exports.write(
        "calls.csv",
        "Record ID,Call title,Activity date,Activity assigned to,Associated Contact IDs\n"
        "31,First call,2024-01-03 10:00,77,701;702\n32,Nobody,2024-01-04 10:00,77,\n",
    )
    exports.write(
        "meetings.csv",
        "Record ID,Meeting name,Meeting start time,Associated Contact IDs\n"
        "41,Demo,2024-01-05 10:00,701\n",
    )
    exports.write(
        "email_events.csv",
        "Recipient,Event type,Event date,Email name\n"
        "a@fir.example,OPEN,2024-01-06 10:00,News\na@fir.example,CLICK,2024-01-06 10:01,News\n",
    )
    exports.write("emails.csv", "Email name,Send date,Delivered,Clicked\nNews,2024-01-06,2,1\n")
    _, outcome = exports.load()
    assert outcome.quarantined == []
    assert exports.rows("select id, who_id, type from raw_crm.task order by 1") == [
        ("31-701", "701", "Call"),
        ("31-702", "702", "Call"),
        ("32", None, "Call"),
    ]
    assert exports.rows("select who_id, activity_date_time from raw_crm.event") == [
        ("701", "2024-01-05 10:00:00")
    ]
    assert exports.rows("select campaign_id, contact_id from raw_crm.campaign_member") == [
        ("email: News", "701")
    ]
    assert exports.rows("select id, type, start_date from raw_crm.campaign") == [
        ("email: News", "Email", "2024-01-06")
    ]
    assert exports.rows("select id from raw_crm.user") == [("77",)]
    assert "mqls_expire" not in outcome.mapping.settings
