"""What a secret looks like: rules of one line each, by what stands before it or by its own form.

A rule names hints, lower-case texts of which one has to be in the line: only such lines are read closely. The
group `s` of its pattern is the secret. What stands in place of a secret (`$PASS`, `****`, `true`) is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PASSWORD, TOKEN, PRIVATE_KEY, CARD, CHOSEN = "password", "token", "private key", "card", "chosen"
KINDS = (PRIVATE_KEY, PASSWORD, TOKEN, CARD, CHOSEN)

# a word as shells read it; a quote that is still open ends with the line, since it may be being typed
_QUOTED = r"""'[^']*(?:'|$)|"(?:\\.|[^"\\])*(?:"|\\?$)"""
VALUE = rf"(?P<s>(?:{_QUOTED}|\\.|[^\s'\"\\;|&<>,]|,(?!\w+=))+)"
_KEY = r"(?:access|account|api|auth|encryption|master|private|secret|shared|signing)[ _-]?key"
_CORE = (
    r"(?:passw(?:or)?d|passwort|kennwort|passphrase|passcode|storepass|keypass|secret|token|credentials?"
    rf"|(?<![a-z])(?:pass|pwd|pw)|{_KEY})"
)
_NAME = rf"(?P<name>[\w.-]*{_CORE}(?:s|\d+)?)"
_SHORT = (
    r"(?P<name>pass(?:word|wd|phrase|in|out)?|pw|pwd|storepass|keypass|token|secret|apikey)"  # with one dash
)
_TYPED = r"(?P<s>'[^']*'?|\"[^\"]*\"?|[^\s'\"]+)['\"]?,?\s*$"  # one word up to the end of the line


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to know a secret. `form`: by its own form; else what stands for a value is left alone."""

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    form: bool = False


def _rule(kind: str, hints: str, pattern: str, *, form: bool = False, case: bool = False) -> Rule:
    flags = 0 if form or case else re.IGNORECASE
    return Rule(kind, tuple(hints.split()), re.compile(pattern, flags), form)


def _program(names: str, option: str, hints: str = "") -> Rule:
    """The value of an option of these programs, in the same simple command."""
    start = rf"(?<![\w-])(?:{'|'.join(names.split())})(?![\w-])[^;|&]{{0,2000}}?\s"
    return _rule(PASSWORD, hints or names, start + option + VALUE, case=True)


_NAMES = "passw kennwort passp passc pass pwd pw secret token key credential"

_URL = r"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]"

ARGUMENTS = (
    _rule(PASSWORD, _NAMES, rf"(?<![\w.$-]){_NAME}[\"']?\]?\s{{0,4}}(?::=|=>|=(?!=))\s{{0,4}}{VALUE}"),
    _rule(PASSWORD, _NAMES, rf"[\"']{_NAME}[\"']\s*:\s*{VALUE}"),
    _rule(PASSWORD, _NAMES, rf"[\"']{_NAME}\s*:\s*(?P<s>[^\s'\"][^'\"]*)"),  # a header, in quotes
    _rule(  # YAML, and what was typed in answer to a prompt
        PASSWORD,
        _NAMES,
        rf"(?:^|[\s(])(?!passwd:){_NAME}(?:\s(?:for|of|on)\s[^:]{{1,80}})?(?:\s*\[[^\]]*\])?:\s+{_TYPED}",
    ),
    _rule(PASSWORD, "pin otp code", r"\b(?:pin|otp|code)(?:\s(?:for|of)\s[^:]{1,80})?:\s+(?P<s>\d{4,10})$"),
    _rule(PASSWORD, _NAMES, rf"(?<![\w-])--(?!no-|ask-|prompt-|without-){_NAME}(?:=|\s+(?!-)){VALUE}"),
    _rule(PASSWORD, _NAMES, rf"(?<![\w-])-{_SHORT}(?:=|\s+(?!-)){VALUE}"),
    _program(r"mysql\S* mariadb\S* mycli", "-p", "mysql mariadb mycli"),
    _program("7z 7za 7zr rar unrar", "-h?p", "7z rar"),
    _program("sshpass", r"-p\s*"),
    _program("zip unzip sqlcmd bcp tsql ipmitool", r"-P\s*"),
    _program(
        r"mongo mongosh mongodump mongorestore mongoexport mongoimport cqlsh useradd usermod rdesktop "
        r"(?:docker|podman|helm\s+registry|nerdctl|buildah|skopeo|oras|oc|cf|az)\s+login",
        r"-p\s*",
        "mongo cqlsh useradd usermod rdesktop login",
    ),
    _program("redis-cli", r"-a\s*"),
    _program(r"ldap\w+", r"-w\s*", "ldap"),
    _program(r"snmp\w+", r"-[AXc]\s*", "snmp"),
    _program("openssl", r"-[kK]\s+(?!-)"),
    _program("xfreerdp rdesktop", r"/p:"),
    _program("smbclient rpcclient net smbmap crackmapexec", r"-U\s*['\"]?[^\s%'\"]+%"),
    _program("lftp", r"-u\s*[^\s,]+,"),
    _program("curl wget http https", r"(?:-u|-U|-a|--user|--proxy-user|--auth)[\s=]*['\"]?[^\s:'\"]+:"),
    _program("vault", r"login\s+(?!-)"),
    _program("kubectl oc", r"--from-literal[\s=]+[^\s=]+=", "--from-literal"),
    _program("htpasswd", r"-\w*b\w*\s+(?:\S+\s+)?\S+\s+(?=\S+\s*$)"),
    _program("wpa_passphrase", r"\S+\s+"),
    _rule(PASSWORD, "sqlplus", r"(?<![\w-])sqlplus\s+(?:-\w+\s+)*[^\s/@]+/(?P<s>[^\s@]+)"),
    _rule(PASSWORD, "pass:", rf"(?<!\w)pass:{VALUE}"),
    _rule(PASSWORD, "aws_secret_access_key", rf"aws_secret_access_key\s+(?!=){VALUE}"),
    _rule(PASSWORD, "chpasswd", r"(?:echo|printf)\s[^:|]*:(?P<s>[^\s'\"|]+)[^|]*\|[^|]*chpasswd"),
    _rule(
        PASSWORD,
        "sudo stdin",
        rf"(?:echo|printf)\s+(?:-\w+\s+)*{VALUE}\s*\|\s*"
        r"(?:sudo\s+(?:-\w+\s+)*-\w*S|[^|]*--(?:password-)?stdin)",
    ),
    _rule(PASSWORD, "<<<", rf"(?:sudo\s[^|;]*-\w*S|chpasswd|--(?:password-)?stdin)[^|;]*<<<\s*{VALUE}"),
    _rule(
        PASSWORD,
        "identified",
        r"\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+)?(?P<s>'[^']*'?|\"[^\"]*\"?)",
    ),
    _rule(PASSWORD, "password", r"\bpassword(?:\s+|\s*\(\s*)(?P<s>'[^']*'?)"),
    _rule(PASSWORD, "password", r"\blogin\s+\S+\s+password\s+(?P<s>\S+)"),
    _rule(PASSWORD, "requirepass masterauth", rf"\b(?:requirepass|masterauth)\s+{VALUE}"),
    _rule(PASSWORD, "auth", r":\d+(?:\[\d+\])?>\s*auth\s+(?P<s>\S.*)"),
    _rule(PASSWORD, ":", r"^[\w.*-]+:(?:\d{1,5}|\*):[^\s:/]+:[^\s:/]+:(?P<s>[^\s:]+)$"),
    _rule(PASSWORD, "$", r"(?P<s>\$(?:1|5|6|7|y|gy|2[abxy]|argon2\w*)\$[\w./$=,+-]{20,})", form=True),
    _rule(PASSWORD, "://", rf"{_URL}*:(?P<s>[^\s'\"/?#]*)@(?=[^\s@/]*(?:[/\s'\":]|$))"),
    _rule(PASSWORD, "://", rf"{_URL}+:(?P<s>(?!\d{{1,5}}(?:[/?#]|$))[^\s'\"/@\[\]]+)$"),
)  # fmt: skip

_HEADER = r"\bauthorization['\"]?\s*[:=]\s*['\"]?"

TOKENS = (
    _rule(TOKEN, "bearer", r"\bbearer\s+['\"]?(?P<s>[\w.~+/=-]{3,})"),
    _rule(TOKEN, "authorization", rf"{_HEADER}(?:basic|digest|token|apikey)\s+(?P<s>[^\s'\"]+)"),
    _rule(TOKEN, "authorization", rf"{_HEADER}(?!bearer|basic|digest|token|apikey)(?P<s>[^\s'\"]{{6,}})"),
    _rule(TOKEN, "cookie:", r"\b(?:set-)?cookie:\s*(?P<s>[^\s'\"][^'\"]*)"),
    _rule(TOKEN, "eyj", r"(?P<s>(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]*(?:\.[\w-]*){0,3})", form=True),
    _rule(TOKEN, "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows)/(?P<s>[\w/]{8,})", form=True),
    *(
        _rule(TOKEN, hints, rf"(?P<s>(?<![A-Za-z0-9_-]){form})", form=True)
        for hints, form in {
            "akia asia abia acca": r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])",
            "ghp_ gho_ ghu_ ghs_ ghr_": r"gh[pousr]_[A-Za-z0-9]{20,}",
            "github_pat_": r"github_pat_\w{20,}",
            "glpat- gldt- glrt- glptt- glcbt- glft- glsoat- glimt- glagent-":
                r"gl(?:pat|dt|rt|ptt|cbt|ft|soat|imt|agent)-[\w.-]{20,}",
            "xox": r"xox[abeoprs](?:\.[a-z0-9]+)?-[\w-]{10,}",
            "xapp-": r"xapp-[\w-]{10,}",
            "aiza": r"AIza[\w-]{35}",
            "ya29.": r"ya29\.[\w-]{20,}",
            "gocspx-": r"GOCSPX-[\w-]{20,}",
            "sk_live sk_test rk_live rk_test": r"[sr]k_(?:live|test)_\w{16,}",
            "sg.": r"SG\.[\w-]{16,}\.[\w-]{16,}",
            "npm_": r"npm_[A-Za-z0-9]{30,}",
            "pypi-": r"pypi-[\w-]{40,}",
            "hf_": r"hf_[A-Za-z0-9]{30,}",
            "sk-": r"sk-(?:proj-|ant-|svcacct-)?[\w-]{20,}",
            "dop_v1_ doo_v1_ dor_v1_": r"do[opr]_v1_[a-f0-9]{40,}",
            "dckr_pat_": r"dckr_pat_[\w-]{20,}",
            "hvs. hvb. hvr.": r"hv[sbr]\.[\w-]{20,}",
            "dapi": r"dapi[0-9a-f]{32}",
            "shpat_ shpca_ shppa_ shpss_": r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
            "atatt3": r"ATATT3[\w=-]{20,}",
            ":aa": r"\d{8,10}:AA[\w-]{33}",
        }.items()
    ),
)  # fmt: skip

_BEGIN = r"BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----"

KEYS = (
    _rule(PRIVATE_KEY, "age-secret-key-", r"(?P<s>AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{20,})", form=True),
    _rule(PRIVATE_KEY, "private key", rf"{_BEGIN}(?P<s>.*?)(?:-----END|$)", form=True),
)  # fmt: skip

DEFAULT = (*KEYS, *TOKENS, *ARGUMENTS)

_NONE = re.compile(
    r"""[*•●.xX?_-]{3,}|<[^>]*>?|\[(?:hidden|masked|redacted).*|%\w|%\(\w+\)s|\{\{.*|\{\w*\}
    |\$\{\w+\}?|\$\(.*|`.*|\$[A-Z_][A-Z0-9_]*|\$\w*(?:pass|pw|secret|token|key|cred)\w*|\$
    |true|false|yes|no|none|null|nil|n/a|unset|undefined|required|optional|sufficient|requisite|prompt
    |str|string|bytes|bool|int|any|\(|\[|\{|[A-Za-z_][\w.]*\(.*|bearer|basic|process\.env.*|os\.environ.*""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER = re.compile(r"\d{1,6}")
_PATH = re.compile(r"(?:~|\.{1,2})?/(?:[\w.@-]+/)+[\w.@-]*|(?:~|\.{1,2})/[\w.-]+")


def stands_for_nothing(value: str, name: str) -> bool:
    """Is this no value but a variable, a type, stars, a path of a file that has it?"""
    if _NONE.fullmatch(value):
        return True
    if "token" in name.lower() and _NUMBER.fullmatch(value):
        return True  # how many
    if name.upper() in ("PWD", "OLDPWD"):
        return value.startswith(("/", "~"))
    return _PATH.fullmatch(value) is not None and "access" not in name.lower()
