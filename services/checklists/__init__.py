"""Checklists: what is to be done for a customer when something happens, by when and by whom; playbooks say it."""
