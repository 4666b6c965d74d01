"""The engine of the reactions, which names none of them; read it in this order.

``reaction`` and ``sweep`` say how one is written. ``firing`` asks a reaction about a signal, ``engine`` does what a
batch of signals asks for and ``effects`` writes it, ``commanding`` gives the desk its commands. ``following`` hears
signals without Kafka, ``over_kafka`` and ``agent`` with it; ``timers`` raise what is due, ``keeping`` runs them beside.
``running`` is the process. ``trying`` and ``reading`` show what would fire, and what did.
"""
