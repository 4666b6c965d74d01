"""Writes a part of a connector's file as YAML again."""

import yaml


def as_text(document: object) -> str:
    """Return a part of a document as YAML again."""
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
