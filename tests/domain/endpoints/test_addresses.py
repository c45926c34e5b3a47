"""Where an endpoint may be. The table is the attack table: every form of an address that is not a public host's."""

from __future__ import annotations

from ipaddress import IPv6Network

import pytest

from lotbook.domain.endpoints import addresses
from lotbook.domain.endpoints.addresses import MAX_URL_CHARACTERS, EndpointTarget, is_public, may_be_called, target_of
from lotbook.domain.values.errors import InvalidRequest

PUBLIC = [
    "93.184.215.14",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:800::200e",
    "172.15.255.255",
    "172.32.0.0",
]
NOT_PUBLIC = {
    "this network": ["0.0.0.0", "0.1.2.3"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1"],
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "link-local": ["169.254.1.1", "fe80::1", "fe80::1%eth0"],
    "metadata": ["169.254.169.254", "169.254.170.2", "fd00:ec2::254"],
    "carrier-grade NAT": ["100.64.0.1", "100.127.255.255"],
    "multicast and broadcast": ["224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1"],
    "reserved": ["240.0.0.1", "::", "4000::1"],
    "benchmarks and documentation": ["198.18.0.1", "192.0.2.1", "203.0.113.9", "2001:db8::1", "3fff::1"],
    "IPv4-mapped": ["::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1"],
    "IPv4-compatible": ["::10.0.0.1", "::7f00:1"],
    "6to4": ["2002:0a00:0001::1", "2002:7f00:0001::"],
    "NAT64": ["64:ff9b::10.0.0.1", "64:ff9b:1::7f00:1"],
    "Teredo": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "no address": ["", "10", "1.2.3", "0x7f.0.0.1", "example.com"],
}


@pytest.mark.parametrize("number", PUBLIC)
def test_a_public_number_may_be_called(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize(("kind", "number"), [(kind, each) for kind, numbers in NOT_PUBLIC.items() for each in numbers])
def test_a_number_that_is_not_public_may_not(kind: str, number: str) -> None:
    assert not is_public(number), kind


@pytest.mark.parametrize("network", [*addresses._V4, *addresses._V6])
def test_each_network_of_the_tables_refuses_something_that_no_other_line_does(network: object) -> None:
    """Take the line out, and its first address may be called: no line stands there for nothing."""
    first = str(network[0])
    assert not is_public(first)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_V4", "_V6"):
            patch.setattr(addresses, name, tuple(each for each in getattr(addresses, name) if each != network))
        assert is_public(first)


def test_only_what_lies_in_the_public_part_of_ipv6_may_be_called() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(addresses, "_V6_PUBLIC", IPv6Network("::/0"))
        assert all(
            is_public(number) for number in ("::1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "fc00::1", "ff02::1")
        )


GOOD = {
    "https://hooks.example.com/lotbook": EndpointTarget(True, "hooks.example.com", 443, "/lotbook"),
    "https://hooks.example.com": EndpointTarget(True, "hooks.example.com", 443, "/"),
    "https://Hooks.example.com:8443/a?b=c&d=%0d%0a": EndpointTarget(True, "hooks.example.com", 8443, "/a?b=c&d=%0d%0a"),
    "https://xn--bcher-kva.example/": EndpointTarget(True, "xn--bcher-kva.example", 443, "/"),
    "https://93.184.215.14/": EndpointTarget(True, "93.184.215.14", 443, "/"),
    "https://[2606:4700:4700::1111]/x": EndpointTarget(True, "2606:4700:4700::1111", 443, "/x"),
}
BAD = {
    "form": [
        "",
        "hooks.example.com",
        "https://",
        "https:///path",
        "https://user@hooks.example.com/",
        "https://user:secret@hooks.example.com/",
        "https://@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com\\@10.0.0.1/",
        "https://hooks.example.com/\r\nHost: 10.0.0.1",
        "https://hooks.example.com/ HTTP/1.1",
        "https://hooks.example.com/\x00",
        "https://hooks.exämple.com/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:x/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://hooks.example.com/" + "a" * MAX_URL_CHARACTERS,
    ],
    "scheme": ["http://hooks.example.com/", "ftp://hooks.example.com/", "file://hooks.example.com/etc/passwd"],
    "port": ["https://hooks.example.com:22/", "https://hooks.example.com:6379/", "https://hooks.example.com:80/"],
    "host": [
        "https://localhost/",
        "https://intranet/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://10.0.0.0x1/",
        "https://hooks.example.com./",
        "https://-hooks.example.com/",
        "https://hooks..example.com/",
    ],
    "not_public": [
        "https://127.0.0.1/",
        "https://10.0.0.1:8443/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://db.internal/",
        "https://a.localhost/",
        "https://printer.local/",
        "https://nas.home.arpa/",
    ],
}


@pytest.mark.parametrize("url", GOOD)
def test_an_https_address_of_a_public_host_is_a_target(url: str) -> None:
    assert target_of(url, loopback=False) == GOOD[url]


@pytest.mark.parametrize(("code", "url"), [(code, url) for code, urls in BAD.items() for url in urls])
@pytest.mark.parametrize("loopback", [False, True])
def test_every_other_address_is_refused_with_what_is_wrong(code: str, url: str, loopback: bool) -> None:
    """The local run is as strict about everything but http on this machine."""
    with pytest.raises(InvalidRequest) as refused:
        target_of(url, loopback=loopback)
    (error,) = refused.value.data["errors"]
    assert (error["field"], error["code"]) == ("url", code)
    assert "secret" not in error["message"], "a password in an address is not said again"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9999/x", "http://localhost:80/", "http://[::1]:5000/"])
def test_this_machine_is_called_in_the_local_run_alone(url: str) -> None:
    assert target_of(url, loopback=True).is_this_machine
    with pytest.raises(InvalidRequest):
        target_of(url, loopback=False)


@pytest.mark.parametrize(
    ("numbers", "may"),
    [
        ([], False),
        (["93.184.215.14"], True),
        (["93.184.215.14", "2606:4700:4700::1111"], True),
        (["93.184.215.14", "10.0.0.1"], False),
        (["169.254.169.254", "93.184.215.14"], False),
        (["127.0.0.1"], False),
    ],
)
def test_a_name_may_be_called_if_all_of_its_numbers_may(numbers: list[str], may: bool) -> None:
    assert may_be_called(EndpointTarget(True, "hooks.example.com", 443, "/"), numbers) == may


def test_localhost_leads_to_this_machine_and_nowhere_else() -> None:
    here = target_of("http://localhost:9999/", loopback=True)
    assert may_be_called(here, ["127.0.0.1", "::1"])
    assert not may_be_called(here, ["127.0.0.1", "10.0.0.1"])
    assert not may_be_called(here, ["93.184.215.14"])


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://hooks.example.com/", "hooks.example.com"),
        ("https://hooks.example.com:443/", "hooks.example.com"),
        ("https://hooks.example.com:8443/", "hooks.example.com:8443"),
        ("https://[2606:4700:4700::1111]:8443/", "[2606:4700:4700::1111]:8443"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
    ],
)
def test_the_header_host_names_a_port_where_it_is_not_the_usual_one(url: str, header: str) -> None:
    assert target_of(url, loopback=True).host_header == header
