import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.errors import ParameterError
from weaklabel.review.web._hosts import Hosts


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8642", "localhost:1", "LocalHost:8642", "[::1]", "[::1]:8642"]
)
def test_this_machine_goes_by_its_own_names_at_any_port(host):
    assert Hosts().allow(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8642",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "localhost.",
        "127.0.0.1:8642:1",
        "127.0.0.1:",
        "127.0.0.1:port",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1/",
        "127.0.0.1 ",
        "127.0.0.1, evil.example",
        "127.1",
        "2130706433",
        "0.0.0.0:8642",
        "::1",
        "127.0.0.1:123456",
        "localhost\n",
    ],
)
def test_every_other_name_is_refused(host):
    assert not Hosts().allow(host)


def test_a_public_name_stands_for_any_port_and_one_with_a_port_for_that_alone():
    hosts = Hosts(["Review.Example.org", "other.example.org:8443"])
    assert hosts.public == ("review.example.org", "other.example.org:8443")
    assert hosts.allow("review.example.org")
    assert hosts.allow("review.example.org:444")
    assert hosts.allow("other.example.org:8443")
    assert not hosts.allow("other.example.org")
    assert not hosts.allow("sub.review.example.org")


@pytest.mark.parametrize(
    "name", ["https://review.example.org", "*", "*.example.org", "", "a b", "a/b", "münchen.de", 5]
)
def test_what_is_no_host_is_refused_in_words(name):
    with pytest.raises(ParameterError, match=r"allowed_hosts is .* must be a host such as"):
        Hosts([name])


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://127.0.0.1:8642", "127.0.0.1:8642", True),
        ("https://review.example.org", "review.example.org", True),
        ("https://review.example.org", "review.example.org:443", True),
        ("HTTPS://Review.example.org:443", "review.example.org", True),
        ("http://localhost:8642", "127.0.0.1:8642", False),
        ("http://127.0.0.1:3000", "127.0.0.1:8642", False),
        ("http://127.0.0.1", "127.0.0.1:8642", False),
        ("http://review.example.org:443", "review.example.org", False),
        ("ftp://127.0.0.1:8642", "127.0.0.1:8642", False),
        ("http://127.0.0.1:8642/", "127.0.0.1:8642", False),
        ("null", "127.0.0.1:8642", False),
        ("", "", False),
        ("file://", "", False),
    ],
)
def test_an_origin_is_the_host_with_its_port(origin, host, same):
    assert Hosts.is_origin(origin, host) is same


@given(st.text(max_size=30))
def test_only_names_of_this_machine_pass_whatever_is_sent(host):
    names = {"127.0.0.1", "localhost", "[::1]"}
    if Hosts().allow(host):
        assert host.lower() in names or host.lower().rpartition(":")[0] in names
