"""The sizes of the load under which processes are killed: small pieces, to have much to be in the middle of."""

COUNT = 24_000
APPEND_EVENTS = 40
BATCH_EVENTS = 150
AGAIN_EVENTS = 100
PAUSE_SECONDS = 0.01
"""After each append: so that no machine is done before the last kill."""

KILLS = 50
