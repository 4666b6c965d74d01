"""Contacts of real people: complaints that a public office passed on, against DuckDB over the raw file."""

import csv
import gzip
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import duckdb
import pytest

from events.catalog.contacts import Bucket, ContactAnswered, ContactReceived
from events.envelope import Envelope
from events.log.postgres import Journal
from projections import PROJECTIONS
from services import installation
from services.installation import Connection
from services.reports.contacts import BUCKETS, CONTACTS
from tests.projections.engine.tables import pump
from tests.services.ingest.doors import database_for
from tests.services.reports.asked import told

COMPLAINTS = Path(__file__).parent / "data" / "cfpb_complaints.csv.gz"
CLOCK = datetime(2016, 2, 10, tzinfo=UTC)  # in the middle of a busy time, so that some are on their way

# What an issue counts as here; the office knows no buckets, so its own words stand in for the source's judgement.
WORDS: dict[Bucket, tuple[str, ...]] = {
    "access_to_people": ("contact", "Customer service", "Dealing with"),
    "access_to_process": ("Application", "modification", "Account opening", "Closing", "Unable to get", "process"),
    "product_information": ("isclosure", "Advertising", "APR", "Shopping", "fee", "determination", "terms", "Rewards"),
}

# The same rows by another engine: a repeat is found by looking for the one before, not by sorting.
OFFICE = """
CREATE TABLE contact AS
SELECT 'customer:' || "ZIP code" AS person, row_number() OVER () AS number,
       strptime("Date received", '%m/%d/%Y') AS asked, strptime("Date sent to company", '%m/%d/%Y') AS sent,
       "Submitted via" AS channel, State AS store, "Timely response?" = 'Yes' AS settled,
       CASE WHEN regexp_matches(Issue, 'contact|Customer service|Dealing with') THEN 'access_to_people'
            WHEN regexp_matches(Issue, 'Application|modification|Account opening|Closing|Unable to get|process')
            THEN 'access_to_process'
            WHEN regexp_matches(Issue, 'isclosure|Advertising|APR|Shopping|fee|determination|terms|Rewards')
            THEN 'product_information' ELSE 'problem_resolution' END AS bucket
  FROM read_csv(?, all_varchar = true, header = true)
"""
COUNTED = """
SELECT {part} AS value, count(*), count(DISTINCT person), count(*) FILTER (sent <= $clock),
       count(*) FILTER (sent > $clock), count(*) FILTER (sent <= $clock AND settled),
       count(*) FILTER (EXISTS (SELECT 1 FROM contact AS b WHERE b.person = c.person AND b.bucket = c.bucket
                                   AND (b.asked, b.number) < (c.asked, c.number)
                                   AND b.asked >= c.asked - INTERVAL 7 DAY)),
       quantile_cont(24::DOUBLE * greatest(0, date_diff('day', asked, sent)), 0.5) FILTER (sent <= $clock),
       quantile_cont(24::DOUBLE * greatest(0, date_diff('day', asked, sent)), 0.9) FILTER (sent <= $clock)
  FROM contact AS c WHERE asked <= $clock GROUP BY ALL ORDER BY value
"""
NAMES = ("contacts", "persons", "answered", "unanswered", "resolved_first", "repeats", "median_hours", "p90_hours")


def bucket_of(issue: str) -> Bucket:
    """Return what an issue of the office counts as."""
    return next((bucket for bucket, said in WORDS.items() if any(word in issue for word in said)), "problem_resolution")


def office() -> Iterator[Envelope]:
    """Yield the complaints as contacts: a postcode is the person, and the answer is that it was passed on."""
    with gzip.open(COMPLAINTS, "rt", newline="") as rows:
        for number, row in enumerate(csv.DictReader(rows)):
            asked, sent = (
                datetime.strptime(row[name], "%m/%d/%Y").replace(tzinfo=UTC)
                for name in ("Date received", "Date sent to company")
            )
            contact = f"{number:05}"
            received = ContactReceived(
                contact=contact, bucket=bucket_of(row["Issue"]), channel=row["Submitted via"], store=row["State"]
            )
            passed_on = ContactAnswered(contact=contact, resolved=row["Timely response?"] == "Yes")
            for time, data in ((sent, passed_on), (asked, received)):
                kind = type(data).__name__
                yield Envelope(
                    id=f"{kind}-{contact}",
                    source="urn:cfpb",
                    time=time,
                    subject=f"customer:{row['ZIP code']}",
                    data=data,
                )


@pytest.fixture(scope="module")
def office_database(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Connection]:
    """Return a connection to a shop with the real complaints, each answer told before its question."""
    with database_for(postgres, template, next(database_names)) as dsn, installation.connect(dsn) as connection:
        log = Journal(connection)
        log.append(list(office()))
        pump(log, partial(installation.connect, dsn), PROJECTIONS)
        yield connection


@pytest.mark.parametrize(
    ("table", "part"), [("buckets", "bucket"), ("channels", "channel"), ("stores", "store")], ids=str
)
def test_real_complaints_as_another_engine_counts_them(office_database: Connection, table: str, part: str) -> None:
    """Volume, people, answers, waits, repeats, median and 90 %, by bucket, channel and state, as DuckDB has them."""
    with closing(duckdb.connect()) as raw:
        raw.execute(OFFICE, [str(COMPLAINTS)])
        expected = raw.execute(COUNTED.format(part=part), {"clock": CLOCK.replace(tzinfo=None)}).fetchall()

    answer = told(office_database, CONTACTS, now=CLOCK)

    found = [(row[part], *(row[name] for name in NAMES)) for row in answer.tables[table]]
    assert sorted(found) == [pytest.approx(row) for row in expected]
    assert {row[0] for row in expected} == set(BUCKETS) or part != "bucket"
    assert sum(row["unanswered"] for row in answer.tables[table]) > 0
    assert sum(row["repeats"] for row in answer.tables[table]) > 0


def test_a_period_of_real_complaints(office_database: Connection) -> None:
    """A month of one state: as many as lines of the file say, and repeats look back beyond its first day."""
    part = "CASE WHEN store = 'CA' AND asked >= '2016-02-01' AND asked < '2016-03-01' THEN 'chosen' END"
    with closing(duckdb.connect()) as raw:
        raw.execute(OFFICE, [str(COMPLAINTS)])
        expected, _rest = raw.execute(COUNTED.format(part=part), {"clock": CLOCK.replace(tzinfo=None)}).fetchall()

    asked = {"store": "CA", "begin": date(2016, 2, 1), "end": date(2016, 2, 29)}
    figures = told(office_database, CONTACTS, now=CLOCK, **asked).figures

    assert [figures[name] for name in NAMES] == pytest.approx(list(expected[1:]))
    assert expected[0] == "chosen"
