"""Sample facts of the care for customers: complaints, contacts, who they are, what they say, and the house's own."""

from datetime import date

from events.catalog import complaints, consent, contacts, customers, feedback, identity, operations
from events.event import Event

COMPLAINTS: tuple[Event, ...] = (
    complaints.ComplaintRaised(
        complaint="c-1",
        channel="mail",
        order="536365",
        product="85123A",
        cause="damaged",
        text='It arrived "whole", you said.\nIt did not.',
        store="leeds",
    ),
    complaints.ComplaintAcknowledged(complaint="c-1", by="desk-bot", channel="mail"),
    complaints.ComplaintReplied(complaint="c-1", by="staff-7", channel="mail", text="We are sorry, Ms Lovelace."),
    complaints.ComplaintWaiting(complaint="c-1", by="staff-7", text="Could you send us a photograph?"),
    complaints.ComplaintAnsweredByCustomer(complaint="c-1", channel="mail", text="Here it is, from my kitchen."),
    complaints.GestureOffered(
        complaint="c-1", kind="voucher", amount_minor=500, currency="GBP", by="staff-7", approved_by="staff-1"
    ),
    complaints.ComplaintEscalated(complaint="c-1", to="team-glass", reason="deadline_at_risk", by="desk-bot"),
    complaints.ComplaintResolved(complaint="c-1", by="staff-1", outcome="replaced"),
    complaints.ComplaintReopened(complaint="c-1", reason="damaged_again", text="The new one is cracked as well."),
    complaints.ComplaintConfirmed(complaint="c-1", channel="phone"),
    complaints.SatisfactionRated(complaint="c-1", rating=4, text="Slow, but kind."),
)
ASKED: tuple[Event, ...] = (
    complaints.GestureRequested(complaint="c-2", kind="voucher", amount_minor=5000, currency="GBP", by="staff-7"),
    complaints.GestureDeclined(complaint="c-2", by="staff-1", reason="too_much"),
)
CONTACTS: tuple[Event, ...] = (
    contacts.ContactReceived(
        contact="k-1",
        bucket="access_to_process",
        channel="phone",
        order="536365",
        product="85123A",
        question="Where is my parcel? I am at home until noon.",
        store="leeds",
    ),
    contacts.ContactAnswered(
        contact="k-1", resolved=False, by="staff-7", channel="phone", text="We call back when Ada is home."
    ),
    contacts.ContactPlanned(
        plan="p-2024",
        contact="k-2",
        due_on=date(2024, 12, 10),
        purpose="season_greeting",
        channel="card",
        by="staff-1",
    ),
    contacts.ContactMade(
        contact="k-2",
        plan="p-2024",
        purpose="season_greeting",
        channel="card",
        by="staff-1",
        text="She was glad of the card.",
    ),
    contacts.ContactSkipped(plan="p-2024", contact="k-3", reason="complaint_open", by="staff-1"),
)
CUSTOMERS: tuple[Event, ...] = (
    customers.CustomerRegistered(
        name="Ada Lovelace",
        email="ada@example.org",
        phone="+44 113 496 0000",
        birthday="1985-12-10",
        address="12 St James's Square, Leeds",
        country="GB",
        language="en",
        store="leeds",
        channel="till",
    ),
    customers.TraitsChanged(traits={"birthday": "12-10", "nickname": "The Countess", "fax": ""}),
    customers.TraitsChangedV1(trait="nickname", value="Countess"),
    customers.PreferenceStated(
        topic="table", stance="likes", about="by the window, away from Mr Babbage", channel="till"
    ),
    customers.NeedStated(need="step_free_access", detail="Comes with a wheelchair on Fridays.", channel="phone"),
    customers.FamilyMemberNamed(member="child-1", relation="daughter", name="Annabella", birthday="09-22"),
    customers.CardIssued(card="4711-0042", kind="loyalty", store="leeds"),
    customers.CardClosed(card="4711-0042", reason="lost"),
    customers.ReferralMade(referred="customer:13047", channel="word_of_mouth"),
    customers.WalletStated(amount_minor=120000, currency="GBP", category="lighting", basis="interview"),
    customers.ManagerAssigned(manager="staff-1", by="staff-0", reason="hand_over", note="Likes to be rung before ten."),
    customers.NoteTaken(text="Comes with the dog; has the corner table.", by="staff-1"),
)
FEEDBACK: tuple[Event, ...] = (
    feedback.SuggestionMade(
        suggestion="g-1", theme="opening_hours", text="Open on Sundays, please.", channel="till", store="leeds"
    ),
    feedback.SuggestionVoted(suggestion="g-1", up=False),
    feedback.SuggestionDecided(suggestion="g-1", status="planned", reason="asked_often", by="staff-0"),
    feedback.FeedbackGiven(
        rating=5,
        about="delivery",
        text="The driver carried it up to my flat.",
        order="536365",
        product="85123A",
        channel="mail",
        store="leeds",
    ),
    feedback.OptionChosen(
        product="85123A", option="colour", choice="white", quantity=6, order="536365", store="leeds", session="s-1"
    ),
)
IDENTITY: tuple[Event, ...] = (
    identity.IdentityLinked(identifier="visitor:7f3a9c", basis="login"),
    identity.IdentityUnlinked(identifier="visitor:7f3a9c", reason="shared_device", by="staff-1"),
    identity.MergeConfirmed(other="customer:13047", by="staff-1"),
    identity.MergeRefused(other="customer:13048", by="staff-1"),
)
CONSENT: tuple[Event, ...] = (
    consent.ConsentGiven(purpose="personal_offers", channel="mail", text_version="2024-02", source="till"),
    consent.ConsentWithdrawn(purpose="personal_offers", channel="mail", reason="too_many", source="phone"),
    consent.ErasureRequested(by="staff-7", channel="phone"),
    consent.PersonErased(by="staff-0"),
)
CARE_RUN = operations.ChecklistStepDone(
    checklist="table_service",
    run="r-1",
    step="offer_pepper",
    by="staff-7",
    note="Ms Lovelace declined the pepper.",
    store="leeds",
)
OPERATIONS: tuple[Event, ...] = (
    operations.ProductListed(
        product="85123A",
        name="WHITE HANGING HEART T-LIGHT HOLDER",
        category="lighting",
        price_minor=255,
        currency="GBP",
        store="leeds",
    ),
    operations.StockArrived(product="85123A", quantity=144, store="leeds"),
    operations.PolicyPublished(
        policy="complaint_reply", version="2024-03", content={"hours": "24", "calendar": "GB-ENG"}, by="staff-0"
    ),
    operations.ModelFitted(
        model="bg_nbd", parameters={"r": "0.243", "alpha": "4.414"}, positions={"0": 120431, "1": 9007199254740991}
    ),
    operations.ProbeSent(probe="doctor-1"),
)
