"""What is done with segments: a rule that was written, or made of the filters of a list, becomes a segment."""

from datetime import UTC, datetime

from projections._engine.registry import Connection
from services.dashboard.acting import Acting, Action, Done
from services.dashboard.acts import lines, needed, refusal, refused_for, text
from services.segments.definitions import Wanted, all_segments, definition, publish
from services.segments.errors import BadRule, BadSegment
from services.segments.parsing import parsed
from services.segments.wording import in_words
from services.views.view import NotYours


def define(acting: Acting) -> Done:
    """Define a segment, or define it anew. Raises Problem where its name or its rule is none."""
    if acting.viewer.narrowed:
        message = "You may not define segments: they are of the whole house, and for managers."
        raise NotYours(message)
    name, rule = needed(acting, "name"), " ".join(lines(acting, "rule").split())
    if not rule:
        message = "rule: it is empty, and has to say who is in the segment."
        raise refusal(message)
    try:
        said = in_words(parsed(rule))
    except BadRule as error:
        message = f"rule: {error}."
        raise refusal(message, "rule") from error
    with refused_for(BadSegment), acting.installation.lent_log() as log:
        wanted = Wanted(name, rule, text(acting, "title"), acting.viewer.name)
        publish(log, definition(acting.connection, wanted, datetime.now(UTC)))

    def shows(connection: Connection) -> bool:
        return any(each.name == name for each in all_segments(connection))

    return Done(f"{name} is defined: {said} Its members are found with the next refresh.", shows=shows)


SEGMENT_ACTIONS = (Action("/segments", define),)
