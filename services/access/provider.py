"""The house's own OpenID provider: where people sign in once for everything, if there is one."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from services.access.roles import Role

NEWCOMERS = (Role.VIEWER, Role.MANAGER, Role.AUDITOR)
"""What somebody can be by having an account there: staff needs stores, and an admin is made by an admin."""


@dataclass(frozen=True)
class Provider:
    """A provider, and who we are there. Whoever is not known here yet is added as ``newcomers``, or turned away."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    newcomers: Role | None = None

    @property
    def name(self) -> str:
        """Return what a button calls it."""
        return urlsplit(self.issuer).netloc

    @property
    def discovery(self) -> str:
        """Return where it says what it can do."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
