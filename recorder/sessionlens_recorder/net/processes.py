"""The accept process's children: forked here, heard through a pipe each, reaped here.

The accept process has one thread for ever, since a fork copies only one.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import BundleError
from sessionlens_recorder.counting import Counters
from sessionlens_recorder.live.answer import ANSWERING
from sessionlens_recorder.net.admission import Arrival
from sessionlens_recorder.net.child import Child

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP)


class Processes:
    """`forget` is called in each child, which does without what the accept process has open."""

    def __init__(
        self, selector: selectors.BaseSelector, counters: Counters, forget: Callable[[], None]
    ) -> None:
        self.children: dict[int, Child] = {}
        self._selector, self._counters, self._forget = selector, counters, forget
        self._pid = os.getpid()

    def fork(
        self,
        duty: str,
        run: Callable[[int], int],
        arrival: Arrival | None = None,
        orders: socket.socket | None = None,
        asks: int | None = None,
    ) -> None:
        """`run` gets the pipe to speak into; its answer is the exit code. `orders` is our end of what a
        connection is told on, which only answering processes keep. OSError: no process or descriptor is left.
        """
        if threading.active_count() != 1:
            raise AssertionError("the accept process has a second thread, and a fork would not copy it")
        ours, theirs = os.pipe()
        slot = self._counters.take_slot(connection=arrival is not None)
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # none is to meet the child with our handlers
        try:
            pid = os.fork()
        except OSError:
            os.close(ours)
            os.close(theirs)
            self._counters.give_back(slot)
            raise
        finally:
            if os.getpid() == self._pid:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        if pid == 0:
            _live(lambda: run(theirs), lambda: self._become(ours, slot, duty, orders))
        os.close(theirs)
        os.set_blocking(ours, False)
        self.children[pid] = Child(duty, ours, slot, arrival, orders, asks)
        self._selector.register(ours, selectors.EVENT_READ, pid)

    def _become(self, ours: int, slot: int, duty: str, orders: socket.socket | None) -> None:
        """In the child: close what belongs to the accept process."""
        self._counters.use(slot)
        for unused in (ours, *(child.report for child in self.children.values())):
            os.close(unused)
        others = () if duty == ANSWERING else (child.orders for child in self.children.values())
        for end in (orders, *others):
            if end is not None:
                end.close()
        self._selector.close()  # not unregister: what epoll(7) knows is shared with the accept process
        self._forget()

    def hear(self, pid: int) -> bool:
        """Read what a child says. True if it says now that somebody has logged in."""
        child = self.children.get(pid)
        if child is None:
            return False
        before = child.spoke
        if child.hear():
            with contextlib.suppress(KeyError):  # it speaks no more; its death is told by a signal
                self._selector.unregister(child.report)
        return child.spoke and not before

    def reap(self) -> list[tuple[Child, int]]:
        """Those that ended, and their exit codes; negative: killed by that signal. Process 1 of a container
        collects what others leave too.
        """
        ended = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:  # there is none
                break
            if pid == 0:
                break
            if pid not in self.children:
                continue
            self.hear(pid)
            child = self.children.pop(pid)
            with contextlib.suppress(KeyError):
                self._selector.unregister(child.report)
            child.close()
            self._counters.give_back(child.slot)
            ended.append((child, os.waitstatus_to_exitcode(status)))
        return ended

    def signal(self, number: int, chosen: set[int]) -> None:
        for pid in chosen & self.children.keys():
            os.kill(pid, number)

    def look(self) -> None:
        """Somebody was revoked, or a clock was set: every session looks what that is to it."""
        for child in self.children.values():
            child.look()

    def doing(self, duty: str) -> bool:
        return any(child.duty == duty for child in self.children.values())


def _live(run: Callable[[], int], become: Callable[[], None]) -> None:
    """A child's whole life. Never returns."""
    code = 70  # EX_SOFTWARE
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGHUP):  # go to the accept process, which knows what to do
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        become()
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        threading.excepthook = lambda args: logs.error("crash", trace=_trace(args.exc_value))
        code = run()
    except BundleError as error:
        logs.error("bundle-failed", reason=error)
    except BaseException as error:
        logs.error("crash", trace=_trace(error))
    finally:
        sys.stderr.flush()
        os._exit(code)


def _trace(error: BaseException | None) -> str:
    return "".join(traceback.format_exception(error))
