"""Why a command ends without its work, and the code that it exits with."""

from __future__ import annotations

OK = 0
FAILED = 1  # it was refused, or what was looked at is not in order, or something is left
USAGE = 2  # the command itself is not right: nothing was asked
SILENT = 3  # nobody could be asked: no run here, no network, no credentials, a key that counts for nothing
UNCONFIRMED = 4  # it would have changed a deployment, and nobody said yes
INTERRUPTED = 130


class Refusal(Exception):
    """The message says what is wrong and what to do."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code
