"""Who is let in before anybody knows who it is."""

from __future__ import annotations

import pytest
from sessionlens_recorder.config.limits import Limits, Startups
from sessionlens_recorder.net.admission import Admission, Complaints, source_of


def admission(startups: tuple[int, int, int] = (10, 30, 100), chance: float = 0.0, **more: int) -> Admission:
    counts = {"strangers": 1000, "per_source": 1000, "per_person": 1000, "total": 1000} | more
    limits = Limits(Startups(*startups), **counts, unreachable=120.0, memory=0, files=4096)
    return Admission(limits, lambda: chance)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("what", "what"),
    ],
)
def test_a_source_is_an_address_or_a_network(address: str, source: str) -> None:
    assert source_of(address) == source


def test_strangers_are_refused_more_and_more() -> None:
    asked = admission((2, 50, 6))
    shares = []
    for number in range(7):
        shares.append(round(asked.share(number), 3))
        asked.arrived(f"192.0.2.{number}")
    assert shares == [0.0, 0.0, 0.5, 0.625, 0.75, 0.875, 1.0]


def test_who_is_logged_in_is_no_stranger() -> None:
    asked = admission((1, 100, 1))
    arrival = asked.arrived("192.0.2.1")
    assert asked.check("192.0.2.2") == "1 connections are not logged in yet"
    known = asked.logged_in(arrival)
    assert asked.check("192.0.2.2") is None
    assert asked.logged_in(known) == known, "said twice, counted once"
    asked.left(known)
    assert asked.check("192.0.2.2") is None
    asked.left(asked.arrived("192.0.2.3"))
    assert asked.check("192.0.2.4") is None


def test_each_source_and_all_have_a_limit() -> None:
    asked = admission((100, 30, 100), per_source=2, total=3)
    first = asked.arrived("a")
    asked.arrived("a")
    assert asked.check("a") == "2 connections are open from a"
    assert asked.check("b") is None
    asked.arrived("b")
    assert asked.check("c") == "3 connections are open"
    asked.left(first)
    assert asked.check("a") is None


def test_one_source_does_not_shut_out_the_others() -> None:
    """However many it has; of its own some are let in, as by sshd."""
    asked = admission((10, 30, 100), strangers=9)
    known = asked.logged_in(asked.arrived("a"))
    arrivals = [asked.arrived("a") for _ in range(60)]
    assert asked.check("a") == "60 connections from a are not logged in yet"
    assert asked.check("b") is None
    assert admission((10, 30, 100), chance=0.99, strangers=9).check("a") is None
    for _ in range(51):
        arrivals.append(asked.logged_in(arrivals.pop(0)))
    assert asked.check("a") is None
    for arrival in (known, *arrivals):
        asked.left(arrival)
    assert not asked._strangers_of, "sources without end are not remembered without end"


def test_a_flood_of_refusals_is_few_lines() -> None:
    now = [0.0]
    complaints = Complaints(lambda: now[0])
    assert [complaints.due("a") for _ in range(5)] == [1, None, None, None, None]
    assert complaints.due("b") == 1
    now[0] = 10.0
    assert complaints.due("a") == 5
    for number in range(5000):
        complaints.due(str(number))
    assert len(complaints._told) <= 1024, "sources without end are not remembered without end"
    assert len(complaints._untold) <= 2049
