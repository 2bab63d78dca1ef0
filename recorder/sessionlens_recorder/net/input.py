"""How what users type is stored, as configured; and a warning while the key to it lies on the bastion."""

from __future__ import annotations

from sessionlens_recorder import logs
from sessionlens_recorder.bundle import Input
from sessionlens_recorder.checks import find_input_keys
from sessionlens_recorder.config import Config
from sessionlens_recorder.sealing import sealing

TAKE_AWAY = (
    "the key that opens what users type lies on the bastion, so sealing it protects nothing: "
    "move it to where recordings are analysed, and delete it here"
)


def stored_input(config: Config) -> Input:
    """For BundleWriter.create."""
    wanted = config.recording
    return sealing(wanted.input_recipients) if wanted.input == "sealed" else wanted.input


def warn_of_keys(config: Config) -> None:
    """Tell of each key to sealed input that lies beside the configuration."""
    if config.recording.input == "sealed":
        for path in find_input_keys(config.path.parent, config.recording.input_recipients):
            logs.warning("input-key-here", file=path, reason=TAKE_AWAY)
