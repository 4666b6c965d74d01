"""Who signed in, who was refused, and which users were changed, as the log has it. Reads the timeline of users."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from projections._engine import queries
from services.access.roles import Capability
from services.views.paging import After, PageLimit, after, paged
from services.views.view import Document, Parameters, Reading, View

Kind = Annotated[
    Literal["all", "signed_in", "refused", "user_changed"], Meta(description="Which kind of them; all by itself.")
]
OfUser = Annotated[str, Meta(description="Of this user alone.", max_length=128)]

KEYS = ("time", "id")
KINDS = (datetime, str)

# Users are the subjects between these two in the order of bytes, which the log's index by subject has.
SIGN_INS = """
SELECT t.time, t.id, split_part(t.type, '.', 3) AS kind, substr(t.subject, 6) AS user_name, u.shown_as,
       t.data ->> 'how' AS how, t.data ->> 'address' AS address, t.data ->> 'reason' AS reason,
       t.data ->> 'change' AS change, t.data ->> 'by' AS changed_by, t.data ->> 'role' AS role,
       (t.data ->> 'locked_until')::timestamptz AS locked_until, t.partition, t."offset"
  FROM (SELECT "time", id, type, subject, partition, "offset", convert_from(value, 'UTF8')::jsonb -> 'data' AS data
          FROM timeline
         WHERE subject >= 'user:' AND subject < 'user;' AND starts_with(type, 'regulars.access.')
           AND (%(user)s::text IS NULL OR subject = 'user:' || %(user)s)
           AND split_part(type, '.', 3) IN ('signed_in', 'refused', 'user_changed')
           AND (%(kind)s = 'all' OR split_part(type, '.', 3) = %(kind)s)
           AND (%(time)s::timestamptz IS NULL OR ("time", id) < (%(time)s, %(id)s))
         ORDER BY "time" DESC, id DESC LIMIT %(limit)s) AS t
  LEFT JOIN access.user AS u ON 'user:' || u.name = t.subject
 ORDER BY t.time DESC, t.id DESC
"""


class Which(Parameters, frozen=True, kw_only=True):
    """Which of them."""

    kind: Kind = "all"
    user: OfUser | None = None
    after: After = ""
    limit: PageLimit = 50


def answer(reading: Reading) -> Document:
    """List who signed in, who was refused and why, and which users were changed by whom, the last first."""
    asked = reading.asked
    place = after(asked.after, KINDS) or [None, None]
    said = {"kind": asked.kind, "user": asked.user, "time": place[0], "id": place[1], "limit": asked.limit + 1}
    page, following = paged(list(queries.rows(reading.connection, SIGN_INS, **said)), asked.limit, KEYS)
    return {"next": following, "tables": {"sign_ins": page}}


AUDIT_SIGN_INS_VIEW = View(
    name="audit_sign_ins",
    path="/audit/sign-ins",
    title="Sign-ins",
    answer=answer,
    parameters=Which,
    capability=Capability.AUDIT,
)
