"""What is done with sources: added, changed, given keys, which are shown once, and had keys revoked."""

from services.access.roles import Capability
from services.dashboard.acting import Acting, Action, Done, Once
from services.dashboard.acts import lines, needed, number, refusal, refused_for, span, text
from services.ingest import registry
from services.ingest.errors import NotRegistered, RegistryRefused
from services.ingest.source import Role

REFUSED = (RegistryRefused, NotRegistered)


def add(acting: Acting) -> Done:
    """Register a source, and give it a write key."""
    name = needed(acting, "name")
    said = {"store": needed(acting, "store"), "translation": text(acting, "translation")}
    with refused_for(*REFUSED), acting.connection.transaction():
        registry.add(acting.connection, name, events_per_second=number(acting, "rate"), **said)
        key = registry.new_key(acting.connection, name, Role.WRITE)
    return Done(f"{name} is registered.", once=Once(f"The write key of {name}", key))


def change(acting: Acting) -> str:
    """Change how a source is treated; what serves knows of it within a second or so."""
    name = acting.path["source"]
    plan = lines(acting, "plan")
    with refused_for(*REFUSED):
        registry.change(
            acting.connection,
            name,
            store=needed(acting, "store"),
            events_per_second=number(acting, "rate"),
            plan=plan if plan.strip() else "",
        )
    return f"{name} is changed."


def new_key(acting: Acting) -> Done:
    """Give a source one more key."""
    name, role = acting.path["source"], _role(acting)
    with refused_for(*REFUSED):
        key = registry.new_key(acting.connection, name, role)
    return Done(f"{name} has one more {role} key.", once=Once(f"A new {role} key of {name}", key))


def rotate(acting: Acting) -> Done:
    """Give a source a new key, and have its others of that role expire after a while."""
    name, role, overlap = acting.path["source"], _role(acting), span(acting, "overlap")
    with refused_for(*REFUSED):
        key = registry.rotate(acting.connection, name, role, overlap)
    sentence = f"{name} has a new {role} key; the others are good for {text(acting, 'overlap')} more."
    return Done(sentence, once=Once(f"The new {role} key of {name}", key))


def revoke(acting: Acting) -> str:
    """Have a key open nothing any more."""
    with refused_for(*REFUSED):
        source, role = registry.revoke(acting.connection, acting.path["key"])
    return f"Key {acting.path['key']}, a {role} key of {source}, opens nothing any more."


def _role(acting: Acting) -> Role:
    try:
        return Role(text(acting, "role"))
    except ValueError:
        message = f"role: a key is good to {', '.join(Role)}."
        raise refusal(message) from None


SOURCE_ACTIONS = (
    Action("/sources", add, Capability.ADMINISTER),
    Action("/sources/{source}/change", change, Capability.ADMINISTER),
    Action("/sources/{source}/keys", new_key, Capability.ADMINISTER),
    Action("/sources/{source}/rotate", rotate, Capability.ADMINISTER),
    Action("/sources/{source}/keys/{key}/revoke", revoke, Capability.ADMINISTER),
)
