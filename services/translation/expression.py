"""JMESPath expressions as Python closures.

The library's parser reads an expression. What the translations of millions of messages use is compiled: fields, places
in lists, literals, or, and, not, comparisons, selections, pipes and functions. The rest (projections, filters, slices,
functions that take an expression) is left to the library's interpreter, with the same functions. A property test holds
that both say the same of any record.

One difference to the library, in both: what has no order, such as a text and a number, compares as null, where the
library would raise TypeError.
"""

from typing import Any, NamedTuple

from jmespath.exceptions import JMESPathError
from jmespath.parser import Parser
from jmespath.visitor import Options, TreeInterpreter
from typing_extensions import override

from services.translation import closures
from services.translation.closures import Evaluate
from services.translation.errors import Path, Unfit
from services.translation.functions import FUNCTIONS, OURS, takes
from services.translation.reading import Node, inner, paths


class BadExpression(ValueError):
    """Why a text is no expression."""


class Expression(NamedTuple):
    """An expression: its text, what evaluates it, and where in a record it looks, in that order.

    ``evaluate`` raises Unfit, and RecursionError for what is nested too deeply.
    """

    text: str
    evaluate: Evaluate
    paths: tuple[Path, ...]


class _Interpreter(TreeInterpreter):
    @override
    def visit_comparator(self, node: Any, value: Any) -> Any:
        left, right = (self.visit(child, value) for child in node["children"])
        return closures.compared(node["value"], left, right)


_INTERPRETER: Any = _Interpreter(Options(custom_functions=FUNCTIONS))


def compiled(expression: str | float) -> Expression:
    """Return an expression that is ready to be evaluated; a number or a boolean is itself. Raises BadExpression."""
    if not isinstance(expression, str):
        return Expression(str(expression), closures.constant(expression), ())
    node = _parsed(expression)
    return Expression(expression, _compile(node, rooted=True), tuple(paths(node)))


def interpreted(expression: str, value: object) -> object:
    """Return what the library's interpreter finds: the reference that compiled expressions are held to."""
    found: object = _INTERPRETER.visit(_parsed(expression), value)
    return found


def _parsed(expression: str) -> Node:
    try:
        node: Any = Parser().parse(expression).parsed
    except JMESPathError as error:
        reason = " ".join(str(error).partition(", for expression")[0].partition("\n")[0].split())
        message = f"is no JMESPath expression: {reason}"
        raise BadExpression(message) from None
    except RecursionError:
        message = "is nested too deeply"
        raise BadExpression(message) from None
    _check(node)
    return dict(node)


def _check(node: Node) -> None:
    if node["type"] == "subexpression" and inner(node)[0]["type"] == "not_expression":
        message = "means another thing than it looks like: !a.b is (!a).b in JMESPath; write !(a.b)"
        raise BadExpression(message)
    if node["type"] == "function_expression":
        name, given = node["value"], len(node["children"])
        declared = takes(name)
        if declared is None:
            message = f"calls {name}(), which is no function"
            raise BadExpression(message)
        least, more = declared
        if given < least or (given > least and not more):
            message = f"gives {name}() {given} arguments; it takes {least}{' or more' if more else ''}"
            raise BadExpression(message)
    for child in inner(node):
        _check(child)


def _compile(node: Node, *, rooted: bool) -> Evaluate:
    """Return a closure for a node. ``rooted`` says that it is given the whole record, so that its paths are those."""
    match node["type"]:
        case "field":
            return closures.field(node["value"])
        case "index":
            return closures.index(node["value"])
        case "literal":
            return closures.constant(node["value"])
        case "current" | "identity":
            return closures.itself
        case _:
            return _compile_whole(node, inner(node), rooted=rooted)


def _compile_whole(node: Node, children: list[Node], *, rooted: bool) -> Evaluate:
    match node["type"]:
        case "subexpression" | "index_expression" | "pipe" if not any(child["type"] == "slice" for child in children):
            return _steps(children, rooted=rooted)
        case "or_expression":
            return closures.either(_each(_alternatives(node), rooted=rooted))
        case "and_expression":
            return closures.both(*_each(children, rooted=rooted))
        case "not_expression":
            return closures.negated(*_each(children, rooted=rooted))
        case "comparator":
            return closures.comparison(node["value"], *_each(children, rooted=rooted))
        case _:
            return _compile_rest(node, children, rooted=rooted)


def _compile_rest(node: Node, children: list[Node], *, rooted: bool) -> Evaluate:
    match node["type"]:
        case "multi_select_list":
            return closures.listed(_each(children, rooted=rooted))
        case "multi_select_dict":
            members = {child["value"]: _compile(child["children"][0], rooted=rooted) for child in children}
            return closures.named(members)
        case "function_expression" if not any(child["type"] == "expref" for child in children):
            return _call(node["value"], children, rooted=rooted)
        case _:
            return _blaming(lambda value: _INTERPRETER.visit(node, value), [node], rooted=rooted)


def _steps(children: list[Node], *, rooted: bool) -> Evaluate:
    if [child["type"] for child in children] == ["field", "field"]:
        return closures.inner_field(children[0]["value"], children[1]["value"])
    return closures.chained([_compile(children[0], rooted=rooted), *_each(children[1:], rooted=False)])


def _each(nodes: list[Node], *, rooted: bool) -> list[Evaluate]:
    return [_compile(node, rooted=rooted) for node in nodes]


def _alternatives(node: Node) -> list[Node]:
    if node["type"] != "or_expression":
        return [node]
    return [each for child in inner(node) for each in _alternatives(child)]


def _call(function_name: str, children: list[Node], *, rooted: bool) -> Evaluate:
    arguments = _each(children, rooted=rooted)
    function = OURS.get(function_name)
    if function is None:
        return _blaming(
            lambda value: FUNCTIONS.call_function(function_name, [argument(value) for argument in arguments]),
            children,
            rooted=rooted,
        )
    looked_at = [tuple(paths(child)) if rooted else () for child in children]
    first, *others = arguments

    def call(value: object) -> object:
        given = [first(value), *[other(value) for other in others]]
        try:
            return function(*given)
        except Unfit as unfit:
            unfit.paths = looked_at[min(unfit.argument, len(looked_at) - 1)]
            raise

    def call_with_one(value: object) -> object:
        given = first(value)
        try:
            return function(given)
        except Unfit as unfit:
            unfit.paths = looked_at[0]
            raise

    return call if others else call_with_one


def _blaming(evaluate: Evaluate, nodes: list[Node], *, rooted: bool) -> Evaluate:
    """Return a closure that adds to what it cannot take where that may have come from, if nobody inside has."""
    looked_at = tuple(path for node in nodes for path in paths(node)) if rooted else ()

    def evaluate_or_blame(value: object) -> object:
        try:
            return evaluate(value)
        except Unfit as unfit:
            unfit.paths = unfit.paths or looked_at
            raise

    return evaluate_or_blame
