"""``regulars desk``: something is done by the rules or refused with a reason, and seen in the reports at once."""

from pathlib import Path

from tests.services.cli.conftest import Regulars


def test_a_complaint_is_decided_on(regulars: Regulars, history: Path) -> None:
    """What a rule refuses ends with 1 and its sentence; what is done is on the log and in the reports."""
    del history  # it is on the log, and folded

    raised = regulars("desk", "do", "complaint", "c-1", "raise", "subject=customer:42", "cause=late", "--by", "anna")
    refused = regulars("desk", "do", "complaint", "c-1", "resolve", "--by", "anna")
    replied = regulars("desk", "do", "complaint", "c-1", "reply", "text=We are sorry.", "--by", "anna", "--expect", "1")
    late = regulars("desk", "do", "complaint", "c-1", "reply", "--by", "ben", "--expect", "1")
    offered = [
        *("desk", "do", "complaint", "c-1", "offer-gesture", "kind=flowers", "amount_minor=0"),
        *("--by", "anna", "--key", "k-1", "--json"),
    ]
    documents = [regulars(*offered).document for _ in range(2)]
    shown = regulars("desk", "show", "complaint", "c-1")
    document = regulars("desk", "show", "complaint", "c-1", "--json").document
    page = regulars("customer", "customer:42", "--json").out

    assert raised.out == "complaint c-1: regulars.complaint.raised.v1; version 1.\n"
    assert (refused.exit_code, refused.err) == (
        1,
        "regulars: Complaint c-1 has no reply: reply first, then resolve it.\n",
    )
    assert replied.out == "complaint c-1: regulars.complaint.replied.v1; version 2.\n"
    assert late.exit_code == 1
    assert "at version 2 by now, and you expected 1" in late.err
    assert documents[0] == documents[1]
    assert "standing: acknowledged: yes, replied: yes\n" in shown.out
    assert "complaint.gesture_offered" in shown.out
    assert [fact["data"].get("by") for fact in document["history"]] == [None, "anna", "anna"]
    assert "c-1" in page


def test_what_can_be_asked_is_listed(regulars: Regulars) -> None:
    """With its fields; a mistake is told with what there is, and nothing is changed."""
    listed = regulars("desk", "list")
    of_one = regulars("desk", "list", "promise")
    document = regulars("desk", "list", "task", "--json").document
    mistakes = [
        regulars("desk", "list", "nothing"),
        regulars("desk", "do", "task", "t-1", "fly", "--by", "anna"),
        regulars("desk", "do", "task", "t-1", "take", "now", "--by", "anna"),
        regulars("desk", "do", "task", "t-1", "assign", "who=ben", "--by", "anna"),
        regulars("desk", "do", "promise", "p-1", "move", "due_at=soon", "reason=x", "--by", "anna"),
    ]
    nobody = regulars("desk", "show", "task", "t-1")

    assert "offer-gesture" in listed.out
    assert "Say that the time is over, and it was not done." in " ".join(of_one.out.split())
    assert [each["name"] for each in document["aggregates"][0]["commands"]] == [
        *("open", "assign", "take", "put-off", "complete", "drop")
    ]
    assert [each.exit_code for each in mistakes] == [2] * 5
    assert "'now' says no field: write name=text" in mistakes[2].err
    assert "who: is not a field of assign, which has assignee, reason." in mistakes[3].err
    assert mistakes[4].err.startswith("regulars: due_at: ")
    assert (nobody.exit_code, nobody.err) == (1, "regulars: Nothing is known of a task 't-1'.\n")
