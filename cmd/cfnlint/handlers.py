"""Prints what CloudFormation's handlers of resource types may call, from the schemas of cfn-lint: python handlers.py TYPE..."""

import json
import sys
from pathlib import Path

import cfnlint

found = {}
for file in (Path(cfnlint.__file__).parent / "data/schemas/resources").glob("*.json"):
    schema = json.loads(file.read_text(encoding="utf-8"))
    if schema.get("typeName") in sys.argv[1:]:
        handlers = {name: handler.get("permissions", []) for name, handler in schema.get("handlers", {}).items() if name != "list"}
        found.setdefault(schema["typeName"], set()).update(*handlers.values())
print(json.dumps({name: sorted(permissions) for name, permissions in found.items()}))
