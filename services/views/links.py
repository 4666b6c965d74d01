"""Where things are found: the one place in which the address of a customer is written.

An identifier may hold whatever a source calls somebody, a slash, a question mark or a percent sign among it, so all of
it is quoted but what addresses have in plain sight.
"""

from services.views.addresses import part as quoted


def customer_href(subject: str, part: str = "") -> str:
    """Return the address of a customer's page, or of a part of it, such as ``timeline`` or ``why``."""
    address = f"/customers/{quoted(subject)}"
    return f"{address}/{part}" if part else address
