"""Who looks: somebody who signed in, or a programme with a key, and how far they see."""

from dataclasses import dataclass

from services.access.roles import MAY, Capability, Role


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks.

    ``name`` is what events and the desk call them, such as anna. Staff see their ``stores``, and the customers who came
    to one of those or whom they look after; ``stores`` of anybody else means nothing, since they see all.
    """

    name: str
    role: Role
    stores: frozenset[str] = frozenset()
    shown_as: str = ""

    def may(self, capability: Capability) -> bool:
        """Return whether their role allows that."""
        return capability in MAY[self.role]

    @property
    def narrowed(self) -> bool:
        """Return whether they see their own stores and customers alone."""
        return self.role is Role.STAFF
