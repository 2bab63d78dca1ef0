"""A leg with another one at the far end of a socket pair: key exchanges in the middle of everything."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

import paramiko
import pytest
from sessionlens_recorder.net import leg as leg_module
from sessionlens_recorder.net.leg import Leg, TargetLeg, reason_of_end
from sessionlens_recorder.net.packetizer import BufferedPacketizer

from .conftest import DEADLINE_S, make_key, wait_for
from .messages import data


class LoggedIn:
    """An auth handler that has nothing left to do."""

    banner = None

    def __init__(self) -> None:
        self._handler_table: dict[int, object] = {}

    def is_authenticated(self) -> bool:
        return True

    def abort(self) -> None:
        pass


@pytest.fixture
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Leg, TargetLeg]]:
    one, two = socket.socketpair()
    server, client = Leg(one), TargetLeg(two)
    key = make_key(tmp_path_factory.mktemp("leg") / "host")
    server.add_server_key(paramiko.Ed25519Key.from_private_key_file(str(key)))
    server.auth_handler = LoggedIn()  # type: ignore[assignment]
    server.start_server(event=threading.Event())
    client.start_client(timeout=DEADLINE_S)
    client.auth_handler = LoggedIn()  # type: ignore[assignment]
    wait_for(server.clear_to_send.is_set, "the other one is through with the exchange too")
    yield server, client
    for leg in (server, client):
        leg.kill()
        leg.join(DEADLINE_S)


def test_rekeying_from_both_ends_at_once_loses_and_reorders_nothing(pair: tuple[Leg, TargetLeg]) -> None:
    heard: tuple[list[bytes], list[bytes]] = ([], [])
    exchanges: list[int] = []
    for leg, got in zip(pair, heard, strict=True):
        leg.packetizer.REKEY_BYTES = 300_000
        leg.pair(got.extend)
        parse = leg._handler_table[21]
        leg._handler_table[21] = lambda m, parse=parse: (exchanges.append(1), parse(m))
    sent = [data(n, struct.pack(">I", n) * 2000) for n in range(600)]

    def talk(leg: Leg, arrived: list[bytes]) -> None:
        for n, payload in enumerate(sent):
            wait_for(lambda n=n: len(arrived) > n - 30, "room in the window")
            leg.send(payload)

    threads = [threading.Thread(target=talk, args=(pair[n], heard[1 - n])) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    wait_for(lambda: all(len(got) == len(sent) for got in heard), "everything arrives")
    assert heard[0] == sent
    assert heard[1] == sent
    assert len(exchanges) > 6


def test_a_peer_that_never_finishes_its_exchange_fills_no_memory(
    pair: tuple[Leg, TargetLeg], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leg_module, "QUEUE_LIMIT", 100_000)
    server, _ = pair
    server.clear_to_send.clear()
    with pytest.raises(paramiko.SSHException, match="does not finish its key exchange"):
        for _ in range(100):
            server.send(data(0, bytes(10_000)))


@pytest.mark.parametrize("known", [False, True], ids=["stranger", "logged in"])
def test_a_stranger_who_sends_and_reads_nothing_is_left_at_two_megabytes(known: bool) -> None:
    """While our answers wait, what the peer sends is read ahead; after the login, windows bound that."""
    one, two = socket.socketpair()
    with one, two:
        ours = Leg(one)
        if known:
            ours.pair(lambda payloads: None)
        packetizer = ours.packetizer
        packetizer.reader = threading.get_ident()
        sent: list[int] = []

        def flood() -> None:
            with contextlib.suppress(OSError):
                while sum(sent) < 8 << 20:
                    sent.append(two.send(bytes(65536)))
            two.close()

        thread = threading.Thread(target=flood)
        thread.start()
        with pytest.raises((paramiko.SSHException, EOFError, OSError)) as caught:
            packetizer.write_all(bytes(16 << 20))
        one.close()
        thread.join(DEADLINE_S)
    assert ("takes nothing" in str(caught.value)) != known
    assert (sum(sent) < 4 << 20) != known


def test_the_last_messages_arrive_before_the_end(pair: tuple[Leg, TargetLeg]) -> None:
    server, client = pair
    heard: list[bytes] = []
    client.pair(heard.extend)
    server.finish([data(0, b"last words")], "because")
    client.join(DEADLINE_S)
    assert heard == [data(0, b"last words")]
    assert client.goodbye == (11, "because")
    server.send(data(0, b"too late"))


def test_a_silent_leg_can_be_killed_at_once(pair: tuple[Leg, TargetLeg]) -> None:
    server, _ = pair
    assert BufferedPacketizer.poll > 4
    server.kill()
    server.join(4)
    assert not server.is_alive()


def test_paramiko_still_needs_what_the_leg_mends() -> None:
    """When one of these fails, paramiko has learned it: take the workaround out."""
    assert 192 not in paramiko.common.MSG_NAMES, "an unknown number still raises KeyError in Transport.run"
    assert paramiko.Transport._active_check_timeout == 0.1
    assert "3des-cbc" in paramiko.Transport._preferred_ciphers
    assert "read_all" in vars(paramiko.packet.Packetizer)


def test_how_a_connection_broke_is_said_in_words(pair: tuple[Leg, TargetLeg]) -> None:
    leg, _ = pair
    leg.fail(ConnectionResetError(104, "Connection reset by peer"))
    assert reason_of_end(leg) == "connection reset by peer"
