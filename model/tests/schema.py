"""Checks a document against a JSON schema, as far as docs/model-card.schema.json goes."""

import re

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "null": type(None)}
KNOWN = {
    "$schema",
    "title",
    "description",
    "$defs",
    "$ref",
    "type",
    "const",
    "enum",
    "anyOf",
    "required",
    "properties",
    "additionalProperties",
}
KNOWN |= {"items", "minItems", "minLength", "pattern", "minimum", "maximum", "exclusiveMinimum"}


def violations(value, schema, root, at="$"):
    """Return what in a value breaks a schema."""
    assert not set(schema) - KNOWN, f"{at}: the checker does not know {set(schema) - KNOWN}"
    if "$ref" in schema:
        yield from violations(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, at)
    if "anyOf" in schema and all(list(violations(value, option, root, at)) for option in schema["anyOf"]):
        yield f"{at}: fits no option"
    kinds = schema.get("type", list(TYPES))
    if not any(isinstance(value, TYPES[kind]) and not isinstance(value, bool) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{at}: is no {kinds}"
    elif isinstance(value, dict):
        yield from _members(value, schema, root, at)
    elif isinstance(value, list):
        yield from [f"{at}: is too short"] if len(value) < schema.get("minItems", 0) else []
        for i, item in enumerate(value):
            yield from violations(item, schema.get("items", {}), root, f"{at}[{i}]")
    elif not _fits(value, schema):
        yield f"{at}: is another value"


def _fits(value, schema):
    if value != schema.get("const", value) or value not in schema.get("enum", [value]):
        return False
    if isinstance(value, str):
        return len(value) >= schema.get("minLength", 0) and re.search(schema.get("pattern", ""), value) is not None
    if value is None:
        return True
    return schema.get("minimum", value) <= value <= schema.get("maximum", value) and value > schema.get("exclusiveMinimum", value - 1)


def _members(value, schema, root, at):
    properties = schema.get("properties", {})
    yield from (f"{at}.{name}: is missing" for name in schema.get("required", []) if name not in value)
    if schema.get("additionalProperties") is False:
        yield from (f"{at}.{name}: is not in the schema" for name in value if name not in properties)
    for name, member in value.items():
        yield from violations(member, properties.get(name, {}), root, f"{at}.{name}")
