"""Contacts: what customers turn to us for, how soon we answer, who still waits, and who has to ask again.

Reads `contacts`. A contact is for one of four things, its bucket: product information, problem resolution, access to
people, access to process; the source says which. It is of the store, and of the day in UTC, in which it came, and of a
person, under whatever identifier; `persons` counts people, known to us or not. What came after the clock is not seen.

* Time to first answer: from the question to the first answer, by the clock on the wall, so nights and Sundays count; in
  hours. Median and 90th percentile interpolate between neighbours (Hyndman and Fan, Sample Quantiles in Statistical
  Packages, 1996, definition 7). They are of contacts that were answered: who still waits is in neither, and stands in
  `unanswered`, so read the two together. An answer that is dated before its question took no time.
* Unanswered: no answer by the clock, whatever its channel. `unresolved` were answered, but no answer said that the
  matter was settled. `resolved_first` were settled by the first answer (first-contact resolution), as a share of those
  answered; it is staff who say so, not the customer.
* Repeat: the same person had asked for something of the same bucket in the 7 days before (168 hours; exactly as many
  count), in whichever store and about whatever. The second contact is the repeat, not the first. So a share of 20 %
  says that of ten contacts two came from people who had been here with such a question within a week.
* `without_question`: answers by the clock to contacts of which nobody told us the question; they have no store or
  bucket, so only the whole counts them.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, get_args

from events.catalog.contacts import Bucket
from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.report import Answer, BadQuestion, Question, Report

BUCKETS: tuple[str, ...] = get_args(Bucket)
REPEAT_DAYS = 7
HOUR_SECONDS = 3600

# What the queries below read, worked out once for an answer and gone with its transaction: each contact that had come
# by the clock, with when it was answered by then, and whether it is a repeat.
TABLE = """
CREATE TEMP TABLE known_contact (
    person text COLLATE "C", contact text COLLATE "C", asked timestamptz, bucket text COLLATE "C",
    channel text COLLATE "C", store text COLLATE "C", "order" text, product text, first_answered timestamptz,
    first_resolved timestamptz, repeat boolean
) ON COMMIT DROP
"""

KNOWN = """
INSERT INTO known_contact
SELECT person, contact, asked, bucket, channel, store, "order", product,
       CASE WHEN first_answered <= %(now)s THEN first_answered END,
       CASE WHEN first_resolved <= %(now)s THEN first_resolved END,
       coalesce(asked - lag(asked) OVER (PARTITION BY person, bucket ORDER BY asked, contact)
                <= make_interval(days => %(repeat_days)s), false)
  FROM contacts_by_person WHERE asked <= %(now)s
"""

CHOSEN = """
chosen AS (
    SELECT *, CASE WHEN first_answered IS NOT NULL
                   THEN extract(epoch FROM greatest(first_answered, asked) - asked)::float8 END AS seconds
      FROM known_contact
     WHERE (%(store)s::text IS NULL OR store = %(store)s) AND (%(about)s::text IS NULL OR bucket = %(about)s)
       AND (%(begin)s::date IS NULL OR (asked AT TIME ZONE 'UTC')::date >= %(begin)s)
       AND (%(end)s::date IS NULL OR (asked AT TIME ZONE 'UTC')::date <= %(end)s)
)
"""

# The whole, and the same by bucket, channel, store and month: ``part`` says which, and ``value`` what of it.
COUNTED = f"""
WITH {CHOSEN}
SELECT CASE WHEN grouping(bucket) = 0 THEN 'bucket' WHEN grouping(channel) = 0 THEN 'channel'
            WHEN grouping(store) = 0 THEN 'store' WHEN grouping(month) = 0 THEN 'month' ELSE 'whole' END AS part,
       coalesce(bucket, channel, store, month) AS value,
       count(*) AS contacts, count(DISTINCT person) AS persons, count(first_answered) AS answered,
       count(*) - count(first_answered) AS unanswered,
       count(*) FILTER (WHERE first_answered IS NOT NULL AND first_resolved IS NULL) AS unresolved,
       count(*) FILTER (WHERE first_resolved = first_answered) AS resolved_first,
       count(*) FILTER (WHERE repeat) AS repeats,
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds) AS seconds,
       min(asked) FILTER (WHERE first_answered IS NULL) AS waiting_since
  FROM (SELECT *, to_char(asked AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM chosen) AS c
 GROUP BY GROUPING SETS ((), (bucket), (channel), (store), (month))
 ORDER BY part, contacts DESC, value
"""

UNANSWERED = f"""
WITH {CHOSEN}
SELECT person, contact, bucket, channel, store, "order", product, asked,
       extract(epoch FROM %(now)s::timestamptz - asked)::float8 / 3600 AS waiting_hours
  FROM chosen WHERE first_answered IS NULL ORDER BY asked, person, contact LIMIT %(limit)s
"""

# Who has to ask again most; of those who do so equally often, who did last.
ASKING_AGAIN = f"""
WITH {CHOSEN}
SELECT person, bucket, count(*) AS contacts, count(*) FILTER (WHERE repeat) AS repeats, max(asked) AS last_asked
  FROM chosen GROUP BY person, bucket HAVING bool_or(repeat)
 ORDER BY repeats DESC, last_asked DESC, person, bucket LIMIT %(limit)s
"""

WITHOUT_QUESTION = """
SELECT count(*) AS without_question FROM contacts_by_person
 WHERE asked IS NULL AND first_answered <= %(now)s
"""


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures of the whole; tables by bucket, channel, store, month, of who waits and of who asks again."""
    if question.about is not None and question.about not in BUCKETS:
        message = f"about: {question.about!r} is no bucket; there are {', '.join(BUCKETS)}."
        raise BadQuestion(message)
    asked = question.parameters() | {"repeat_days": REPEAT_DAYS}
    lay_out(connection, asked)
    parts: dict[str, dict[Any, dict[str, Any]]] = defaultdict(dict)
    for row in queries.rows(connection, COUNTED, **asked):
        parts[row["part"]][row["value"]] = row
    whole = parts["whole"][None]
    buckets = {bucket: parts["bucket"].get(bucket, {}) for bucket in BUCKETS if question.about in {None, bucket}}
    listed = {
        "buckets": [_told("bucket", bucket, row, whole) for bucket, row in buckets.items()],
        "channels": [_told("channel", *item, whole) for item in parts["channel"].items()][: question.limit],
        "stores": [_told("store", *item, whole) for item in parts["store"].items()][: question.limit],
        "months": [_told("month", *item, whole) for item in sorted(parts["month"].items())[-question.limit :]],
        "unanswered": queries.rows(connection, UNANSWERED, **asked),
        "asking_again": queries.rows(connection, ASKING_AGAIN, **asked),
    }
    unasked = queries.row(connection, WITHOUT_QUESTION, now=question.now)
    return Answer({**_figures(whole), **unasked, "repeat_days": REPEAT_DAYS}, listed)


def lay_out(connection: Connection, asked: Mapping[str, Any]) -> None:
    """Put what had come by the clock into a table that is gone with the transaction, where it is not there yet."""
    if queries.row(connection, "SELECT to_regclass('pg_temp.known_contact') IS NULL AS missing")["missing"]:
        connection.execute(TABLE)
        connection.execute(KNOWN, asked)


COUNTS = ("contacts", "persons", "answered", "unanswered", "unresolved", "resolved_first", "repeats")


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    """Return a part's counts, shares and times; of a part that nobody asked for, zeros."""
    counts = {name: row.get(name, 0) for name in COUNTS}
    median, last = (None if each is None else each / HOUR_SECONDS for each in row.get("seconds") or (None, None))
    return {
        **counts,
        "resolved_first_share": _share(counts["resolved_first"], counts["answered"]),
        "repeats_share": _share(counts["repeats"], counts["contacts"]),
        "median_hours": median,
        "p90_hours": last,
        "waiting_since": row.get("waiting_since"),
    }


def _told(part: str, value: str, row: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    figures = _figures(row)
    return {part: value, "share": _share(figures["contacts"], whole["contacts"]), **figures}


def _share(part: int, whole: int) -> float | None:
    """Return a share; of nothing there is none."""
    return part / whole if whole else None


def headline(question: Question, answer: Answer) -> str:
    """Say what is asked for most, how soon it is answered, who waits, and how many had to ask again."""
    figures = answer.figures
    if not figures["contacts"]:
        return "Nobody has turned to us yet."
    most = max(answer.tables["buckets"], key=lambda row: row["contacts"])
    contacts, bucket = words.counted(figures["contacts"], "contact"), most["bucket"].replace("_", " ")
    told = [f"{contacts}, most of them for {bucket} ({words.share(most['share'])})"]
    if figures["answered"]:
        told.append(
            f"half of those answered were within {figures['median_hours']:,.1f} hours, 90 % within"
            f" {figures['p90_hours']:,.1f}"
        )
    if figures["unanswered"]:
        days = (question.now - figures["waiting_since"]).days
        wait = words.counted(figures["unanswered"], "waits for an answer", "wait for an answer")
        told.append(f"{wait}, the oldest for {words.counted(days, 'day')}")
    told.append(f"{words.share(figures['repeats_share'])} had asked within {REPEAT_DAYS} days before")
    return "; ".join(told) + "."


CONTACTS = Report(
    "contacts", "Contacts", ("contacts",), answer, about="a bucket, such as access_to_people", headline=headline
)
