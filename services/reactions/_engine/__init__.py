"""The engine of the reactions, which names none of them; read it in this order.

``reaction`` and ``sweep`` say how one is written. ``firing`` asks a reaction about a signal, ``engine`` does what a
batch of signals asks for and ``effects`` writes it, ``commanding`` gives the desk its commands. ``following`` hears
signals without Kafka, ``over_kafka`` and ``agent`` with it; ``timers`` raises what is due, ``forgetting`` deletes what
is old, and ``keeping`` runs both beside. ``running`` is the process. ``trying`` shows what would fire, ``reading`` what
did.
"""
