"""What the machine around a command may have set, and what of it counts: no AWS account, and no proxy before this machine."""

from __future__ import annotations

import os
from collections.abc import MutableMapping

HERE = ("127.0.0.1", "localhost")
PRIVATE = 0o077  # what others may do with files that a command makes: nothing


def settle(environment: MutableMapping[str, str] = os.environ) -> None:
    """First thing in every command that speaks to the Lotbook on this machine, before anything is asked or written."""
    os.umask(PRIVATE)  # whatever is started here inherits it
    leave_aws(environment)
    reach_this_machine(environment)


def leave_aws(environment: MutableMapping[str, str]) -> None:
    """Forget profiles, endpoints, credentials: whoever runs this has an account, and this is not about it (N2)."""
    for name in [name for name in environment if name.upper().startswith("AWS_")]:
        del environment[name]


def reach_this_machine(environment: MutableMapping[str, str]) -> None:
    """Ask this machine without a proxy, and everything else as the environment says (N3)."""
    known = [environment.get("NO_PROXY", ""), environment.get("no_proxy", "")]
    hosts = [host.strip() for text in known for host in text.split(",")]
    direct = ",".join(dict.fromkeys(host for host in (*hosts, *HERE) if host))
    environment["NO_PROXY"] = environment["no_proxy"] = direct
