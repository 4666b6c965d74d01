"""The addresses of web pages, without what they say about a person."""

from services.translation.texts import name, text


def path(url: object) -> str | None:
    """Return the path of a page without its query, of a whole address or of a path; nothing where there is none."""
    plain = text(url)
    if not plain:
        return None
    plain = plain.partition("?")[0].partition("#")[0]
    _, separator, rest = plain.partition("://")
    if separator:
        plain = "/" + rest.partition("/")[2]
    return name(plain or "/")


def site(url: object) -> str | None:
    """Return the site of an address, such as ``https://search.example``; nothing where there is none."""
    plain = text(url)
    if not plain:
        return None
    scheme, separator, rest = plain.partition("://")
    host = rest.partition("?")[0].partition("#")[0].partition("/")[0].rpartition("@")[2]
    return name(f"{scheme}://{host}") if separator and host else None
