"""Says what a reaction asked for: as the document that the log of reactions keeps, and as a sentence for people."""

from typing import Any

import msgspec

from services.desk.deciding import command_name
from services.reactions._engine.reaction import Action, Announce, Do, Forget, Hold, Offer, Remind, Tell

Document = dict[str, Any]


def document_of(action: Action) -> Document:  # noqa: PLR0911 - one for each kind of action
    """Return what is kept of an action: its kind, and all that it says.

    Raises TypeError where it is no action, or says what JSON cannot.
    """
    match action:
        case Do(aggregate, id_, command):
            fields = msgspec.to_builtins(command)
            return {"action": "do", "aggregate": aggregate, "id": id_, "command": command_name(type(command)), **fields}
        case Remind(key, kind, subject, at, detail):
            told = {"key": key, "kind": kind, "subject": subject, "at": at.isoformat(), "detail": dict(detail)}
            return {"action": "remind", **told}
        case Forget(key):
            return {"action": "forget", "key": key}
        case Announce(type_, subject, data):
            return {"action": "announce", "type": type_, "subject": subject, "data": msgspec.to_builtins(data)}
        case Tell(audience, to, purpose, title, text):
            return {"action": "tell", "audience": audience, "to": to, "purpose": purpose, "title": title, "text": text}
        case Offer(subject, document):
            return {"action": "offer", "subject": subject, "document": msgspec.to_builtins(document)}
        case Hold(code, words):
            return {"action": "hold", "code": code, "words": words}
    message = f"a reaction asked for {action!r}, which is no action"
    raise TypeError(message)


def sentence_of(kept: Document) -> str:  # noqa: PLR0911 - one for each kind of action
    """Return what an action asks for, by the document of it, in words."""
    match kept["action"]:
        case "do":
            refused = kept.get("refused")
            why = f": refused, {refused['code']}: {refused['message']}" if refused else ""
            return f"{kept['command']} of {kept['aggregate']} {kept['id']}{why}"
        case "remind":
            return f"raise {kept['kind']} for {kept['subject']} at {kept['at']}, as {kept['key']}"
        case "forget":
            return f"forget the reminder {kept['key']}"
        case "announce":
            return f"tell the webhooks of {kept['type']}, about {kept['subject']}"
        case "tell":
            return f"write to {kept['audience']} {kept['to']}, for {kept['purpose']}: {kept['title']}"
        case "offer":
            return f"offer something to {kept['subject']}"
        case _:
            return f"hold back, {kept['code']}: {kept['words']}"
