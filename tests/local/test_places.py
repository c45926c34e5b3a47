"""What a start is refused for, and what the message tells to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.places import HOST, QUIET_PORTS, CannotStart, Places, any_free_port
from tests import ports


@pytest.fixture
def taken() -> Iterator[int]:
    """A port in use whose neighbour below is free."""
    port = ports.free() + 1
    with socket.socket() as holder:
        holder.bind((HOST, port))
        holder.listen()
        yield port


def test_defaults() -> None:
    usual = Places.read({})
    assert (usual.port, usual.directory.name, usual.stripe_key) == (3000, ".lotbook", None)
    assert usual.base_url == "http://127.0.0.1:3000"


@pytest.mark.parametrize("port", ["x", "0", "-1", "65534", "70000", "3000.0", "٣"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(CannotStart, match="PORT=4000 make run"):
        Places.read({"PORT": port})


def test_an_occupied_port_is_named_with_what_to_do(tmp_path: Path, taken: int) -> None:
    places = Places.read({"PORT": str(taken), "DATA_DIR": str(tmp_path)})
    with pytest.raises(CannotStart, match=rf"Port {taken} is in use.*PORT=4000 make run"):
        places.free_ports()


def test_a_port_that_is_not_for_everybody_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Port 80, and no root: nobody else uses it, and waiting would not help."""

    class Refused(socket.socket):
        def bind(self, address: object) -> None:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("local.places.socket.socket", Refused)
    with pytest.raises(CannotStart, match=r"Port 80 is for the system's own servers.*PORT=4000 make run"):
        Places.read({"PORT": "80", "DATA_DIR": str(tmp_path)}).free_ports()


def test_occupied_neighbours_are_replaced(tmp_path: Path, taken: int) -> None:
    stripe, engine = Places.read({"PORT": str(taken - 1), "DATA_DIR": str(tmp_path)}).free_ports()
    assert stripe != taken
    assert len({stripe, engine, taken - 1}) == 3


def test_a_port_chosen_for_later_is_none_that_a_connection_may_be_given_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert any_free_port() in QUIET_PORTS
    assert QUIET_PORTS[-1] < min(ports.FIRST, 32_768), "Linux gives those above to connections"
    monkeypatch.setattr("local.places.is_free", lambda _: False)
    with pytest.raises(CannotStart, match="is free"):
        any_free_port()


def test_a_data_directory_serves_one_run_at_a_time(tmp_path: Path) -> None:
    one = Places.read({"DATA_DIR": str(tmp_path)})
    held = one.lock()
    with pytest.raises(CannotStart, match="runs already"):
        one.lock()
    held.close()
    one.lock().close()


def test_an_unusable_data_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match="file"):
        Places.read({"DATA_DIR": str(tmp_path / "file")}).lock()


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o750, 0o701])
def test_s12_a_directory_that_others_may_read_is_closed_to_them(tmp_path: Path, mode: int) -> None:
    """Whoever made it: the gateway's key is kept inside."""
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(mode)
    Places.read({"DATA_DIR": str(data)}).lock().close()
    assert data.stat().st_mode & 0o777 == 0o700
    data.chmod(mode)  # and again where a run has kept its data before
    Places.read({"DATA_DIR": str(data)}).lock().close()
    assert data.stat().st_mode & 0o777 == 0o700


def test_s12_a_directory_that_holds_other_things_is_not_ours_to_close(tmp_path: Path) -> None:
    """`DATA_DIR=$HOME`, `DATA_DIR=/tmp`."""
    (tmp_path / "somebody's").write_text("")
    tmp_path.chmod(0o755)
    with pytest.raises(CannotStart, match=r"holds other things.*DATA_DIR="):
        Places.read({"DATA_DIR": str(tmp_path)}).lock()
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in tmp_path.iterdir()] == ["somebody's"]


def test_live_keys_are_refused_and_not_repeated() -> None:
    """Real money is never touched; the key is not printed either."""
    with pytest.raises(CannotStart, match="not a test key") as refusal:
        Places.read({"STRIPE_API_KEY": "sk_live_abc"})
    assert "sk_live_abc" not in str(refusal.value)
    assert Places.read({"STRIPE_API_KEY": "sk_test_abc"}).stripe_key == "sk_test_abc"
