"""What a follower sees: the output of a growing bundle's terminals, from the beginning to the end."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from sessionlens_recorder.bundle import (
    BundleReadError,
    channel_dirs,
    channel_number,
    is_live,
    open_regular,
    read_channel,
    split_last_line,
)
from sessionlens_recorder.polling import readable

PIECE = 64 * 1024
POLL_S = 0.1


class Showing:
    """`number`: one channel, whatever it is; None: all that have a terminal, as they come."""

    def __init__(self, bundle: Path, number: int | None, send: Callable[[dict[str, Any]], None]) -> None:
        self._bundle, self._number, self._send = bundle, number, send
        self._files: dict[str, BinaryIO] = {}
        self._held: dict[str, bytes] = {}  # the last line of the file, unless more comes
        self._others: set[str] = set()

    def run(self, sock: socket.socket) -> None:
        """Until the session has ended or nobody looks any more. OSError from `send` passes."""
        while True:
            ended = not is_live(self._bundle)
            self._look_for_channels()
            if self._show_more():
                continue
            if ended:
                self._send({"ended": True})
                return
            if readable([sock], POLL_S):  # they say nothing but goodbye
                return

    def _look_for_channels(self) -> None:
        for folder in channel_dirs(self._bundle):
            if folder.name not in self._files and folder.name not in self._others:
                self._look_at(folder)

    def _look_at(self, folder: Path) -> None:
        try:
            shown = self._is_shown(folder)
            if shown and (folder / "out").exists():
                file = open_regular(self._bundle, f"{folder.name}/out")
                if file.readline().endswith(b"\n"):  # "Script started on …", which no terminal has shown
                    self._files[folder.name] = file
                else:
                    file.close()  # not whole yet
        except BundleReadError:  # its channel.json is not whole yet
            return
        if not shown:
            self._others.add(folder.name)

    def _is_shown(self, folder: Path) -> bool:
        if self._number is not None:
            return channel_number(folder) == self._number
        return bool(read_channel(self._bundle, folder.name).get("pty"))

    def _show_more(self) -> bool:
        more = False
        for name, file in self._files.items():
            if data := file.read(PIECE):
                shown, self._held[name] = split_last_line(self._held.get(name, b"") + data)
                if shown:
                    self._send({"channel": name, "data": base64.b64encode(shown).decode()})
                more = True
        return more
