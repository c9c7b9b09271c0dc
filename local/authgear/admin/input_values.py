"""
GraphQL input as the real server's library treats it.

It words its errors differently from graphql-core, and takes anything for a text.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    ArgumentNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValidationRule,
    ValueNode,
    VariableNode,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
    value_from_ast_untyped,
)

from ..responses import to_json

# Scalars that take a JSON object from a variable, and nothing written in the query.
OBJECT_SCALARS = ("UserStandardAttributes", "UserCustomAttributes")


def coerce_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, values: dict[str, Any]
) -> dict[str, Any]:
    """
    Return an operation's variables, texts made of whatever was sent for them.

    Raises:
        GraphQLError: The first variable that is missing or invalid.
    """
    coerced = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        value_type: Any = type_from_ast(schema, definition.type)
        value = values.get(name)
        if value is None and is_non_null_type(value_type):
            message = (
                f'Variable "${name}" of required type "{value_type}" was not provided.'
            )
            raise GraphQLError(message, definition)
        problems = find_value_problems(value_type, value)
        if problems:
            shown = to_json(value, sort_keys=True)
            message = f'Variable "${name}" got invalid value {shown}.\n'
            raise GraphQLError(message + "\n".join(problems), definition)
        if name in values:
            coerced[name] = _coerce(value_type, value)
    return coerced


def find_value_problems(value_type: GraphQLInputType, value: Any) -> list[str]:
    """Say what is wrong with a variable's value."""
    if value is None:
        return [f'Expected "{value_type}", found null.'] * is_non_null_type(value_type)
    if is_non_null_type(value_type):
        return find_value_problems(value_type.of_type, value)
    if is_list_type(value_type):
        items = value if isinstance(value, list) else [value]
        return [
            f"In element #{index}: {problem}"
            for index, item in enumerate(items, start=1)
            for problem in find_value_problems(value_type.of_type, item)
        ]
    if not is_input_object_type(value_type):
        return []
    if not isinstance(value, dict):
        return [f'Expected "{value_type}", found not an object.']
    unknown = sorted(set(value) - set(value_type.fields))
    return [f'In field "{name}": Unknown field.' for name in unknown] + [
        f'In field "{name}": {problem}'
        for name, field in sorted(value_type.fields.items())
        for problem in find_value_problems(field.type, value.get(name))
    ]


def find_literal_problems(
    value_type: GraphQLInputType, node: ValueNode | None
) -> list[str]:
    """Say what is wrong with a value that is written in the query."""
    if node is None:
        return [f'Expected "{value_type}", found null.'] * is_non_null_type(value_type)
    if isinstance(node, VariableNode):
        return []
    if is_non_null_type(value_type):
        return find_literal_problems(value_type.of_type, node)
    if is_list_type(value_type):
        items = node.values if isinstance(node, ListValueNode) else (node,)
        return [
            f"In element #{index}: {problem}"
            for index, item in enumerate(items, start=1)
            for problem in find_literal_problems(value_type.of_type, item)
        ]
    if is_input_object_type(value_type):
        return _find_object_problems(value_type, node)
    if _is_valid_leaf(value_type, node):
        return []
    return [f'Expected type "{value_type}", found {_source(node)}.']


class ArgumentsOfCorrectType(ValidationRule):
    """Arguments written in the query must have the type that is asked for."""

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        """Check one argument."""
        argument = self.context.get_argument()
        if argument is None:
            return
        problems = find_literal_problems(argument.type, node.value)
        if problems:
            shown = f'Argument "{node.name.value}" has invalid value '
            message = f"{shown}{_source(node.value)}.\n" + "\n".join(problems)
            self.report_error(GraphQLError(message, node.value))


def _find_object_problems(value_type: Any, node: ValueNode) -> list[str]:
    """Say what is wrong with an object that is written in the query."""
    if not isinstance(node, ObjectValueNode):
        return [f'Expected "{value_type}", found not an object.']
    nodes = {field.name.value: field.value for field in node.fields}
    unknown = [name for name in nodes if name not in value_type.fields]
    return [f'In field "{name}": Unknown field.' for name in unknown] + [
        f'In field "{name}": {problem}'
        for name, field in sorted(value_type.fields.items())
        for problem in find_literal_problems(field.type, nodes.get(name))
    ]


def _is_valid_leaf(value_type: Any, node: ValueNode) -> bool:
    """Tell whether a scalar or enum can be read from the query."""
    if value_type.name in OBJECT_SCALARS:
        return False
    if value_type.name == "DateTime":
        return isinstance(value_from_ast_untyped(node), str)
    try:
        value_type.parse_literal(node)
    except GraphQLError:
        return False
    return True


def _source(node: ValueNode) -> str:
    """Return a value as it is written in the query."""
    place = node.loc
    return place.source.body[place.start : place.end] if place else ""


def _coerce(value_type: Any, value: Any) -> Any:
    """Turn everything that stands for a text into one."""
    if value is None:
        return None
    if is_non_null_type(value_type):
        return _coerce(value_type.of_type, value)
    if is_list_type(value_type):
        items = value if isinstance(value, list) else [value]
        return [_coerce(value_type.of_type, item) for item in items]
    if is_input_object_type(value_type):
        fields = value_type.fields
        return {name: _coerce(fields[name].type, item) for name, item in value.items()}
    if value_type.name in ("String", "ID") and not isinstance(value, str):
        return to_json(value)
    return value
