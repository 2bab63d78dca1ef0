"""The text of a new recorder.toml: what `init` writes, and what it leaves as comments."""

from __future__ import annotations

TEMPLATE = """\
# SessionLens recorder. Paths are relative to this file. Start it with:
#   sessionlens-recorder serve --config recorder.toml

[server]
name = {name} # this bastion, in recordings and in allowed_signers
listen = {listen} # only this machine reaches 127.0.0.1; "0.0.0.0:2222" is for everybody
host_key = "keys/host_ed25519"
signing_key = "keys/signing_ed25519"  # seals the recordings; allowed_signers beside this file verifies them
recordings = "recordings"
# login_grace = 60                    # seconds for the login
# idle = "30m"                        # a session in which nothing happens for so long ends; default: no limit
# longest = "10h"                     # how long a session may last; default: no limit
# notice = \"\"\"
{notice}
# \"\"\"                                 # or: notice = "given elsewhere: <where>"

[recording]
{input}
{rule}
{user}
{target}
{more}"""

MORE = """\
# Who may look at running sessions and end them, and allow those that need a second person: Unix users.
#[live]
#watchers = ["mary"]
#approvers = ["mary"]                 # with four_eyes = true in a target or a rule

# Who else is told of events: syslog, Splunk, Sumo Logic, a file. docs/recorder/sinks.md.
#[sinks.siem]
#type = "syslog"                      # RFC 5424 over TLS
#address = "log.example.org:6514"

# How much there may be of everything; these are the defaults.
#[limits]
#startups = "10:30:100"               # connections that are not logged in: as sshd's MaxStartups
#per_source = 100                     # connections of one address
#per_person = 100                     # sessions of one person
#total = 500                          # connections in all

#[retention]
#days = 400                           # recordings are deleted so long after their end; default: kept
"""

RULE = """\
# Who may reach what; nobody anything without a rule. `who`: names, "@group", "*".
#[[rules]]
#who = "john"
#targets = "web01"                    # names; "*" for all
#allow = ["shell", "exec", "sftp"]    # and "subsystem", "forward", "agent", "x11"; default: these three
#hours = "Mon-Fri 08:00-18:00 Europe/Berlin"   # default: always
"""


INPUT = {
    "sealed": """\
input = "sealed"                      # what users type, passwords too, is encrypted for these keys (age1…):
input_recipients = [{recipient}]
# The private half, input.key, opens it: take it away from this machine. The other ways: input = "plain"
# stores what users type as it is, "off" not at all.
""",
    "plain": """\
input = "plain"                       # what users type, passwords too, is stored as it is
""",
    "off": """\
input = "off"                         # what users type is not stored: commands come from what was shown
""",
}

USER = """\
# Who may log in. One of the two, or both: either lets in.
#[users.john]
#authorized_keys = "users/john.pub"
#password_file = "users/john.passwd"  # (umask 077; sessionlens-recorder passwd > users/john.passwd)
"""

TARGET = """\
# Where sessions go on. ssh-keyscan shows a host key; compare it before you trust it.
#[targets.web01]
#address = "10.0.0.5:22"
#host_key = "ssh-ed25519 AAAA…"       # pinned; a change is refused. A list of several is possible
#listen = "127.0.0.1:2301"            # an address of its own (optional); john%web01 at the server's works too
#account = "deploy"                   # on the target; default: the person's name
#upstream = "key"                     # log in there with a stored key; or "passthrough": ask for the password
#key = "keys/web01"
#forward = ["127.0.0.1:*"]            # what -L, -D, -R and Unix-socket forwards may reach; default: nothing
#agent = false                        # agent forwarding
#x11 = false                          # X11 forwarding
"""
