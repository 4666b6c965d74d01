"""Changes to the outbox of signals that the oracle finds: each an SQL statement, and what is said of it."""

SIGNAL_CHANGES: dict[str, tuple[str, str]] = {
    "a signal too many": (
        (
            "INSERT INTO engine.signal (kind, subject, event_id, happened_at, detail)"
            " VALUES ('complaint_opened', 'customer:1', 'made-up', now(), '{}')"
        ),
        "complaint_opened of event 'made-up' for 'customer:1': nothing on the log says so",
    ),
    "a signal lost": ("DELETE FROM engine.signal WHERE id = (SELECT min(id) FROM engine.signal)", "was never told"),
    "a signal of something else": (
        'UPDATE engine.signal SET detail = \'{"order": "o-99"}\' WHERE id = (SELECT min(id) FROM engine.signal)',
        "says {'order': 'o-99'}, and not {",
    ),
    "a signal that counts once told of two events": (
        (
            "DROP INDEX engine.signal_once;"
            "INSERT INTO engine.signal (kind, subject, event_id, happened_at, detail)"
            """ SELECT 'offer_moment', t.subject, t.id, t."time", '{"store": "web"}' FROM projection.timeline AS t"""
            " JOIN engine.signal AS s ON s.kind = 'offer_moment' AND s.subject = t.subject AND s.event_id <> t.id"
            "  AND date_bin('30 minutes', s.happened_at, 'epoch') = date_bin('30 minutes', t.time, 'epoch')"
            " WHERE t.type LIKE 'regulars.visit.p%viewed.v1' ORDER BY t.id LIMIT 1"
        ),
        "is told 2 times, and counts once",
    ),
    "a signal told twice": (
        (
            "ALTER TABLE engine.signal DROP CONSTRAINT signal_event_id_kind_subject_key;"
            "INSERT INTO engine.signal (kind, subject, event_id, happened_at, detail)"
            " SELECT kind, subject, event_id, happened_at, detail FROM engine.signal ORDER BY id LIMIT 1"
        ),
        "is told twice",
    ),
}
