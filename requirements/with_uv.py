"""Install a pinned set of packages with uv: with_uv.py UV_ENVIRONMENT PYTHON FILE. Ends as uv ends; `install.sh` then asks pip.

uv installs the sets in a tenth of pip's time. It reads none of pip's settings; so what they say of where and how to fetch is handed on:
a company's mirror, its certificate, its proxy. What is set for uv itself counts more. What would install something else, or elsewhere,
counts for neither.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Mapping

# pip's word, and uv's for the same thing.
NAMES = {
    "index-url": ("UV_DEFAULT_INDEX",),
    "extra-index-url": ("UV_INDEX",),
    "no-index": ("UV_NO_INDEX",),
    "find-links": ("UV_FIND_LINKS",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "cert": ("SSL_CERT_FILE",),
    "client-cert": ("SSL_CLIENT_CERT",),
    "proxy": ("HTTPS_PROXY", "HTTP_PROXY"),
    "no-cache-dir": ("UV_NO_CACHE",),
}
SECTIONS = ("global", "install", ":env:")  # a later one counts more
LIST_SEPARATED_BY = {"UV_FIND_LINKS": ","}
KEPT = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_NO_INDEX",
    "UV_FIND_LINKS",
    "UV_INSECURE_HOST",
    "UV_HTTP_",
)
KEPT += (
    "UV_CACHE_DIR",
    "UV_NO_CACHE",
    "UV_OFFLINE",
    "UV_KEYRING_PROVIDER",
    "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS",
    "UV_CONFIG_FILE",
)


def of_pip(listed: str) -> dict[str, str]:
    """What `pip config list` says of fetching, as uv's variables."""
    found = {}
    for section in SECTIONS:
        for line in listed.splitlines():
            name, equals, value = line.partition("=")
            if equals and name.startswith(f"{section}."):
                found[name.removeprefix(f"{section}.")] = str(ast.literal_eval(value))
    return {
        variable: LIST_SEPARATED_BY.get(variable, " ").join(value.split())
        for word, value in found.items()
        for variable in NAMES.get(word, ())
    }


def environment(given: Mapping[str, str], listed: str) -> dict[str, str]:
    """Of the process that installs."""
    own = {name: value for name, value in given.items() if not name.startswith("UV_") or name.startswith(KEPT)}
    return {**of_pip(listed), **own}


def main(folder: str, python: str, file: str) -> int:
    """Ask the pip of uv's environment for its settings, and uv for the packages."""
    pip = [f"{folder}/bin/python", "-m", "pip", "config", "list", "--disable-pip-version-check"]
    listed = subprocess.run(pip, capture_output=True, text=True, check=True).stdout
    install = [f"{folder}/bin/uv", "pip", "install", "--quiet", "--python", python, "--requirement", file]
    # The set is complete, and each file has its hash: whichever index has it, has the right one.
    exactly = ["--no-deps", "--require-hashes", "--index-strategy", "unsafe-best-match"]
    return subprocess.call([*install, *exactly], env=environment(os.environ, listed))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
