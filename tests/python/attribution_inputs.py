"""A random company as the tables that the attribution models read."""

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from random_company import KINDS, Company

TABLES = {
    "int_touches_unioned": {
        "touch_id": "varchar",
        "person_id": "varchar",
        "account_id": "varchar",
        "touch_at": "timestamp",
        "touch_date": "date",
        "touch_precision": "varchar",
        "touch_kind": "varchar",
        "touch_kind_rank": "integer",
        "source_system": "varchar",
        "source_rank": "integer",
        "channel": "varchar",
        "sub_channel": "varchar",
        "channel_owner": "varchar",
        "campaign_id": "varchar",
        "content_name": "varchar",
        "offer_name": "varchar",
        "is_paid": "boolean",
        "is_capture": "boolean",
        "is_direct": "boolean",
        "is_known": "boolean",
        "is_human_activity": "boolean",
    },
    "int_opportunities_prepared": {
        "opportunity_id": "varchar",
        "account_id": "varchar",
        "created_at": "timestamp",
        "created_date": "date",
        "closed_at": "timestamp",
        "closed_date": "date",
        "is_won": "boolean",
        "is_closed": "boolean",
        "opportunity_type": "varchar",
        "business_kind": "varchar",
        "journey_starts_date": "date",
        "amount_minor": "bigint",
        "exclusion_reason": "varchar",
        "owner_id": "varchar",
        "sdr_id": "varchar",
        "campaign_id": "varchar",
        "lead_source": "varchar",
        "stage_name": "varchar",
    },
    "int_people_unified": {"person_id": "varchar", "created_at": "timestamp"},
    "int_people_matched_to_accounts": {"person_id": "varchar", "account_id": "varchar"},
    "int_people_linked_from_records": {
        "record_type": "varchar",
        "record_id": "varchar",
        "person_id": "varchar",
    },
    "int_leads_gathered": {
        "lead_id": "varchar",
        "converted_opportunity_id": "varchar",
        "is_converted": "boolean",
    },
    "stg_crm__opportunity_contact_roles": {
        "contact_role_id": "varchar",
        "opportunity_id": "varchar",
        "contact_id": "varchar",
        "role_name": "varchar",
        "is_primary": "boolean",
    },
}


def rows_of(company: Company) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table; columns that are left out are null."""
    leads = [person for person in company.people if person.record_type == "lead"]
    return {
        "int_touches_unioned": [
            {
                "touch_id": touch.touch_id,
                "person_id": touch.person_id,
                "account_id": touch.account_id,
                "touch_at": touch.touch_at,
                "touch_date": touch.touch_date,
                "touch_precision": touch.precision,
                "touch_kind": KINDS[touch.kind_rank - 1],
                "touch_kind_rank": touch.kind_rank,
                "source_system": "crm",
                "source_rank": touch.source_rank,
                "channel": "Direct" if touch.is_direct else "Email",
                "channel_owner": "marketing",
                "is_paid": False,
                "is_capture": False,
                "campaign_id": touch.campaign_id,
                "is_direct": touch.is_direct,
                "is_known": touch.is_known,
                "is_human_activity": KINDS[touch.kind_rank - 1] == "activity"
                and not touch.is_automated,
            }
            for touch in company.touches
        ],
        "int_opportunities_prepared": [
            {
                "opportunity_id": deal.opportunity_id,
                "account_id": deal.account_id,
                "created_at": deal.created_at,
                "created_date": deal.created_date,
                "closed_at": deal.closed_date,
                "closed_date": deal.closed_date,
                "is_won": deal.is_won,
                "is_closed": deal.closed_date is not None,
                "business_kind": "new_business",
                "journey_starts_date": deal.journey_starts_date,
                "amount_minor": deal.amount_minor,
                "campaign_id": deal.primary_campaign_id,
                "exclusion_reason": company.excluded.get(deal.opportunity_id),
            }
            for deal in company.deals
        ],
        "int_people_unified": [
            {"person_id": person.person_id, "created_at": person.created_at}
            for person in company.people
        ],
        "int_people_matched_to_accounts": [
            {"person_id": person.person_id, "account_id": person.account_id}
            for person in company.people
        ],
        # Everybody has a contact, which roles name; some are also leads, which become deals.
        "int_people_linked_from_records": [
            {
                "record_type": record_type,
                "record_id": f"{record_type} of {person.person_id}",
                "person_id": person.person_id,
            }
            for record_type, people in (("contact", company.people), ("lead", leads))
            for person in people
        ],
        "int_leads_gathered": [
            {
                "lead_id": f"lead of {person.person_id}",
                "converted_opportunity_id": person.converted_opportunity_id,
                "is_converted": person.converted_opportunity_id is not None,
            }
            for person in leads
        ],
        "stg_crm__opportunity_contact_roles": [
            {
                "contact_role_id": f"role {number}",
                "opportunity_id": opportunity_id,
                "contact_id": f"contact of {person_id}",
                "role_name": "Champion",
                "is_primary": is_primary,
            }
            for number, (opportunity_id, person_id, is_primary) in enumerate(company.roles)
        ],
    }


def fill(
    connection: duckdb.DuckDBPyConnection, relations: dict[str, str], company: Company
) -> None:
    """Write the tables that are asked for: their names here to the names that the SQL uses."""
    rows = rows_of(company)
    for name, relation in relations.items():
        columns = TABLES[name]
        incoming = _as_arrow(rows[name], list(columns))
        connection.register("incoming", incoming)
        casts = ", ".join(
            f"cast({column} as {kind}) as {column}" for column, kind in columns.items()
        )
        connection.execute(f"create or replace table {relation} as select {casts} from incoming")
        connection.unregister("incoming")


def _as_arrow(rows: Sequence[dict[str, Any]], columns: list[str]) -> pa.Table:
    return pa.table({column: [row.get(column) for row in rows] for column in columns})
