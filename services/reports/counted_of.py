"""How often one customer came and turned to us, as SQL for their page: whole visits, and contacts by their keys."""

from typing import LiteralString

from services.reports.visits import OF_ONE

COUNTED_OF: LiteralString = f"""
SELECT (SELECT count(*) FROM ({OF_ONE}) AS v) AS visits,
       (SELECT count(*) FROM contacts_of(%(subject)s) WHERE asked <= %(now)s) AS contacts
"""
