"""``regulars webhooks``, ``channels``, ``deliveries``: who is told, how it goes; secrets are shown once or never."""

from datetime import UTC, datetime, timedelta

from standardwebhooks.webhooks import Webhook

from services.outgoing.delivery import Delivery, enqueue
from services.outgoing.endpoints import endpoint_named
from services.outgoing.sending import send_due
from services.outgoing.signing import new_secret
from services.reactions._engine.reaction import Announce, Tell
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.outgoing.receiving import Answer, mail_server, web_server

NOW = datetime.now(UTC)
NOBODY = "regulars: There is no webhook 'nobody': 'regulars webhooks list' shows what there is.\n"


def test_a_webhook_is_added_tried_and_removed(regulars: Regulars) -> None:
    """Its secret is shown once; a test is signed with it, and says what came of it."""
    with web_server() as web:
        added = regulars("webhooks", "add", "crm", web.url("/crm?key=k-1"), "--type", "promise.*", "--inside")
        secret = added.out.splitlines()[-1].strip()
        good = regulars("webhooks", "test", "crm")
        web.answers["/crm?key=k-1"] = Answer(403, body=b"Who are you?")
        bad = regulars("webhooks", "test", "crm", "--json")
        (first, _) = web.at("/crm?key=k-1")
    listed, document = regulars("webhooks", "list"), regulars("webhooks", "list", "--json")
    removed = regulars("webhooks", "remove", "crm")

    assert (added.exit_code, added.out.splitlines()[0]) == (0, "crm is told of promise.*.")
    assert Webhook(secret).verify(first.body, first.headers)["type"] == "webhooks.test"
    assert (good.exit_code, good.out) == (0, "crm took it.\n")
    assert (bad.exit_code, bad.document["error"]) == (1, "It answered 403: Who are you?")
    assert [each["types"] for each in document.document["webhooks"]] == [["promise.*"]]
    assert not any(hidden in listed.out + document.out for hidden in (secret, "k-1"))
    assert (removed.exit_code, removed.out) == (0, "crm is told no more; 0 deliveries to it held back.\n")
    assert regulars("webhooks", "list").out == "There is no webhook: 'regulars webhooks add' adds one.\n"


def test_a_secret_is_brought_along_and_replaced(regulars: Regulars, connect: Connect) -> None:
    """One that somebody has already is not shown; a wrong one is refused and not repeated."""
    own = new_secret()
    url = "https://example.com/hooks"
    brought = regulars("webhooks", "add", "crm", url, "--secret-file", "-", "--json", piped=f"{own}\n")
    wrong = regulars("webhooks", "add", "erp", url, "--secret-file", "-", piped="too short")
    before = datetime.now(UTC)
    rotated = regulars("webhooks", "rotate", "crm", "--overlap", "1h", "--json")
    after = datetime.now(UTC)

    held = endpoint_named(connect(), "crm")
    assert brought.document == {"webhook": "crm", "types": ["*"]}
    assert (wrong.exit_code, wrong.err) == (2, "regulars: A secret is whsec_ and 24 to 64 bytes in base64.\n")
    assert held.signers(before + timedelta(hours=1)) == [rotated.document["secret"], own]
    assert held.signers(after + timedelta(hours=1)) == [rotated.document["secret"]]
    assert own not in repr(held)
    for command in ("rotate", "enable", "remove", "test"):
        assert regulars("webhooks", command, "nobody")[::2] == (1, NOBODY)
    assert regulars("webhooks", "add", "crm", url).err.startswith("regulars: There is a webhook crm already")
    assert regulars("webhooks", "add", "c r m", url).exit_code == 2
    assert regulars("webhooks", "add", "erp", url, "--type", "Promise!").exit_code == 2


def test_a_channel_is_added_tried_and_removed(regulars: Regulars) -> None:
    """Its URL is never shown; customers are written to by mail, at their own address."""
    with mail_server() as mail:
        url = f"mailto://me:sesame@127.0.0.1:{mail.port}/?from=shop@example.com&to={{address}}&mode=insecure"
        plain = url.replace("me:sesame@", "")
        add = ("channels", "add", "mail", "--audience", "customer", "--url-file", "-")
        added = regulars(*add, piped=plain)
        again = regulars(*add, piped=plain)
        tried = regulars("channels", "test", "mail", "--to", "ann@example.com")
        mail.full = True
        full = regulars("channels", "test", "mail", "--to", "ann@example.com")
        nobody = regulars("channels", "test", "mail", "--to", "ann@example.com, bob@example.com")
    room = regulars("channels", "add", "room", "--audience", "customer", "--url-file", "-", piped="json://localhost/")
    unknown = regulars("channels", "add", "room", "--audience", "staff", "--url-file", "-", piped="sesame://x")
    secret = regulars("channels", "add", "secret", "--audience", "staff", "--url-file", "-", piped=url)
    listed, removed = regulars("channels", "list"), regulars("channels", "remove", "mail", "--json")

    assert (added.exit_code, added.out) == (0, "mail is a channel of kind email for customers.\n")
    assert [each.exit_code for each in (again, room, unknown, nobody)] == [2, 2, 2, 2]
    assert (tried.out, [to for to, _ in mail.mails]) == ("mail took it.\n", [["ann@example.com"]])
    assert (full.exit_code, "did not take it: " in full.out) == (1, True)
    assert secret.exit_code == 0
    assert all("sesame" not in each.out + each.err for each in (unknown, secret, listed))
    assert removed.document == {"channel": "mail", "removed": True, "held": 0}


def test_deliveries_are_listed_shown_and_sent_again(regulars: Regulars, connect: Connect) -> None:
    """A dead one is told by doctor too; after a fix it goes out."""
    connection = connect()
    with web_server() as web:
        regulars("webhooks", "add", "crm", web.url("/crm"), "--inside")
        web.answers["/crm"] = Answer(410)
        with connection.cursor() as cursor:
            told = Tell("staff", "ann", "task", "A task", "Call her.")
            enqueue(cursor, [Delivery("1", Announce("task.opened", "s:1", {"task": "t-1"})), Delivery("2", told)], NOW)
        send_due(connection, lambda: NOW)
        listed = regulars("deliveries", "list", "--json").document
        dead = regulars("deliveries", "list", "--state", "dead", "--webhook", "crm")
        number = str(next(each["id"] for each in listed["deliveries"] if each["state"] == "dead"))
        shown = regulars("deliveries", "show", number)
        checks = {each["name"]: each for each in regulars("doctor", "--json").document["checks"]}
        del web.answers["/crm"]
        regulars("webhooks", "enable", "crm")
        again = regulars("deliveries", "redeliver", "--state", "dead", "--webhook", "crm", "--json")
        send_due(connection, lambda: datetime.now(UTC))
        left = regulars("deliveries", "redeliver", number, "999", "--json")

    assert listed["in_queue"] == {"waiting": 0, "held": 1, "dead": 1}
    assert [(each["state"], each["code"]) for each in listed["deliveries"]] == [
        ("held", "no_channel"),
        ("dead", "gone"),
    ]
    assert "It answered 410" in " ".join(dead.out.split())
    assert '"task":"t-1"' in shown.out
    assert checks["deliveries"]["state"] == "warn"
    assert checks["deliveries"]["finding"] == "0 waiting, 1 held back, 1 dead; 1 webhook switched off: crm"
    assert again.document == {"redelivered": [int(number)], "left": []}
    assert left.document == {"redelivered": [int(number)], "left": [999]}
    assert len(web.at("/crm")) == 2
    assert regulars("deliveries", "redeliver").exit_code == 2
    assert regulars("deliveries", "show", "999")[::2] == (
        1, "regulars: There is no delivery 999: 'regulars deliveries list' shows what there is.\n",
    )  # fmt: skip
