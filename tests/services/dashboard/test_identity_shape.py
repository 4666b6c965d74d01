"""An identity graph is drawn as a tree from the person on, the same for the same links."""

from typing import Any

from services.dashboard.identity_shape import LABEL_CHARACTERS, MOST_NODES, drawn, state_of

ME = "customer:1"


def link(one: str, other: str, *, linked: bool | None = True, decision: str | None = None) -> dict[str, Any]:
    """Return a link as a page has it."""
    return {"subject": one, "identifier": other, "linked": linked, "decision": decision}


def test_who_is_linked_directly_stands_beside_the_person() -> None:
    """What hangs on those stands to the right of them; each has a row of its own, and nobody lies upon another."""
    shape = drawn(ME, [link(ME, "visitor:a"), link(ME, "visitor:b"), link("email:c", "visitor:b")])

    places = {node.identifier: (node.x, node.y) for node in shape.nodes}
    assert places[ME][0] < places["visitor:a"][0] == places["visitor:b"][0] < places["email:c"][0]
    assert len(set(places.values())) == len(places) == 4
    assert max(y for _, y in places.values()) < shape.height
    assert {(edge.x1, edge.y1) for edge in shape.edges} <= set(places.values())


def test_a_ring_of_links_is_drawn_once_around() -> None:
    """Each link is a line, also the one that closes the ring; each identifier is one point."""
    shape = drawn(ME, [link(ME, "visitor:a"), link(ME, "visitor:b"), link("visitor:a", "visitor:b")])

    assert (len(shape.nodes), len(shape.edges)) == (3, 3)


def test_how_a_link_stands_is_the_last_word_of_staff_before_what_was_seen() -> None:
    """Refused is apart, however linked; confirmed is one person."""
    assert state_of(link("customer:1", "customer:2", linked=None, decision="confirmed")) == "decided"
    assert state_of(link("customer:1", "visitor:2")) == "linked"
    assert state_of(link("customer:1", "visitor:2", decision="refused")) == "apart"
    assert state_of(link("customer:1", "visitor:2", linked=False)) == "apart"


def test_of_very_many_some_are_drawn_and_the_rest_counted() -> None:
    """What is linked to something of theirs that is not told of is not lost either; long names are cut."""
    many = [link(ME, f"visitor:{number}") for number in range(MOST_NODES + 9)]
    shape = drawn(ME, many)
    odd = drawn(ME, [link("visitor:x", "visitor:" + "y" * 90)])

    assert (len(shape.nodes), shape.left_out) == (MOST_NODES, 10)
    assert {node.identifier for node in odd.nodes} > {"visitor:x"}
    assert max(len(node.label) for node in odd.nodes) <= LABEL_CHARACTERS
