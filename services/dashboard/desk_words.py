"""What forms of the desk are called in words: their fields, and the sentence for what was done."""

from collections.abc import Mapping

from services.desk.deciding import Command, command_name
from services.desk.session import Done

LABELS: Mapping[str, str] = {
    "text": "What was said",
    "reply.text": "Your answer",
    "wait-for-customer.text": "What we asked",
    "reopen.text": "What is not solved",
    "offer-gesture.kind": "What we offer",
    "request-gesture.kind": "What we would offer",
    "amount_minor": "What it costs us",
    "limit_minor": "Up to how much",
    "to": "To whom",
    "assignee": "Who sees to it",
    "seen_to_by": "Who makes it",
    "due_on": "Due on",
    "due_at": "Due at",
    "done_at": "Done at",
    "subject": "Customer",
    "outcome": "What came of it",
    "first_day": "First day",
    "last_day": "Last day",
    "put-off.due_at": "Put off to",
    "take-note.text": "What the next one of us should know",
    "answer-contact.text": "Your answer",
    "make-contact.text": "What was said",
    "bucket": "What they want",
    "question": "What they asked",
    "resolved": "That settled it",
    "stance": "They",
    "topic": "Of what",
    "about": "What exactly",
    "text_version": "Which text they saw",
    "source": "Where they said so",
    "give.channel": "On which channel",
    "withdraw.channel": "On which channel",
    "basis": "How we know",
}
"""What a field is called, where not by its own name; ``COMMAND.FIELD`` for one command."""

HELP: Mapping[str, str] = {
    "offer-gesture.kind": "Such as voucher or flowers.",
    "amount_minor": "Such as 12.50; leave it empty where it costs nothing.",
    "currency": "Such as EUR.",
    "identifier": "Such as card:4711, email:ada@example.org or visitor:8f3a; or another customer, such as customer:42.",
    "topic": "Such as table, coffee or delivery.",
    "give.channel": "Such as email; leave it empty for all of them.",
    "withdraw.channel": "Such as email; leave it empty for all of them.",
}

SUGGESTED: Mapping[str, tuple[str, ...]] = {
    "channel": ("phone", "email", "in_person", "web", "chat", "letter"),
    "cause": ("late", "wrong_item", "damaged", "missing", "quality", "invoice", "service"),
    "offer-gesture.kind": ("voucher", "refund", "replacement", "flowers"),
    "currency": ("EUR", "GBP", "USD"),
}
"""What a browser suggests in a field where anything may be said, so that the same is called the same."""

SENTENCES: Mapping[tuple[str, str], str] = {
    ("complaint", "raise"): "Complaint {id} is taken in.",
    ("complaint", "acknowledge"): "Complaint {id}: the customer knows that we heard them.",
    ("complaint", "reply"): "Complaint {id} is answered.",
    ("complaint", "wait-for-customer"): "Complaint {id} waits for the customer: the promised time stands still.",
    ("complaint", "customer-answered"): "Complaint {id}: the customer answered, and the promised time runs again.",
    ("complaint", "offer-gesture"): "Complaint {id}: the gesture is offered.",
    ("complaint", "request-gesture"): "Complaint {id}: the gesture is offered when somebody approves it.",
    ("complaint", "approve-gesture"): "Complaint {id}: the gesture is approved, and offered.",
    ("complaint", "decline-gesture"): "Complaint {id}: the gesture is not offered.",
    ("complaint", "resolve"): "Complaint {id} is resolved.",
    ("complaint", "confirm"): "Complaint {id}: the customer says that it is solved.",
    ("complaint", "reopen"): "Complaint {id} is open again.",
    ("complaint", "escalate"): "Complaint {id} goes to {to} now.",
    ("complaint", "rate"): "Complaint {id}: the rating is written down.",
    ("task", "open"): "The task is opened.",
    ("task", "take"): "The task is yours now.",
    ("task", "assign"): "The task goes to {assignee} now.",
    ("task", "complete"): "The task is done.",
    ("task", "drop"): "The task is dropped.",
    ("task", "put-off"): "The task is put off.",
    ("contact-plan", "plan"): "The contact is planned.",
    ("contact-plan", "adjust"): "The contact is due on {due_on} now.",
    ("contact-plan", "skip"): "The contact is left out.",
    ("contact-plan", "record"): "The contact is written down as made.",
    ("checklist", "tick"): "The step is ticked off.",
    ("promise", "make"): "The promise is made.",
    ("promise", "move"): "The promise is moved.",
    ("promise", "keep"): "The promise is kept.",
    ("promise", "break"): "The promise is broken.",
    ("ownership", "assign"): "{manager} looks after them now.",
    ("ownership", "hand-over"): "{to} looks after them now.",
    ("consent", "give"): "The consent is written down.",
    ("consent", "withdraw"): "The consent is withdrawn.",
    ("identity-decision", "confirm"): "The two are one person now.",
    ("identity-decision", "refuse"): "The two stay two people.",
    ("identity-decision", "split"): "The two are taken apart.",
    ("identity-link", "link"): "{identifier} is theirs now.",
    ("identity-link", "unlink"): "{identifier} is theirs no more.",
    ("customer", "take-note"): "The note is written down.",
    ("customer", "take-contact"): "The contact is written down.",
    ("customer", "answer-contact"): "The answer is written down.",
    ("customer", "make-contact"): "It is written down that we got in touch.",
    ("customer", "state-preference"): "The taste is written down.",
    ("customer", "state-need"): "The need is written down.",
}


def sentence_of(done: Done, command: Command) -> str:
    """Return what is told of something that was decided."""
    if done.repeated:
        return "That was done already: sent twice, it counts once."
    if not done.events:
        return "It was so already: nothing was written down."
    told = SENTENCES.get((done.aggregate, command_name(type(command))), "It is written down.")
    names = {name: getattr(command, name) for name in command.__struct_fields__}
    return told.format(**{**names, "id": done.id})
