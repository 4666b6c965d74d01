"""Every command there is, one line each; ``regulars --help`` lists them without importing one."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import typer


class Command(NamedTuple):
    """A command's words, the function behind it as ``module:function``, and its help in one line."""

    words: str
    function: str
    summary: str

    def load(self) -> Callable[..., Any]:
        """Import the function behind the command."""
        module, _, name = self.function.partition(":")
        function: Callable[..., Any] = getattr(import_module(f"services.cli.{module}"), name)
        return function


COMMANDS = (
    Command("demo", "demo:demo", "Show real customers: load a shop's orders and report what a shopkeeper asks."),
    Command("up", "up:up", "Run the installation: keep every projection in step with the log until told to stop."),
    Command("pump", "pump:pump", "Keep projections in step with the log on Kafka, together with other pumps."),
    Command("api", "api:api", "Take events in over HTTP: Segment's protocol, CloudEvents, webhooks."),
    Command("connect", "connect:connect", "Follow a table, a Debezium topic or a folder, and take its records in."),
    Command("door", "door:door", "Let in what producers write to the intake on Kafka."),
    Command("relay", "relay:relay", "Publish the desk's events, who looked, signals, offers, dead letters on Kafka."),
    Command("import", "import_file:import_file", "Import a file of facts: CSV, JSON lines or Parquet, gz as is."),
    Command("refresh", "refresh:refresh", "Work out dials, rules and segments anew; run it every night or so."),
    Command("projections", "projections:projections", "List the projections: version, rows, lag, parked events."),
    Command("rebuild", "rebuild:rebuild", "Build projections again from the first event, beside the live ones."),
    Command("customer", "customer:customer", "Show a customer's page, of now or as of a point in the past."),
    Command("report", "report:report", "Show a report of customers' worth and wishes, of now or of the past."),
    Command("order link", "order:link", "Make a link with which a customer reads how an order of theirs stands."),
    Command("order key", "order:key", "Make a key for links to orders."),
    Command("desk list", "desk:list_commands", "List what can be decided on, and by which commands."),
    Command("desk do", "desk:do", "Have something done, if the rules allow it."),
    Command("desk show", "desk:show", "Show how one of what is decided on stands, and what was decided."),
    Command("segments list", "segments:list_segments", "List the segments with their rules and sizes."),
    Command("segments define", "segments:define", "Define a segment by a rule, which is checked first."),
    Command("segments withdraw", "segments:withdraw", "Withdraw a segment."),
    Command("segments show", "segments:show", "Show a segment: its rule in words, and every version of it."),
    Command("segments explain", "segments:explain", "Say a rule in words, or list what a rule can ask."),
    Command("segments refresh", "segments:refresh", "Find who is in which segment by now; run it daily."),
    Command("checklists list", "checklists:list_playbooks", "List the playbooks in force, and those that are shipped."),
    Command("checklists check", "checklists:check", "Check a playbook's file, or a folder of them."),
    Command("checklists publish", "checklists:publish_playbooks", "Put a playbook in force."),
    Command("checklists withdraw", "checklists:withdraw", "Withdraw a playbook; what has begun goes on."),
    Command("contacts plan", "contacts:plan", "Plan a year's contacts with everybody in a segment, from a file."),
    Command("associations mine", "associations:mine", "Mine the orders for rules and companions of products."),
    Command("evaluate next-offer", "evaluate:next_offer", "Judge the next offer on orders held out."),
    Command("dial fit", "dial:fit", "Work out how loud each customer is, where they head, and could be."),
    Command("dial compute", "dial:compute", "Make a month's dials again from the log, and compare digests."),
    Command("verify", "verify:verify", "Fold the whole log again, plainly, and compare digests."),
    Command("as-of", "as_of:as_of", "Show a person as they were known, or as they were, at a point in time."),
    Command("why", "why:explain", "List the events behind a figure, and compute it again from them alone."),
    Command("log tail", "log_tail:tail", "Show the newest events, or follow them as they come."),
    Command("log stats", "log_stats:stats", "Count the log's records by partition and by type."),
    Command("log append", "log_append:append", "Append events, one CloudEvents JSON a line."),
    Command("log copy", "log_copy:copy", "Copy the journal onto Kafka; the projections go on there."),
    Command("topics create", "topics:create", "Make the topics on Kafka that are missing."),
    Command("topics describe", "topics:describe", "Show the topics on Kafka: partitions, copies, offsets, sizes."),
    Command("topics check", "topics:check", "Compare the topics on Kafka with what they have to be."),
    Command("deadletters list", "dead_letters:list_letters", "List what is parked or was turned away, and why."),
    Command("deadletters show", "dead_letters:show", "Show one parked event, or one message, with all its bytes."),
    Command("deadletters redrive", "dead_letters:redrive", "Apply or send it after a fix; each counts once."),
    Command("deadletters dismiss", "dead_letters:dismiss", "Wait no more for what will never be right."),
    Command("sources add", "sources:add", "Register who sends events, and give it a key."),
    Command("sources list", "sources:list_sources", "List the sources with their keys."),
    Command("sources show", "sources:show", "Show a source: how it is treated, its keys, what it sent."),
    Command("sources change", "sources:change", "Change how a source is treated."),
    Command("sources key", "source_keys:key", "Give a source one more key."),
    Command("sources rotate", "source_keys:rotate", "Give a source a new key; the old ones expire after a while."),
    Command("sources revoke", "source_keys:revoke", "Have a key open nothing any more."),
    Command("sources plan", "source_plans:plan", "Show, set or remove a source's tracking plan."),
    Command("sources violations", "source_plans:violations", "Count what did not keep to the tracking plans."),
    Command("webhooks add", "webhooks:add", "Have an address told of what happens, by signed requests."),
    Command("webhooks list", "webhooks:list_webhooks", "List who is told, of what, and how that goes."),
    Command("webhooks rotate", "webhooks:rotate", "Give a webhook a new secret; the old one signs for a while."),
    Command("webhooks enable", "webhooks:enable", "Tell an address again that was switched off."),
    Command("webhooks remove", "webhooks:remove", "Tell an address no more."),
    Command("webhooks test", "webhooks:send_test", "Send a signed request to an address now."),
    Command("users list", "users:list_users", "List who may look and act, and how they sign in."),
    Command("users add", "users:add", "Add a user, with a link that sets a password."),
    Command("users change", "users:change", "Change what a user may, or is called."),
    Command("users disable", "users:disable", "Let a user in no more."),
    Command("users enable", "users:enable", "Let a user in again."),
    Command("users link", "users:link", "Make a link with which a user sets a password."),
    Command("users end-sessions", "users:end_sessions", "Sign a user out everywhere."),
    Command("channels add", "channels:add", "Add a way to write to staff or to customers, by Apprise."),
    Command("channels list", "channels:list_channels", "List the ways by which people are written to."),
    Command("channels remove", "channels:remove", "Write to nobody by a channel any more."),
    Command("channels test", "channels:send_test", "Write a message by a channel now."),
    Command("deliveries list", "deliveries:list_deliveries", "List what left the house, waits, was held or is dead."),
    Command("deliveries show", "deliveries:show", "Show one delivery with what it says."),
    Command("deliveries redeliver", "deliveries:redeliver", "Send deliveries again, with the ids that they had."),
    Command("reactions list", "reactions:list_reactions", "List what the platform does by itself, and when."),
    Command("reactions test", "reactions_tried:show_foreseen", "Show what an event would lead to, and why."),
    Command("reactions log", "reactions:show_log", "Show what fired, what was held back and by which rule."),
    Command("reactions retry", "reactions:retry", "Try again what failed."),
    Command("reactions run", "reactions:run", "React to signals, and send what that leads to, until told to stop."),
    Command("schema", "schema:schema", "Write a JSON Schema for every event type, and the AsyncAPI document."),
    Command("doctor", "doctor:doctor", "Check the whole way of an event, from end to end, in words."),
    Command("bench", "bench:bench", "Measure append and drain, or the front door, on this machine."),
    Command("dev kafka", "dev_kafka:kafka", "Run an Apache Kafka broker on this machine, for development."),
)

GROUPS = {
    "dial": "Work out how loud each customer is, month by month.",
    "associations": "Find what goes with what.",
    "evaluate": "Judge what is foreseen on what came.",
    "log": "Look into the log of record, or append to it.",
    "topics": "Make, describe and check the topics on Kafka.",
    "deadletters": "See to the events that were parked, and to what the front door turned away.",
    "sources": "Say who may send events, with which keys, and how they are treated.",
    "webhooks": "Say who is told of what happens, by signed requests.",
    "channels": "Say by which ways staff and customers are written to.",
    "users": "Say who of the house may look and act, and how they sign in.",
    "deliveries": "See to what left the house, and to what did not.",
    "reactions": "See what the platform does by itself when something happens, or does not happen in time.",
    "order": "Let customers read how an order of theirs stands.",
    "desk": "Decide by the rules: complaints, promises, tasks, plans, portfolios, consent.",
    "segments": "Say which customers belong together, by rules, and find them.",
    "checklists": "Say what is to be done for a customer when something happens, by playbooks.",
    "contacts": "Plan when to turn to customers of your own accord.",
    "dev": "Have on a developer's machine what production has in a cluster.",
}
"""The first words that several commands share."""

ABOUT = "Know every customer the way a good waiter knows a regular."


def application(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line's application, in which the command that these arguments name is loaded."""
    named = [argument for argument in arguments if not argument.startswith("-")]
    app = _typer(ABOUT)
    groups = {name: _typer(summary) for name, summary in GROUPS.items()}
    for name, group in groups.items():
        app.add_typer(group, name=name)
    for command in COMMANDS:
        words = command.words.split()
        parent = groups[words[0]] if len(words) > 1 else app
        if named[: len(words)] == words:
            parent.command(words[-1])(command.load())
        else:
            parent.command(words[-1], short_help=command.summary)(_unloaded)
    return app


def _typer(summary: str) -> typer.Typer:
    return typer.Typer(
        add_completion=False, help=summary, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None
    )


def _unloaded() -> None:
    message = "a command that the arguments did not name was run"
    raise AssertionError(message)
