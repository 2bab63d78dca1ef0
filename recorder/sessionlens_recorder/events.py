"""The catalogue of events: every id that the recorder tells, with its level, its meaning and its fields.

Ids are stable: what receives events (a SIEM, a script) may rely on id and field names. docs/events.md is
made from this; a test holds the code to it, in both directions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["info", "warning", "error"]
COMMON = ("utc", "bastion", "event", "level", "uid", "pid")  # what every event has; no field is called so


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of event. A field that is not known in a case is left out."""

    id: str
    level: Level
    meaning: str
    fields: tuple[str, ...]


def _event(id: str, level: Level, fields: str, meaning: str) -> Event:
    return Event(id, level, meaning, tuple(fields.split()))


_ALL = (
    # the recorder
    _event(
        "recorder-ready", "info", "server targets refuses",
        "All listeners are open; logins are possible, unless `refuses` says why nobody is let in.",
    ),
    _event("recorder-stopping", "info", "connections", "The recorder was told to stop; sessions are ended."),
    _event("recorder-stopped", "info", "", "Every session has ended and is sealed."),
    _event(
        "recorder-reloaded", "info", "file",
        "SIGHUP: new connections get the new configuration.",
    ),
    _event(
        "restart-needed", "warning", "file what",
        "SIGHUP: `what` (sinks, spool, metrics, live.socket) has changed too, and that is **not in force** "
        "until the recorder is restarted.",
    ),
    _event(
        "reload-failed", "error", "file reason",
        "SIGHUP: the new configuration cannot be used, so the old one stays.",
    ),
    _event(
        "connection-refused", "warning", "client source count reason",
        "There were too many connections, in all, from one source, or not logged in yet. `count`: of this "
        "source since the last such event; at most one in ten seconds for each.",
    ),
    _event(
        "proxy-refused", "warning", "client count reason",
        "A balancer of `server.proxy_from` sent no PROXY header that can be used. `count`: as above.",
    ),
    _event("accept-failed", "warning", "reason", "A connection could not be accepted."),
    _event("fork-failed", "error", "client reason", "No process for a connection or duty could be made."),
    _event(
        "process-died", "error", "duty how",
        "A process of the recorder ended as it should not. `duty`: what it was for.",
    ),
    _event("crash", "error", "session trace", "An error in the recorder itself. Please report it."),
    # logins
    _event(
        "login-failed", "info", "client port name method reason key",
        "A key or password was not accepted. `name` is what the client said; nobody has proved it.",
    ),
    _event(
        "login-refused", "warning", "client port person why reason",
        "A person who proved who they are was not let through to a target; `why` is one of a few words.",
    ),
    _event(
        "connection-end", "info", "client port reason",
        "A connection ended in which there was no session, but for those through it (`ssh -J`).",
    ),
    _event(
        "password-file-unreadable", "error", "person reason",
        "A person's password file cannot be read, so no password is accepted.",
    ),
    _event(
        "pam-service-unusable", "error", "person reason",
        "The file of `server.pam_service` is gone or cannot be read, so nobody is let in by PAM.",
    ),
    _event(
        "totp-file-unreadable", "error", "person reason",
        "A person's file for one-time passwords cannot be used, so no code is accepted.",
    ),
    _event(
        "authorized-keys-command-failed", "error", "person reason",
        "`authorized_keys_command` did not say which keys a person has, so none of those is accepted.",
    ),
    _event(
        "jump", "info", "session person client port",
        "A person is in, and may open recorded connections to targets (`ssh -J`): a session each. `session`: "
        "as `sessions` lists this connection.",
    ),
    # sessions
    _event(
        "session-start", "info",
        "session person method second_factor key certificate client port account target jumped reason bundle",
        "A person is through to a target, and the recording has begun. `certificate`: its key id; `jumped`: "
        "by `ssh -J`; `reason`: what the person gave as such.",
    ),
    _event(
        "session-end", "info", "session how reason",
        "A session is over and its bundle has its last line (`how`: seal or abort) and its signature. Of one "
        "whose process was killed, `bundle-recovered` says so instead.",
    ),
    _event(
        "session-warned", "info", "session reason",
        "The user reads that the session ends soon: it is idle, or as long as one may be.",
    ),
    _event("session-watched", "info", "session by reason", "A Unix user of the bastion follows a session."),
    _event("session-unwatched", "info", "session by", "They follow it no more, and it goes on."),
    _event("session-ended", "warning", "session by reason", "A Unix user of the bastion ends a session."),
    _event(
        "live-refused", "warning", "session by what reason",
        "A Unix user of the bastion wanted to list, follow, end or allow sessions, and may not.",
    ),
    _event(
        "approval-waiting", "info", "session person target client port reason",
        "A login waits until a second person allows it; `reason` is what the person gave as theirs.",
    ),
    _event("approval-given", "info", "session person target by reason", "A second person allowed a session."),
    _event(
        "approval-refused", "warning", "session person target by reason",
        "A session was not allowed: by a second person, or because none came in time (then without `by`).",
    ),
    # orders at the command line
    _event(
        "exported", "info", "case by unix_user sudo_user reason file sessions sha256",
        "Recordings were taken out for a case; `sha256` is of the ZIP file. `by` is the person, as `--by` "
        "says, or sudo, or the system; `unix_user` is whom it was run as.",
    ),
    _event(
        "person-revoked", "warning", "person by unix_user sudo_user reason",
        "A person may log in no more, and their running sessions end. `by`: as in `exported`.",
    ),
    _event(
        "person-restored", "info", "person by unix_user sudo_user reason",
        "A person who was revoked may log in again.",
    ),
    _event(
        "recording-held", "info", "bundle case by unix_user sudo_user",
        "A case needs a recording, so that retention leaves it.",
    ),
    _event(
        "recording-released", "info", "bundle case by unix_user sudo_user",
        "A case needs a recording no more.",
    ),
    _event(
        "policy-allowed", "info", "session what",
        "Something that needs the configuration's permission was asked for and may pass.",
    ),
    _event(
        "policy-refused", "warning", "session person what reason",
        "A user or target asked for something that is not allowed; it was refused. `person`: in no session.",
    ),
    _event(
        "file-transfer", "info", "session person target direction path size offset hashed sha256 result",
        "A file has passed by sftp or scp, and nothing more of it will, whatever the `result` (left out: not "
        "known). `sha256` is of `hashed` bytes from `offset` on; left out, these are `size` and 0. By scp "
        "the `path` is the name below what its command names. A file that sftp only emptied has `size` 0.",
    ),
    _event(
        "file-transfers-more", "info", "session person target count to_user to_target",
        "More files passed at once than are told one by one (20 a second, the largest): so many more, with "
        "so many bytes in each direction. Each is in the recording's `files.jsonl`.",
    ),
    # recordings
    _event(
        "chain-head", "info", "session bundle length chain final",
        "How far a bundle's journal is, and its chain value there: whoever keeps this away from the bastion "
        "can prove later that nothing before was rewritten. `final`: nothing will follow.",
    ),
    _event(
        "recording-impossible", "error", "person reason",
        "A bundle could not be begun, so the person was not let through.",
    ),
    _event("recording-failed", "error", "session reason", "A recording cannot go on, so the session ends."),
    _event(
        "sealing-failed", "error", "session reason",
        "A bundle could not be sealed; the next start tries again.",
    ),
    _event("bundle-failed", "error", "reason", "A process ended because of a bundle that it could not use."),
    _event(
        "bundle-recovered", "warning", "session bundle reason",
        "A bundle that a dead process left was sealed as aborted: of this session there is no `session-end`.",
    ),
    _event(
        "bundle-recovery-failed", "error", "session bundle reason",
        "A bundle that was left unsealed cannot be sealed.",
    ),
    _event(
        "disk-filling", "warning", "used free inodes",
        "The disk of the recordings is fuller than `disk.warn`: percent used (of bytes or inodes, whichever "
        "is more), MiB and inodes free. Told once.",
    ),
    _event(
        "disk-short", "error", "reason",
        "The disk of the recordings is down to the reserve: running sessions go on, new ones are refused.",
    ),
    _event(
        "retention-unset", "warning", "used",
        "The disk of the recordings fills, and no `retention.days` says when they may be deleted.",
    ),
    _event(
        "recording-deleted", "info", "bundle rule manifest chain",
        "A recording was deleted, and by which rule. A signed tombstone with these hashes is in its place.",
    ),
    _event(
        "retention-failed", "error", "bundle reason",
        "A recording that is old enough could not be deleted, or is not as it was sealed, and stays. Without "
        "`bundle`: none was looked at, since the wall clock has leapt.",
    ),
    _event(
        "retention-held", "info", "bundle cases",
        "A recording that is old enough is kept, since these cases hold it.",
    ),
    _event(
        "input-key-here", "warning", "file reason",
        "The private key that opens what users type lies on the bastion, so sealing it protects nothing.",
    ),
    # sinks
    _event(
        "sink-down", "warning", "sink reason",
        "An endpoint does not take events; they wait on disk, and it is tried again and again.",
    ),
    _event("sink-up", "info", "sink", "An endpoint that was down takes events again."),
    _event(
        "sink-lost", "error", "sink count",
        "A sink missed so many events: it was down for longer than the queue on disk lasts, or refused them.",
    ),
    _event(
        "events-lost", "error", "count",
        "So many events could not be put into the queue on disk, or not into the half of it that may be "
        "theirs: no sink has them.",
    ),
    _event(
        "events-more", "warning", "what count",
        "So many more events `what` happened than are told: of each session, person, Unix user or source, 20 "
        "a second. Of all of them together since the last such event.",
    ),
    _event(
        "log-lost", "error", "count",
        "So many lines could not be written to stderr, since nobody read them.",
    ),
    _event(
        "sink-test", "info", "sink",
        "Sent by `sessionlens-recorder sinks --test` to see whether it arrives.",
    ),
)  # fmt: skip

CATALOGUE: dict[str, Event] = {event.id: event for event in _ALL}

FLOODABLE = frozenset(
    {
        "connection-end", "connection-refused", "jump", "live-refused", "login-failed", "login-refused",
        "policy-allowed", "policy-refused",
    }
)  # fmt: skip
"""What strangers, users, targets and Unix users can cause as often as they like: told 20 a second of each,
with values of at most 256 characters; the others are counted (`events-more`)."""

MINOR = FLOODABLE | {"file-transfer", "file-transfers-more"}
"""These get no more than half of the queue on disk; the other half is for the rest, `session-start`, say."""
