"""One visit as it is walked: what somebody looks at, searches for and puts into the cart, step by step."""

from datetime import datetime, timedelta
from random import Random

from events.catalog.identity import IdentityLinked
from events.catalog.searches import SearchPerformed, SearchResultChosen
from events.catalog.visits import CartChanged, InteractionRecorded, PageViewed, ProductViewed, VisitEnded, VisitStarted
from events.event import Event
from services.demo.simulation.catalogue import Catalogue, Product
from services.demo.simulation.stage import Stage, happens
from services.demo.simulation.wishes import Wish, typed

LEAST_PAUSE_SECONDS = 4
MOST_PAUSE_SECONDS = 90
PAGE_RESULTS = 12
ENTRY_PAGES = ("/", "/", "/", "/new", "/sale", "/garden", "/kitchen", "/lighting")
REFERRERS = ("", "", "", "https://search.example/results", "https://gift-blog.example/spring", "https://mail.example/")
TITLES = {"/": "Gifts and things for the home", "/cart": "Your cart", "/account/orders": "Your orders"}


class Walk:
    """The steps of one visit. They get their times at the end, when it is known when the visit ended."""

    def __init__(self, catalogue: Catalogue, dice: Random, store: str, session: str) -> None:
        """Enter the shop. An empty session means that this source sends none, and no start and end either."""
        self._catalogue = catalogue
        self._dice = dice
        self._store = store
        self._session = session
        self.steps: list[Event] = []
        if session:
            self.steps.append(VisitStarted(store=store, session=session, channel="web"))
        self.page(dice.choice(ENTRY_PAGES), dice.choice(REFERRERS))
        if happens(dice, 0.03):
            self.interact("newsletter_banner_closed")

    def page(self, page: str, referrer: str = "") -> None:
        """Go to a page."""
        title = TITLES.get(page, page.rpartition("/")[2].replace("-", " ").capitalize())
        self.steps.append(
            PageViewed(page=page, title=title, referrer=referrer, store=self._store, session=self._session)
        )

    def interact(self, name: str) -> None:
        """Do something that the catalogue of events has no type for."""
        properties = {"page": "/"}
        self.steps.append(
            InteractionRecorded(name=name, properties=properties, store=self._store, session=self._session)
        )

    def look_at(self, product: Product) -> None:
        """Look at a product."""
        self.steps.append(
            ProductViewed(
                product=product.product,
                name=product.name,
                category=product.category,
                price_minor=product.price_minor,
                currency=product.currency,
                store=self._store,
                session=self._session,
            )
        )

    def find(self, product: Product) -> None:
        """Get to a product by way of its category or of the search, and look at it."""
        if happens(self._dice, 0.25):
            self.page(f"/{product.category}")
        elif happens(self._dice, 0.2):
            self._search_for(product)
        self.look_at(product)

    def wish(self, wish: Wish) -> None:
        """Search for what the shop does not carry, and sometimes once more in other words."""
        self._search(typed(self._dice, wish.phrase))
        if happens(self._dice, 0.25):
            self._search(typed(self._dice, wish.phrase))

    def cart(self, product: Product, quantity_delta: int) -> None:
        """Put something into the cart, or take it out."""
        self.steps.append(
            CartChanged(
                product=product.product, quantity_delta=quantity_delta, store=self._store, session=self._session
            )
        )

    def add(self, step: Event) -> None:
        """Do something else."""
        self.steps.append(step)

    @property
    def session(self) -> str:
        """The session's id, empty where the source sends none."""
        return self._session

    def play(self, stage: Stage, who: tuple[str, str], login: int, end: datetime) -> None:
        """Tell the steps so that the last one lies at ``end``: ``who`` is there before and from step ``login`` on."""
        if self._session:
            self.steps.append(VisitEnded(store=self._store, session=self._session, channel="web"))
        spread = MOST_PAUSE_SECONDS - LEAST_PAUSE_SECONDS
        pauses = [LEAST_PAUSE_SECONDS + int(spread * self._dice.random() ** 2) for _ in self.steps]
        at = end - timedelta(seconds=sum(pauses[1:]))
        before, from_then_on = who
        for place, step in enumerate(self.steps):
            if place:
                at += timedelta(seconds=pauses[place])
            if place == login and before != from_then_on:
                stage.tell(at, from_then_on, IdentityLinked(identifier=before, basis="login"))
            stage.tell(at, before if place < login else from_then_on, step)

    def _search_for(self, product: Product) -> None:
        names = product.name.lower().split()
        at = int(max(1, len(names) - 1) * self._dice.random())
        query = " ".join(names[at : at + 2])
        results = self._search(typed(self._dice, query))[:PAGE_RESULTS]
        if product.product in results:
            position = results.index(product.product) + 1
            self.steps.append(
                SearchResultChosen(
                    query=query, product=product.product, position=position, store=self._store, session=self._session
                )
            )

    def _search(self, query: str) -> list[str]:
        results = self._catalogue.search(query)
        self.steps.append(
            SearchPerformed(query=query, result_count=len(results), store=self._store, session=self._session)
        )
        return results
