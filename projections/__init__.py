"""What it means: every projection there is, one line each."""

from projections._engine.declaration import Projection
from projections.accesses import Accesses
from projections.catalogue import Catalogue
from projections.checklist_steps import ChecklistSteps
from projections.complaint_cases import ComplaintCases
from projections.consents import Consents
from projections.contact_plans import ContactPlans
from projections.contacts import Contacts
from projections.covers import Covers
from projections.identity import Identity
from projections.list_accesses import ListAccesses
from projections.managers import Managers
from projections.offers import Offers
from projections.options_chosen import OptionsChosen
from projections.orders import Orders
from projections.policies import Policies
from projections.preferences import Preferences
from projections.product_pairs import ProductPairs
from projections.products_bought import ProductsBought
from projections.profile import Profile
from projections.promises import Promises
from projections.purchases import Purchases
from projections.ratings import Ratings
from projections.referrals import Referrals
from projections.staff import Staff
from projections.suggestions import Suggestions
from projections.tasks import Tasks
from projections.timeline import Timeline
from projections.unmet_demand import UnmetDemand
from projections.visits import Visits
from projections.wallets import Wallets

PROJECTIONS: tuple[Projection, ...] = (
    Timeline(),
    Profile(),
    Purchases(),
    Visits(),
    UnmetDemand(),
    ProductPairs(),
    ProductsBought(),
    ComplaintCases(),
    Orders(),
    Catalogue(),
    Preferences(),
    Wallets(),
    Referrals(),
    Policies(),
    Offers(),
    Consents(),
    ChecklistSteps(),
    Suggestions(),
    Ratings(),
    OptionsChosen(),
    Contacts(),
    ContactPlans(),
    Managers(),
    Tasks(),
    Promises(),
    Staff(),
    Covers(),
    Accesses(),
    ListAccesses(),
    Identity(),
)
