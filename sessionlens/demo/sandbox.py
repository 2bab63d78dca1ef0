"""What lies in the home directory that the insider works in: a source tree, a log, notes and a locked vault.

All of it is written for the demo, with fixed contents and dates. `bin/vault-unlock` is a real program that
turns the terminal's echo off and compares hashes; its passphrase is drawn anew for every run and kept
nowhere in clear.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

MODULES = ("accounts", "charges", "disputes", "export", "ledger", "payouts", "refunds", "webhooks")

MODULE = '''"""{title}: part of the payment service. Confidential."""

from dataclasses import dataclass


@dataclass(frozen=True)
class {name}:
    account: str
    cents: int

    def settle(self) -> int:
        return self.cents - self.cents * 29 // 1000
'''

README = """# payments

The payment service. Internal, do not share outside the company.

- `ledger` is the only place that writes balances
- every export is approved by the finance team
"""

LOG = [
    "payments: charge 10482 settled",
    "payments: charge 10483 settled",
    "audit: login deploy from 10.4.0.17",
    "audit: nightly backup of src/ finished",
    "payments: charge 10484 settled",
    "audit: file access log rotated",
]

NOTES = """release 4.2 on Thursday
ask Maria about the export job
"""

VAULT_UNLOCK = """#!/usr/bin/env bash
# Opens the deploy vault. Three attempts, nothing is echoed.
digest() { printf %s "$1" | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d' ' -f1; }
trap 'stty echo' EXIT
stty -echo
for attempt in 1 2 3; do
    printf 'Passphrase for the deploy vault: '
    IFS= read -r phrase || exit 1
    echo
    if [ "$(digest "$phrase")" = "@DIGEST@" ]; then
        echo 'Vault open until 18:00: release-key, registry-token'
        exit 0
    fi
    echo 'Sorry, that is not it.'
done
exit 1
"""

LAST_CHANGE = datetime(2026, 8, 14, 9, 12, tzinfo=UTC)


def furnish(home: Path, passphrase: str) -> None:
    """Fill an empty home; the vault opens with `passphrase`."""
    for number, module in enumerate(MODULES):
        text = MODULE.format(title=module.capitalize(), name=module.capitalize())
        write(home / "src/payments" / f"{module}.py", text, number)
        write(home / "src/payments/tests" / f"test_{module}.py", f"import payments.{module}\n", number + 20)
    write(home / "src/payments/README.md", README, 40)
    write(home / "src/common/money.py", "CENTS = 100\n", 41)
    log = [
        f"{LAST_CHANGE + timedelta(minutes=11 * number):%b %d %H:%M:%S} web01 {LOG[number % len(LOG)]}\n"
        for number in range(48)
    ]
    write(home / "log/app.log", "".join(log), 600)
    write(home / "notes.txt", NOTES, 500)
    vault = home / "bin/vault-unlock"
    write(vault, VAULT_UNLOCK.replace("@DIGEST@", hashlib.sha256(passphrase.encode()).hexdigest()), 3)
    vault.chmod(0o755)
    for folder in (path for path in home.rglob("*") if path.is_dir()):
        changed = LAST_CHANGE.timestamp()
        os.utime(folder, (changed, changed))


def write(path: Path, text: str, minutes: int) -> None:
    """A file of that text, last changed so many minutes after `LAST_CHANGE`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    changed = (LAST_CHANGE + timedelta(minutes=minutes)).timestamp()
    os.utime(path, (changed, changed))
