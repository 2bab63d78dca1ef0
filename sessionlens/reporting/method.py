"""What does not depend on the case: method, error rate, limits; and how to check it all."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import groupby

from sessionlens.catalog.search import count
from sessionlens.reporting.figures import OVERALL, RATES, UNSEEN, WITH_INPUT
from sessionlens.reporting.markup import Markup, element, items, join, paragraphs, table
from sessionlens.reporting.model import Case, Sheet
from sessionlens.visible import visible

METHOD = (
    "A session is recorded on a bastion: the person logs in there, and a recorder passes every byte on to "
    "the target machine and back. It writes each byte down, with its time, before it passes it on.",
    "SessionLens plays what was recorded into a terminal emulator, as the person's own terminal did, and "
    "so knows what stood on the screen at each moment. The pictures are painted from that.",
    "A command is read from the screen at the moment when the shell took the line, not when Enter was "
    "pressed, and is compared with the keystrokes where these were recorded. How well the two agree is "
    "the confidence: high, medium or low.",
    "To find commands that start a program, a line is read as a shell reads it: order and form of "
    "options, quotes, paths, and programs that start others (sudo, env, xargs, bash -c and their like) "
    "make no difference. The text is looked for beside that: in every command, in every line that ever "
    "stood on a screen, and in names of files that passed.",
    "Every item has a ref, SESSION/CHANNEL/STREAM:FIRST-LAST: the bytes FIRST to LAST (counted from 0) of "
    "the file “out” of that channel, where the item begins and ends.",
)
LIMITS = (
    "It shows what was typed and printed. What a script, an alias or another session did silently it does "
    "not show.",
    "The person is who logged in at the bastion; whoever held that key or knew that password could be at "
    "the keyboard. The account is the login on the target.",
    "A command that was started may have failed. Exit codes are known only where the shell or the client "
    "tells them.",
    "A program can print anything, also something that looks like a prompt with a command. The bytes are "
    "what was sent.",
    "What was typed without echo (passwords, as a rule) is not shown and not searched.",
    "Times are those of the recorder's clock when the bytes passed it.",
    "INTACT says that nothing was changed since the recording was sealed by that key; it does not say "
    "that the recorder itself was honest.",
    "A picture is painted with the fonts of SessionLens: the characters and their places are those of the "
    "session, the look of the person's own terminal is not known.",
)


def method() -> Markup:
    """In plain words."""
    return paragraphs(*METHOD)


def limits() -> Markup:
    """What a report cannot say."""
    return items(LIMITS)


def error_rate() -> Markup:
    """The measured figures."""
    heads = (("what", "Keystrokes"), ("what", "Confidence"), ("what", "Source"), ("why", "Text not exact"))
    rows = [[kept, tier, source, str(rate)] for (kept, tier, source), rate in RATES.items()]
    whole = (
        f"Of all commands that were run {percent(1 - each.recall)} are missing and "
        f"{percent(1 - each.precision)} of those listed are false, "
        f"{'with' if kept == WITH_INPUT else 'without'} keystrokes (measured on {each.n:,} commands)."
        for kept, each in OVERALL.items()
    )
    exact, every = (sum(pair[i] for pair in UNSEEN.values()) for i in (0, 1))
    return join(
        [
            paragraphs(
                "Measured on sessions of real shells whose own hooks told what was run. A command counts "
                "as wrong if one character differs. The method was built with these sessions at hand: "
                "expect more errors on others, and read the intervals."
            ),
            table("Error rate by confidence and source", heads, rows),
            paragraphs(
                *whole,
                f"On four sets of sessions that nobody had seen before they were scored, {every - exact} "
                f"of {every:,} commands of high confidence were not exact ({percent(1 - exact / every)}); "
                "most of these were continuation prompts of odd forms, which were mended afterwards.",
            ),
        ]
    )


def percent(share: float) -> str:
    """`0.6 %`."""
    return f"{100 * share:.1f} %"


def checks(case: Case) -> Markup:
    """Commands of tools that everybody has."""
    sealed = [sheet for sheet in case.sheets if sheet.seal is not None and sheet.seal.sealed]
    parts = [
        paragraphs(
            "These are commands of coreutils and OpenSSH; nothing of SessionLens is needed. "
            "“allowed_signers” is the file of the recorder's administrator: take it from there, not from "
            "whoever brought the recording."
        )
    ]
    if len(sealed) == 1:
        parts.append(element("pre", "\n".join(_commands(sealed[0])), class_="commands"))
    elif sealed:
        parts.append(
            paragraphs(
                "In the folder that was named, with “allowed_signers” in it; the hash of each MANIFEST is "
                "under Verification and in the list below. FAILED names a recording that does not hold."
            )
        )
        order = sorted(sealed, key=_by)
        parts += [
            element("pre", "\n".join(_loop(who, key, list(own))), class_="commands")
            for (who, key), own in groupby(order, key=_by)
        ]
    if len(sealed) < len(case.sheets):
        rest = count(len(case.sheets) - len(sealed), "session")
        parts.append(
            paragraphs(
                f"{rest} cannot be checked so: no seal, or a format that has none. The hash given is that "
                "of the recorded output (times and bytes, without what was typed), as SessionLens "
                "computes it."
            )
        )
    return join([*parts, _list(case)])


def _commands(sheet: Sheet) -> list[str]:
    """For one sealed recording; what each has to answer stands behind #."""
    who, key = _by(sheet)
    return [
        f"cd {shlex.quote(visible(sheet.path))}",
        f"sha256sum MANIFEST        # {sheet.seal.sha256 if sheet.seal else ''}",
        "sha256sum -c MANIFEST     # every file: OK",
        f"ssh-keygen {who} -n sessionlens -s MANIFEST.sig < MANIFEST",
        f"    # Good “sessionlens” signature … with key {key}",
    ]


def _by(sheet: Sheet) -> tuple[str, str]:
    """How ssh-keygen is told whose seal it has to be, and the key that it is to name."""
    seal = sheet.verification
    signer = (seal.signer or "").split(",")[0]
    who = f"-Y verify -f allowed_signers -I {shlex.quote(signer)}" if signer else "-Y check-novalidate"
    return who, seal.fingerprint or ""


def _loop(who: str, key: str, sheets: Sequence[Sheet]) -> list[str]:
    """The same for many that one key sealed."""
    return [
        "for folder in \\",
        " \\\n".join(f"    ./{shlex.quote(sheet.path)}" for sheet in sheets),
        "do",
        '    (cd "$folder" && sha256sum --quiet -c MANIFEST) &&    # says nothing where every file is OK',
        f'    ssh-keygen {who} -n sessionlens -s "$folder/MANIFEST.sig" < "$folder/MANIFEST" ||',
        '    echo "FAILED: $folder"',
        "done",
        f"# each: Good “sessionlens” signature … with key {key}",
    ]


def _list(case: Case) -> Markup:
    """What the hash at the foot of each page is of."""
    if len(case.sheets) < 2:
        return paragraphs("The hash at the foot of each page is the one above.")
    return join(
        [
            element("h3", "The hash at the foot of each page"),
            paragraphs(
                "It is the SHA-256 of the following list, one line a recording, each ended by a line "
                "feed: save it as list.txt, then “sha256sum list.txt” says the hash, and “sha256sum -c "
                "list.txt” in the folder of the recordings checks each MANIFEST."
            ),
            element("pre", listing(case), class_="commands"),
        ]
    )


def listing(case: Case) -> str:
    """The hashes of all recordings, in sha256sum's format."""
    return "\n".join(_line(sheet) for sheet in case.sheets)


def _line(sheet: Sheet) -> str:
    path = visible(sheet.path)  # a line feed in a name would be a line of the list
    if sheet.seal is None:
        return f"{'-' * 64}  {path}"
    return f"{sheet.seal.sha256}  {path}" + ("/MANIFEST" if sheet.seal.sealed else f" ({sheet.seal.of})")


def versions(case: Case) -> Markup:
    """Programs, libraries and fonts that made this page."""
    named = ", ".join(f"{name} {version}" for name, version in case.versions.items())
    parts = [paragraphs(f"Programs and libraries: {named}.")] if named else []
    heads = (("font", "Font"), ("hash", "SHA-256"))
    return join([*parts, table("Fonts", heads, case.fonts.items())] if case.fonts else parts)
