"""The volume dial: how loud each customer is, where they are heading, and how loud they could be, month by month."""
