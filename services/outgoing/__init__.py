"""What leaves the house: signed webhooks, and messages to staff and customers, each only where and when it may."""
