"""What may stand where in an expression, by the types of its parts."""

from collections.abc import Sequence

from bot.sandbox.prometheus.lexer import BadQueryError
from bot.sandbox.prometheus.syntax import (
    COMPARISONS,
    FUNCTIONS,
    SETS,
    SPOKEN,
    Aggregation,
    Call,
    Matcher,
    Node,
    Operation,
    Selector,
    Type,
)


def selector(matchers: Sequence[Matcher], range_ms: int | None) -> Selector:
    """Build a selector, which must demand something.

    Raises:
        BadQueryError: Every series fits.
    """
    if all(one.fits("") for one in matchers):
        said = "vector selector must contain at least one non-empty matcher"
        raise BadQueryError(f"parse error: {said}")
    return Selector(tuple(matchers), range_ms)


def call(name: str, arguments: Sequence[Node]) -> Call:
    """Build a call.

    Raises:
        BadQueryError: Number or types of the arguments are wrong.
    """
    wanted, _ = FUNCTIONS[name]
    if len(wanted) != len(arguments):
        said = f'expected {len(wanted)} argument(s) in call to "{name}", got {len(arguments)}'
        raise BadQueryError(f"parse error: {said}")
    for type_, argument in zip(wanted, arguments, strict=True):
        _demand(type_, argument, f'call to function "{name}"')
    return Call(name, tuple(arguments))


def aggregation(name: str, of: Node, labels: frozenset[str], *, is_without: bool) -> Aggregation:
    """Build an aggregation.

    Raises:
        BadQueryError: It is not over a vector.
    """
    _demand(Type.VECTOR, of, "aggregation expression")
    return Aggregation(name, of, labels, is_without)


def operation(sign: str, left: Node, right: Node, *, is_bool: bool = False) -> Operation:
    """Build an operation.

    Raises:
        BadQueryError: The operator does not join operands of these types.
    """
    found = Operation(sign, operand(left), operand(right), is_bool)
    if sign in SETS and Type.SCALAR in (left.type, right.type):
        said = f'set operator "{sign}" not allowed in binary scalar expression'
        raise BadQueryError(f"parse error: {said}")
    if sign in COMPARISONS and not is_bool and found.type is Type.SCALAR:
        raise BadQueryError("parse error: comparisons between scalars must use BOOL modifier")
    return found


def operand(found: Node) -> Node:
    """Demand a number or a vector.

    Raises:
        BadQueryError: It is neither.
    """
    if found.type not in (Type.SCALAR, Type.VECTOR):
        raise BadQueryError("parse error: only scalars and instant vectors may be operands")
    return found


def _demand(type_: Type, found: Node, where: str) -> None:
    if found.type is not type_:
        said = f"expected type {SPOKEN[type_]} in {where}, got {SPOKEN[found.type]}"
        raise BadQueryError(f"parse error: {said}")
