"""The functions of an expression: those of JMESPath, and ours, one line each. Every one of them is pure.

A function is given what the expression found, whatever that is, and raises Unfit for what it cannot take.
"""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from jmespath.exceptions import JMESPathTypeError
from jmespath.functions import FunctionRegistry, Functions, signature
from typing_extensions import override

from services.translation.errors import Unfit
from services.translation.identifiers import subject
from services.translation.moments import epoch_ms, epoch_us, instant
from services.translation.money import currency, from_minor, minor
from services.translation.numbers import added, count, negated, whole
from services.translation.pages import path, site
from services.translation.texts import joined, label, lower, name, prose, text, texts, traits, words


def has(collection: object, value: object) -> bool:
    """Return whether a list has a value, or a text a part; there is nothing in what is not there."""
    if isinstance(collection, str):
        return isinstance(value, str) and value in collection
    return isinstance(collection, list) and value in collection


OURS: dict[str, Callable[..., Any]] = {
    "added": added,
    "count": count,
    "currency": currency,
    "epoch_ms": epoch_ms,
    "epoch_us": epoch_us,
    "from_minor": from_minor,
    "has": has,
    "instant": instant,
    "joined": joined,
    "label": label,
    "lower": lower,
    "minor": minor,
    "name": name,
    "negated": negated,
    "path": path,
    "prose": prose,
    "site": site,
    "subject": subject,
    "text": text,
    "texts": texts,
    "traits": traits,
    "whole": whole,
    "words": words,
}
"""By the name that an expression calls them; how many arguments one takes is what its Python signature says."""

_KINDS = {
    "array": "a list",
    "array-number": "a list of numbers",
    "array-string": "a list of texts",
    "bool": "a boolean",
    "dict": "an object",
    "float": "a number",
    "int": "a number",
    "list": "a list",
    "NoneType": "nothing",
    "null": "nothing",
    "object": "an object",
    "str": "a text",
    "string": "a text",
}
"""The names of kinds, JMESPath's and Python's, in our words."""


class _Checked(Functions):
    """JMESPath's own functions, which say in our words what they cannot take."""

    @override
    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        try:
            return super().call_function(function_name, resolved_args)
        except JMESPathTypeError as error:
            found = _KINDS.get(error.actual_type, f"a {error.actual_type}")
            wanted = " or ".join(_KINDS.get(kind, f"a {kind}") for kind in error.expected_types)
            message = f"is {found}, where {function_name}() takes {wanted}"
            raise Unfit(message) from None

    @signature({"types": ["array", "string"]}, {"types": []})
    def _func_contains(self, subject: list[object] | str, search: object) -> bool:
        """Find nothing in a text that is no text, where the library would raise TypeError."""
        return has(subject, search)


def _signature(function: Callable[..., Any]) -> tuple[dict[str, Any], ...]:
    """Return what JMESPath is told of a function's arguments: any kind of value, and whether more are welcome."""
    parameters = list(inspect.signature(function).parameters.values())
    more = parameters[-1].kind is inspect.Parameter.VAR_POSITIONAL
    arguments: list[dict[str, Any]] = [{"types": []} for _ in parameters[: len(parameters) - more] or parameters]
    if more:
        arguments[-1]["variadic"] = True
    return tuple(arguments)


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(_: Functions, *arguments: Any) -> Any:  # noqa: ANN401 - whatever an expression finds
        return function(*arguments)

    method.signature = _signature(function)  # type: ignore[attr-defined]
    return method


_METHODS = {f"_func_{name}": _method(function) for name, function in OURS.items()}
FUNCTIONS: Functions = FunctionRegistry("TranslationFunctions", (_Checked,), _METHODS)()
"""All of them, as JMESPath's interpreter takes them."""


def takes(function_name: str) -> tuple[int, bool] | None:
    """Return how many arguments a function takes, and whether more are welcome; None for what is no function."""
    declared = FUNCTIONS.FUNCTION_TABLE.get(function_name)
    if declared is None:
        return None
    signature = declared["signature"]
    return len(signature), bool(signature) and bool(signature[-1].get("variadic"))
