"""Every table that the oracle can tell again. The timeline is one more, see ``timeline``."""

from tests.oracle.folds_buying import ProductPairs, ProductsBought, Purchases
from tests.oracle.folds_complaints import ComplaintCases
from tests.oracle.folds_contacts import ContactPlans, Contacts, Managers
from tests.oracle.folds_desk import Covers, Promises, Staff, Tasks
from tests.oracle.folds_house import Catalogue
from tests.oracle.folds_looking import Accesses, ListAccesses
from tests.oracle.folds_offering import Consents, Offers
from tests.oracle.folds_orders import Orders
from tests.oracle.folds_people import Identity, Profile
from tests.oracle.folds_saying import Policies, Referrals
from tests.oracle.folds_serving import ChecklistSteps, OptionsChosen, Ratings, Suggestions
from tests.oracle.folds_stating import Preferences, Wallets
from tests.oracle.folds_visiting import UnmetDemand, Visits
from tests.oracle.rows import Table

TABLES: dict[str, type[Table]] = {
    table.name: table
    for table in (
        Profile,
        Purchases,
        Visits,
        UnmetDemand,
        ProductPairs,
        ProductsBought,
        ComplaintCases,
        Contacts,
        ContactPlans,
        Managers,
        Tasks,
        Promises,
        Staff,
        Covers,
        Accesses,
        ListAccesses,
        Orders,
        Catalogue,
        Preferences,
        Wallets,
        Referrals,
        Policies,
        Offers,
        Consents,
        ChecklistSteps,
        Suggestions,
        Ratings,
        OptionsChosen,
        Identity,
    )
}
TIMELINE = "timeline"
