"""Reads YAML as connector files want it, and writes a part of one again."""

from typing import Any

import yaml

from services import strict_yaml
from services.connecting.errors import BadConnector


def document(text: str, file: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what a YAML text says. Raises BadConnector, which names the line."""
    try:
        return strict_yaml.document(text)
    except strict_yaml.BadYaml as error:
        raise BadConnector(file, error.place, error.reason) from None


def as_text(document: object) -> str:
    """Return a part of a document as YAML again."""
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
