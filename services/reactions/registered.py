"""Every reaction there is, and every sweep that finds signals for them: one line each."""

from services.reactions.reaction import Reaction
from services.reactions.sweep import Sweep

REACTIONS: tuple[Reaction, ...] = ()

SWEEPS: tuple[Sweep, ...] = ()
