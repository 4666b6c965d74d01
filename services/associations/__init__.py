"""What goes with what: rules over baskets, companions over time, and the chance that the next order holds a product.

Mined from the log by ``regulars associations mine``, kept in tables of its own, and read by the reports and the offer.
"""
