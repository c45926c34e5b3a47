"""Commands that are copied: each word arrives as it is meant in bash and in zsh, nothing is expanded, and nothing reaches the terminal."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from local.console.curl import LONGEST_BODY, Command, Typed, Variable
from tests import patience

KEY = Variable("KEY", "KEY=$(make -s key)")
URL = "http://127.0.0.1:3000/v1/accounts/a/consume"
HOSTILE = (
    "plain",
    ":h:t",
    "it's $HOME `id` $(id) \\ \" ! !! # ~ * ? [a] {b,c}",
    "two\nlines",
    "\x1b[201~\nrm -rf nothing\n",
    "\x9b31m\u202eabc\u2066",
    "\udcff\udcfe raw bytes",
    "ünï ☃ \U0001f600",
    "-d @/etc/passwd",
    "tab\tand\rreturn\x07",
    "ends with a quote'",
    "\x01" + "1" + "\x7f",
)


def hostile(text: str) -> Typed:
    return Typed(
        "POST",
        (f"{URL}?a=1&b=[x]",),
        [("Authorization: Bearer ", KEY), (f"Idempotency-Key: {text}",), (f"x{text}", KEY, text)],
        cookie=("lotbook=", KEY),
        fields=[(f"name={text}",)],
        body=text,
    )


@pytest.mark.process
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_n14_every_word_of_a_command_arrives_in_both_shells(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    script = "KEY='the $key'\ncurl() { printf '%s\\0' \"$@\"; printf 'END\\0'; }\n"
    script += "\n".join(Command.of(hostile(text)).text for text in HOSTILE)
    quiet = [shell, "-f"] if shell == "zsh" else [shell, "--norc"]
    given = subprocess.run(quiet, input=script.encode(), capture_output=True, check=True, timeout=patience.SECONDS)
    assert given.stderr == b""
    calls = [each.split(b"\0")[:-1] for each in given.stdout.split(b"END\0")[:-1]]
    assert len(calls) == len(HOSTILE)
    for text, words in zip(HOSTILE, calls, strict=True):
        raw = text.encode("utf-8", "surrogateescape")
        assert words[:4] == [b"-s", b"-w", b"\\n", b"-g"]
        assert words[4:7] == [f"{URL}?a=1&b=[x]".encode(), b"-b", b"lotbook=the $key"]
        assert words[7:13] == [
            b"-H",
            b"Authorization: Bearer the $key",
            b"-H",
            b"Idempotency-Key: " + raw,
            b"-H",
            b"x" + raw + b"the $key" + raw,
        ]
        assert words[13:] == [b"--data-urlencode", b"name=" + raw, b"-d", raw], text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_command_holds_nothing_that_a_terminal_acts_on(text: str) -> None:
    """Escapes end a paste early, and what follows would be run (S14); direction marks make it look like something else."""
    shown = Command.of(hostile(text)).text
    assert [letter for letter in shown if not letter.isprintable() and letter != "\n"] == []


def test_methods_and_bodies_have_curls_own_options() -> None:
    def first(method: str, body: str = "") -> str:
        return Command.of(Typed(method, (URL,), body=body)).text.replace(URL, "U").replace("\n ", "")

    assert first("GET") == "curl -s -w '\\n' U"
    assert first("POST") == "curl -s -w '\\n' -X POST U"
    assert first("POST", "{}") == "curl -s -w '\\n' U \\ -d '{}'"
    assert first("PUT", "{}") == "curl -s -w '\\n' -X PUT U \\ -d '{}'"
    assert first("HEAD") == "curl -s -w '\\n' -I U"
    assert first("a;id") == "curl -s -w '\\n' -X 'a;id' U"
    assert first("POST", "@/etc/passwd") == "curl -s -w '\\n' U \\ --data-raw @/etc/passwd", "-d would send a file"


@pytest.mark.parametrize(("body", "said"), [("x" * (LONGEST_BODY + 1), "too long"), ("a\0b", "zero byte")])
def test_what_cannot_be_typed_says_so(body: str, said: str) -> None:
    found = Command.of(Typed("POST", (URL,), body=body))
    assert (found.text, said in found.why_not) == ("", True)


def test_a_variable_is_named_once_with_how_to_get_it() -> None:
    found = Command.of(Typed("GET", (URL,), [("a: ", KEY), ("b: ", KEY)]))
    assert found.needs == (KEY,)
    assert '-H "a: $KEY"' in found.text
    assert json.dumps(found.text).count("$KEY") == 2
