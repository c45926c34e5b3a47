"""What was mailed: every mail that the engine's SES took from a function of this process, kept in a file.

The engine keeps mails, too, but neither the account nor the kind, which are in the call's tags; so the calls are watched.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from botocore import handlers

MOST_SHOWN = 1_000
OK = 200
ASKED, TAKEN = "before-parameter-build.sesv2.SendEmail", "after-call.sesv2.SendEmail"
PLACE = "lotbook-mail"  # in the call's context


class Mailbox:
    """The mails of one data directory. `now` is the local run's clock."""

    def __init__(self, kept: Path, now: Callable[[], str]) -> None:
        self._kept, self._now = kept, now
        self._writing = threading.Lock()

    @staticmethod
    def watching(kept: Path, now: Callable[[], str]) -> Mailbox:
        """One that sees every mail that is sent by clients that are made after this."""
        made = Mailbox(kept, now)
        handlers.BUILTIN_HANDLERS.extend([(ASKED, made._asked), (TAKEN, made._taken)])
        return made

    def newest(self) -> list[dict[str, Any]]:
        """`{at, account_id, to, kind, subject, text, html}`, and the sender and headers; newest first, at most MOST_SHOWN."""
        lines = self._kept.read_text(encoding="utf-8").splitlines() if self._kept.exists() else []
        return [json.loads(line) for line in reversed(lines[-MOST_SHOWN:])]

    def _asked(self, params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[PLACE] = params

    def _taken(self, http_response: Any, context: Mapping[str, Any], **_: Any) -> None:
        if http_response.status_code != OK:
            return
        line = json.dumps({"at": self._now(), **shown(context[PLACE])}, ensure_ascii=False)
        with self._writing, self._kept.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


def shown(params: Mapping[str, Any]) -> dict[str, Any]:
    """A call of SendEmail as `/_local/emails` shows it."""
    tags = {tag["Name"]: tag["Value"] for tag in params["EmailTags"]}
    simple = params["Content"]["Simple"]
    return {
        "account_id": tags["account_id"],
        "to": params["Destination"]["ToAddresses"][0],
        "kind": tags["kind"],
        "subject": simple["Subject"]["Data"],
        "text": simple["Body"]["Text"]["Data"],
        "html": simple["Body"]["Html"]["Data"],
        "from": parseaddr(params["FromEmailAddress"])[1],
        "headers": {header["Name"]: header["Value"] for header in simple["Headers"]},
    }
