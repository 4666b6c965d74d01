"""One person's dials, of the months that were dialled by the clock: for their page, and for the report about them."""

from typing import LiteralString

# The last three years of them, in each currency.
DIALS_OF: LiteralString = """
SELECT told.* FROM (
    SELECT d.*, f.day, f.parameters, f.customers,
           row_number() OVER (PARTITION BY d.currency ORDER BY d.month DESC) AS ago
      FROM dial AS d JOIN dial_fit AS f USING (month, currency)
     WHERE d.person = coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s)
       AND f.day <= (%(now)s::timestamptz)::date) AS told
 WHERE told.ago <= 36 ORDER BY told.currency, told.month DESC
"""
