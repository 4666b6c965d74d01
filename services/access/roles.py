"""Roles, and what each of them may."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is in the house."""

    VIEWER = "viewer"
    STAFF = "staff"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Capability(StrEnum):
    """What a role may be allowed; the value ends the sentence 'You may not …'."""

    FIGURES = "look at figures"
    PERSONAL = "look at customers"
    ACT = "act for customers"
    AUDIT = "look at who looked"
    OPERATE = "run the projections"
    ADMINISTER = "change users, sources and settings"


MAY: dict[Role, frozenset[Capability]] = {
    Role.VIEWER: frozenset({Capability.FIGURES}),
    Role.STAFF: frozenset({Capability.FIGURES, Capability.PERSONAL, Capability.ACT}),
    Role.MANAGER: frozenset({Capability.FIGURES, Capability.PERSONAL, Capability.ACT}),
    Role.AUDITOR: frozenset({Capability.FIGURES, Capability.PERSONAL, Capability.AUDIT}),
    Role.ADMIN: frozenset(Capability),
}
"""Staff see their stores and their own customers alone; everybody else sees all that they may see of."""
