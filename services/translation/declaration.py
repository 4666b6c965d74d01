"""The translation: how the records of a sender become events. It is a YAML file; this is its shape.

Every value that is called an expression is one JMESPath expression (https://jmespath.org) over the record, with the
functions of ``services.translation.functions`` beside its own; a text constant carries its own quotes (``"'web'"``). A
number or a boolean stands for itself. Null means that the sender does not say: the field is left out.

What an expression sees: the record's own fields; ``regulars``, which is ``{source, store, received_at}`` and, for a
webhook, ``headers`` with their names in lower case; and ``values``, below. A record's own field of one of these names
cannot be seen.

The order of work: ``rejects`` turns records away; ``kind`` tells what a record is about; of the rules for that kind,
and after them of those under ``otherwise``, the first one whose ``when`` is true makes an event; and so does every rule
that says ``also``. A record of which no rule makes an event is nothing to us.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

ValueName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
Expression = Annotated[str, Meta(min_length=1)] | int | float | bool
Fields = dict[str, Any]
"""Expressions by field; a mapping inside it makes an object inside the event, without what is null."""


class Reject(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records for which ``when`` is true are refused: ``field`` is theirs, and the ``reason`` goes on from its name."""

    when: Expression
    field: Annotated[str, Meta(min_length=1)]
    reason: Annotated[str, Meta(min_length=1)]


class Lines(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """The items of the list ``from``, each of which becomes one of the event's list ``into``.

    The expressions of ``fields`` see an item as they otherwise see a record; ``record`` is the whole one.
    """

    into: str
    from_: Expression
    fields: Fields


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One event of every record of the kinds ``on`` for which ``when`` is true.

    Kinds are compared without regard to case, and to how much white space there is. ``also`` says that the event comes
    beside that of another rule; then ``id`` is needed, a text that is added to the record's own id, so that the two
    events have different ones. ``subject`` and ``time`` are those of the translation where they are not given, and
    ``data`` is completed by its ``common``.
    """

    on: str | list[str] = []
    when: Expression = True
    type: str
    also: bool = False
    id: Expression | None = None
    subject: Expression | None = None
    time: Expression | None = None
    data: Fields = {}
    lines: Lines | None = None


class Translation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole translation.

    ``message_id`` is what tells one record from another, within its source; a record that is sent again has it again.
    ``subject`` is whom an event is about, such as ``customer:42``, and ``time`` is when it happened: an instant, a text
    or seconds. ``values`` have names, so that several rules can use them: each may use those before it, as
    ``values.currency``, and is only computed for rules that do. ``common`` are fields that go into every event that
    has them and whose rule does not say otherwise. ``signature`` is how its webhooks are signed
    (``services.translation.signatures``). ``file`` is where it was read from.
    """

    name: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9._-]{0,63}$")]
    signature: Literal["shopify", "stripe", "zendesk"] | None = None
    kind: Expression
    message_id: Expression
    subject: Expression
    time: Expression = "regulars.received_at"
    values: dict[ValueName, Expression] = {}
    common: Fields = {}
    rejects: list[Reject] = []
    events: list[Rule] = []
    otherwise: list[Rule] = []
    file: str = field(default="translation", name="_file")
