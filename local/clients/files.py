"""The generated files of both clients, by their places under `clients/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.clients import python_calls, python_files, typescript_files
from local.clients.description import Description

PYTHON, TYPESCRIPT = "python/lotbook_client", "typescript/src"


def files(document: Mapping[str, Any]) -> dict[str, str]:
    """Text by path."""
    described = Description(document)
    return {
        f"{PYTHON}/models.py": python_files.models(described),
        f"{PYTHON}/bodies.py": python_files.bodies(described),
        f"{PYTHON}/errors.py": python_files.errors(described),
        f"{PYTHON}/operations.py": python_calls.operations(described),
        f"{PYTHON}/sync_calls.py": python_calls.calls(described, is_async=False),
        f"{PYTHON}/async_calls.py": python_calls.calls(described, is_async=True),
        f"{TYPESCRIPT}/types.ts": typescript_files.types(described),
        f"{TYPESCRIPT}/errors.ts": typescript_files.errors(described),
        f"{TYPESCRIPT}/calls.ts": typescript_files.calls(described),
    }
