"""The customers' voice: how they would have their goods, what they suggest and vote for, how they rate us.

Reads `suggestions`, `ratings` and `options_chosen`. People are persons: all identifiers that are known to be one. A
suggestion belongs to the store and the day (in UTC) in which it was made, a rating to those in which it was given, a
choice to those in which it was first made; votes and decisions count up to the clock, whenever they were.

* Votes: one person has one vote on a suggestion, and the last word counts; a vote that was changed after the clock is
  not seen at all, and a past has it exactly. Suggestions are ranked by votes in favour less those against. A stray vote
  is on a suggestion that we never heard of.
* What became of them: the last decision, such as `planned`; without any it is `open`. Days to decision are from the
  making to the first decision, the median over those that had one.
* Themes: what a suggestion says that it is about, or else its words; of a rating what it is about. Case, spaces and
  hyphens aside, themes that are at least 85 % alike by edits are one family, led by the commonest, see ``spelling``;
  of the 300 commonest themes, so that of more than these the rare ones are not told. `decided` are those suggestions
  that are planned, done or declined.
* Ratings: from one to five, with the mean; satisfied are those of four and five (the top-two-box score), dissatisfied
  those of one and two. Who rates is not everybody: it is no estimate of what all customers think.
* Options: demand for a choice is the quantity of which it was ordered, and its share that of all choices of that option
  (of that product); `orders` counts an order of two such products twice. Where a choice named no order, somebody only
  looked: the last one of each session or day counts.
* Combinations: what was chosen of two options or more for one product in one order; its quantity is the least of its
  choices'. Where an order has two choices of one option, such as two mugs with two names, nobody can tell which belong
  together: it is `unclear`, and no combination.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports import words
from services.reports.report import Answer, Question, Report, Row
from services.reports.spelling import Wording, families
from services.reports.voice_options import HOW
from services.reports.voice_said import MOST_WANTED, RATINGS, STATUSES, THEMES, VOTERS, WHO

LOOKED_AT_THEMES = 300
COUNTED = ("suggestions", "in_favour", "against", "decided", "ratings", "points")


def answer(connection: Connection, question: Question) -> Answer:
    """Return figures of all that was said, and tables: suggestions, themes, ratings, options, combinations."""
    asked = question.parameters()
    statuses = queries.rows(connection, STATUSES, **asked)
    ratings = [_rated(row) for row in queries.rows(connection, RATINGS, **asked)]
    (whole,) = [row for row in ratings if row["part"] == "whole"]
    how = queries.rows(connection, HOW, **asked)
    (made,) = [row for row in how if row["kind"] == "made"]
    themes = queries.rows(connection, THEMES, **asked, most=LOOKED_AT_THEMES)
    return Answer(
        {
            "suggestions": sum(row["suggestions"] for row in statuses),
            **{row["status"]: row["suggestions"] for row in statuses},
            **queries.row(connection, VOTERS, **asked),
            **{name: whole[name] for name in ("ratings", "mean", "satisfied_share", "dissatisfied_share")},
            "raters": whole["people"],
            "choosers": made["people"],
            "chosen_in_orders": made["orders"],
            "chosen_looked": made["looked"],
            "chosen_unclear": made["quantity"],
        },
        {
            "suggestions": queries.rows(connection, MOST_WANTED, **asked),
            "voters": [] if question.about is None else queries.rows(connection, WHO, **asked),
            "statuses": statuses,
            "themes": _themes(themes)[: question.limit],
            "ratings": _parts(ratings, "about")[: question.limit],
            "stores": _parts(ratings, "store")[: question.limit],
            "months": _parts(ratings, "month")[-question.limit :],
            "options": _told(how, "option", "option", "choice")[: question.limit],
            "product_options": _told(how, "option", "product", "option", "choice")[: question.limit],
            "combinations": _told(how, "combination", "product", "combination"),
        },
    )


def _rated(row: dict[str, Any]) -> dict[str, Any]:
    shares = {f"{name}_share": _share(row[name], row["ratings"]) for name in ("satisfied", "dissatisfied")}
    return row | shares


def _parts(ratings: Sequence[Row], part: str) -> list[dict[str, Any]]:
    names = (part, "people", "ratings", "mean", "satisfied_share", "dissatisfied_share")
    return [{name: row[name] for name in names} for row in ratings if row["part"] == part]


def _told(how: Sequence[Row], kind: str, *named: str) -> list[dict[str, Any]]:
    """Return the rows of a kind that name a product, or those that name none, under these names."""
    names = (*named, "people", "orders", "quantity", "looked", *(["share"] if kind == "option" else []))
    rows = [row for row in how if row["kind"] == kind and (row["product"] is not None) is ("product" in named)]
    return [{name: row[name] for name in names} for row in rows]


def _themes(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the themes in families, each under the name that most use; what has no theme is left out."""
    by_name: Mapping[str, Row] = {row["theme"]: row for row in rows if row["theme"]}
    told = []
    for family in families([Wording(name, row["suggestions"] + row["ratings"]) for name, row in by_name.items()]):
        counted = {name: sum(by_name[each.text][name] for each in family) for name in COUNTED}
        points = counted.pop("points")
        mean = _share(points, counted["ratings"])
        told.append({"theme": family[0].text, **counted, "mean": mean, "wordings": [each.text for each in family]})
    return told


def _share(part: int, whole: int) -> float | None:
    """Return a part of a whole, or a mean; of nothing there is none."""
    return part / whole if whole else None


def headline(_question: Question, answer: Answer) -> str:
    """Say what is suggested and wanted most, how we are rated, and what is chosen most."""
    figures, tables = answer.figures, answer.tables
    said = []
    if figures["suggestions"]:
        wanted = tables["suggestions"][0]
        name = " ".join((wanted["wording"] or wanted["theme"] or wanted["suggestion"]).split())
        became = wanted["status"].replace("_", " ")
        votes = f"{wanted['in_favour']:,} for it, {wanted['against']:,} against"
        said.append(f"{words.counted(figures['suggestions'], 'suggestion')}, most wanted “{name}” ({votes}: {became})")
    if figures["ratings"]:
        share = words.share(figures["satisfied_share"])
        said.append(f"{words.counted(figures['ratings'], 'rating')}, {share} of them four or five of five")
    if tables["options"]:
        most = tables["options"][0]
        said.append(f"of options {most['option']} {most['choice']} is chosen most")
    return f"{'; '.join(said)}." if said else "Nobody has suggested, rated or chosen anything."


VOICE = Report(
    "voice",
    "The customers' voice",
    ("suggestions", "ratings", "options_chosen"),
    answer,
    about="a suggestion, to see who is for it and against it: whom to tell what became of it",
    headline=headline,
)
