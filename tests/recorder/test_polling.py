"""Waiting for descriptors, however many are open."""

from __future__ import annotations

import os
import resource
import socket
from contextlib import ExitStack

import pytest
from sessionlens_recorder.polling import readable, ready


@pytest.fixture
def many() -> None:
    """Allow more descriptors than select(2) knows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2000:
        pytest.skip(f"no more than {hard} descriptors are allowed here")
    if soft < 2000:
        resource.setrlimit(resource.RLIMIT_NOFILE, (2000, hard))


@pytest.mark.usefixtures("many")
def test_descriptors_above_a_thousand() -> None:
    with ExitStack() as stack:
        null = os.open("/dev/null", os.O_RDONLY)
        stack.callback(os.close, null)
        while os.dup(null) < 1100:
            pass
        stack.callback(os.closerange, null + 1, 1101)
        ours, theirs = (stack.enter_context(sock) for sock in socket.socketpair())
        assert ours.fileno() > 1023
        assert readable([ours], 0) == []
        assert ready(ours, 0) == (False, True)
        theirs.send(b"x")
        assert readable([ours, theirs.fileno()], 5) == [ours]
        assert ready(ours, 0) == (True, True)


def test_who_has_gone_can_be_read() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        assert readable([ours], 5) == [ours]
        assert ready(ours, 5)[0]
    with pytest.raises(OSError, match="closed"):
        readable([ours], 0)
