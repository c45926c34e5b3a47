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
        **_package("models", python_files.models(described)),
        f"{PYTHON}/bodies.py": python_files.bodies(described),
        f"{PYTHON}/errors.py": python_files.errors(described),
        f"{PYTHON}/operations.py": python_calls.operations(described),
        **_package("sync_calls", python_calls.calls(described, is_async=False)),
        **_package("async_calls", python_calls.calls(described, is_async=True)),
        f"{TYPESCRIPT}/types.ts": typescript_files.types(described),
        f"{TYPESCRIPT}/errors.ts": typescript_files.errors(described),
        f"{TYPESCRIPT}/calls.ts": typescript_files.calls(described),
    }


def _package(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"{PYTHON}/{name}/{module}.py": text for module, text in texts.items()}
