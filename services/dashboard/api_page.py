"""A readable page of the API, made of its OpenAPI document: what can be asked, with which parameters, and an example.

It loads nothing from elsewhere, as pages that are made by others do. Whoever is signed in may read it; the document
itself is open to everybody.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response

from services.api.serving_views import PRIVATE
from services.dashboard.rendering import page_answer
from services.dashboard.routes import surroundings
from services.dashboard.signed_in import viewer_of

PATH = "/api"
CSV = ".csv"


class Operation(NamedTuple):
    """Something that can be asked over HTTP."""

    method: str
    path: str
    group: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    example: str
    csv: bool


def router() -> APIRouter:
    """Return the route."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(PATH, _show, methods=["GET"])
    return routes


async def _show(request: Request) -> Response:
    viewer = await viewer_of(request)
    groups: dict[str, list[Operation]] = {}
    for operation in operations(request.app.openapi()):
        groups.setdefault(operation.group, []).append(operation)
    context = {**surroundings(request, viewer), "groups": groups}
    return page_answer(request, "api.html", context, headers=PRIVATE)


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Yield what a document describes; a CSV twin is told with what it is a twin of."""
    paths = document["paths"]
    for path, item in paths.items():
        if path.endswith(CSV) and path.removesuffix(CSV) in paths:
            continue
        for method, said in item.items():
            yield Operation(
                method.upper(),
                path,
                (said.get("tags") or ["Others"])[0],
                said["summary"],
                said.get("description", ""),
                said.get("parameters", []),
                _example(said),
                f"{path}{CSV}" in paths,
            )


def _example(said: dict[str, Any]) -> str:
    """Return what it takes where it takes a body, or what it answers, as JSON; '' where there is no example."""
    for content in said.get("requestBody", {}).get("content", {}).values():
        for example in content.get("examples", {}).values():
            return _written(example["value"])
    for content in said["responses"].get("200", {}).get("content", {}).values():
        if "example" in content:
            return _written(content["example"])
    return ""


def _written(example: object) -> str:
    return json.dumps(example, indent=2, ensure_ascii=False)
