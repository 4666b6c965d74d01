"""Chooses what to offer a customer now, from what is known of them: pure, with its reasons in words.

It is silent, and says why, while a complaint of theirs is open, without their consent, and where they lately refused
several offers and took none. A product is not offered within 90 days of its refusal, and each refusal halves its chance
after that; nor for 30 days once it was shown three times in vain, nor within a week of being taken, nor where they said
that they dislike it. A product whose name or category speaks of a stated like or need counts LIKED times, and the best
of those has the last place where it has none.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from services.associations.chances import MILLION, Buyer, Chance, Evidence, Market, chance, interval_of

Row = Mapping[str, Any]

OFFERED = 3
REFUSED_FOR = timedelta(days=90)
SHOWN_IN_VAIN = 3
RESTS_FOR = timedelta(days=30)
TAKEN_FOR = timedelta(days=7)
REFUSALS = 3
LIKED = 1.5
BIRTHDAY_DAYS = 14
GESTURE_EVERY = timedelta(days=300)
LEAST_WORD_CHARACTERS = 3


class Offer(NamedTuple):
    """One offer. The chance is that the next order holds the product; a gesture has none.

    What speaks for a product is added up, and where everybody buys everything it can come to more than certainty: then
    it is told as that.
    """

    kind: str
    thing: str
    name: str
    chance_share: float | None
    reason: str
    words: str


class Chosen(NamedTuple):
    """What to offer, at most OFFERED, or why nothing."""

    silent: str | None
    words: str
    offers: list[Offer]


def choose(known: Row) -> Chosen:
    """Return the offers for a customer. ``known`` is the row that the offer's query returns."""
    if silent := _silence(known):
        return Chosen(*silent, [])
    offers = [*_gestures(known), *_products(known)][:OFFERED]
    return Chosen(None, "" if offers else "Nothing speaks for any product or gesture just now.", offers)


def _silence(known: Row) -> tuple[str, str] | None:
    if known["complaints"]:
        return "complaint_open", "A complaint of theirs is open: first that, then offers."
    if not known["consent"]["stands"]:
        if known["consent"]["words"]:
            return "consent_withdrawn", "They took back their consent to be made personal offers."
        return "consent_missing", "They have not consented to be made personal offers."
    refused = sum(_since(known, row["last_refused"]) <= RESTS_FOR for row in known["answers"])
    taken = any(_since(known, row["last_taken"]) <= RESTS_FOR for row in known["answers"])
    if refused >= REFUSALS and not taken:
        return "refused_lately", f"They refused {refused} offers in the last {RESTS_FOR.days} days, and took none."
    if known["mined_at"] is None:
        return "not_mined", "Nothing was mined yet: see 'regulars associations mine'."
    return None


def _gestures(known: Row) -> list[Offer]:
    """Return a birthday as a gesture, once a year, where they consented to that."""
    told = max((row for row in known["stated"] if row["kind"] == "birthday"), key=_told_at, default=None)
    if told is None or not known["gesture_consent"]["stands"]:
        return []
    days = days_to(told["wording"], known["now"].date())
    answered = [row for row in known["answers"] if row["kind"] == "gesture" and row["thing"] == "birthday"]
    lately = any(
        _since(known, row[last]) < GESTURE_EVERY for row in answered for last in ("last_shown", "last_refused")
    )
    if days is None or days > BIRTHDAY_DAYS or lately:
        return []
    when = {0: "is today", 1: "is tomorrow"}.get(days, f"is in {days} days")
    return [Offer("gesture", "birthday", "A word on their birthday", None, "birthday", f"Their birthday {when}.")]


def _told_at(row: Row) -> str:
    at: str = row["wording_at"]
    return at


def days_to(birthday: str, today: date) -> int | None:
    """Return the days to a birthday, ``YYYY-MM-DD`` or ``MM-DD``; None for what is no day of any year.

    Whoever was born on the 29th of February has their birthday on the 28th in other years.
    """
    try:
        month, day = map(int, birthday.split("-")[-2:])
        date(2000, month, day)
    except ValueError:
        return None
    for year in (today.year, today.year + 1):
        try:
            falls = date(year, month, day)
        except ValueError:
            falls = date(year, month, day - 1)
        if falls >= today:
            return (falls - today).days
    return None


def _products(known: Row) -> list[Offer]:
    market = Market(known["repeats"], known["chances"], known["recent_orders"])
    buyer = Buyer(known["orders"], known["history"])
    found: list[tuple[float, Offer]] = []
    for row in known["candidates"]:
        liked = _liked(row, known["stated"])
        if liked is None or not _may_be_offered(known, row):
            continue
        evidence = evidence_of(row)
        parts = chance(evidence, buyer, market, known["now"])
        weight = (LIKED if liked else 1.0) * 0.5 ** (row["refused"] or 0)
        offer = _offer(row, evidence, parts, liked, known)
        found.append((parts.whole * weight, offer))
    found.sort(key=lambda each: (-each[0], each[1].thing))
    best = [offer for worth, offer in found if worth > 0]
    stated = [offer for offer in best[OFFERED - 1 :] if offer.reason == "stated"]
    return [*best[: OFFERED - 1], *stated, *best[OFFERED - 1 :]][:OFFERED]


def evidence_of(row: Row) -> Evidence:
    """Return a candidate's counts as the formula takes them."""
    return Evidence(
        row["product"],
        row["orders"],
        _time(row["first_bought"]),
        _time(row["last_bought"]),
        row["repeats"],
        row["chances"],
        row["recent"],
        row["company_ppm"],
    )


def _may_be_offered(known: Row, row: Row) -> bool:
    if _since(known, row["last_refused"]) < REFUSED_FOR or _since(known, row["last_taken"]) < TAKEN_FOR:
        return False
    in_vain = (row["shown"] or 0) - (row["taken"] or 0) >= SHOWN_IN_VAIN
    return not (in_vain and _since(known, row["last_shown"]) < RESTS_FOR)


def _liked(row: Row, stated: Sequence[Row]) -> str | None:
    """Return what they said they like or need of a product, as they put it; empty for nothing, None for a dislike."""
    shown = f" {row['name']} {row['category']} ".casefold()
    speaking = [said for said in stated if said["kind"] != "birthday" and _speaks(said, shown)]
    if not speaking:
        return ""
    last = max(speaking, key=_told_at)
    return None if last["kind"] == "dislikes" else str(last["wording"] or last["topic"])


def _speaks(said: Row, shown: str) -> bool:
    """Return whether a statement speaks of a product: what was said stands in its name or category, as whole words."""
    word = said["about"] or (said["topic"].replace("_", " ") if said["kind"] == "needs" else "")
    return len(word) >= LEAST_WORD_CHARACTERS and f" {word} " in shown


def _offer(row: Row, evidence: Evidence, parts: Chance, liked: str, known: Row) -> Offer:
    reason, words = _reason(row, evidence, parts, known)
    if liked:
        words = f"They said that they like or need {liked!r}. {words}"
        reason = "stated"
    return Offer("product", row["product"], row["name"] or row["product"], min(1.0, parts.whole), reason, words)


def _reason(row: Row, evidence: Evidence, parts: Chance, known: Row) -> tuple[str, str]:
    """Return what speaks most for a product, in a word and in words."""
    if parts.habit >= max(parts.company, parts.popularity):
        return "habit", _habit_words(evidence, known)
    if parts.company >= parts.popularity:
        share = 100 * row["because_ppm"] / MILLION
        because = row["because_name"] or row["because"]
        return "bought_together", f"Of those who bought {because}, as they did, {share:.0f} % bought this, too."
    recent, orders = row["recent"], known["recent_orders"]
    return "popular", f"In {recent:,} of {orders:,} orders of the last 30 days."


def _habit_words(evidence: Evidence, known: Row) -> str:
    times = f"{evidence.orders:,} of their {max(known['orders'], evidence.orders):,} orders held it"
    interval = interval_of(evidence)
    if interval is None or evidence.last_bought is None:
        return f"{times}."
    days, silent = interval / timedelta(days=1), (known["now"] - evidence.last_bought) / timedelta(days=1)
    return f"{times}, about every {days:.0f} days; the last one was {silent:.0f} days ago."


def _since(known: Row, told: str | datetime | None) -> timedelta:
    """Return how long ago something was; for ever, where it never was. What lies after the clock is now."""
    at = _time(told)
    passed: timedelta = timedelta.max if at is None else max(known["now"] - at, timedelta(0))
    return passed


def _time(told: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(told) if isinstance(told, str) else told
