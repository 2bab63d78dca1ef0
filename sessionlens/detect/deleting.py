"""What deletes, empties or overwrites: the marks delete-tree, delete-found, delete-file, wipe, empty-file.

By the programs' man pages. What only moves data, covers or locks it does not count.
"""

from __future__ import annotations

import re

from .code import decoded, language_of
from .model import targets
from .use import Use

_REMOVERS = frozenset({"rm", "unlink", "shred", "srm", "wipe", "truncate"})
_SEARCHED = frozenset({"xargs", "parallel", "find", "fd"})
_LISTED = re.compile(r"(?:\$\(|`)\s*(?:sudo\s+)?(?:find|fd|ls|locate|git ls-files)\b|\*\*")
_HARMLESS = frozenset({"--help", "--version", "--dry-run", "--dryrun", "--just-print"})
# programs that delete a tree, a volume or a bucket where their words match
_TREES = {
    program: re.compile(pattern)
    for program, pattern in {
        "rmtree": "", "rimraf": "", "del-cli": "", "trash": "", "trash-put": "", "rmtrash": "",
        "gvfs-trash": "", "kioclient": "trash:",
        "gio": r"^trash\b", "git": r"^(?:\S+ )?(?:rm\b.* (?:-\w*r|--rec)|worktree remove)", "hg": r"^purge\b",
        "svn": r"^(?:rm|remove|delete|del) .*--force", "rsync": r"(?:^| )--(?:del|remove-source)",
        "tar": r"(?:^| )--remove-files", "zip": r"(?:^| )(?:-[a-zA-Z]*m|--move)", "7z": r"(?:^| )-sdel\b",
        "rar": r"(?:^| )(?:-df\b|-dr\b|m )", "userdel": r"(?:^| )(?:-\w*r|--rem)",
        "deluser": r"--remove-(?:home|all)",
        "ansible": r"\bstate=absent\b", "btrfs": r"^\S*sub\S* +del", "zfs": r"^destroy +\S",
        "zpool": r"^destroy +\S",
        "lvremove": "", "vgremove": "",
        "docker": r"\bvolume (?:rm|remove|prune)|^system prune\b.* --volumes|\bdown\b.* (?:-v\b|--vol)",
        "kubectl": r"\bdelete (?:pvc|pv|persistentvolume|ns\b|namespace|all\b|.*--all)",
        "aws": r"\bs3 (?:rm\b.*--recursive|rb\b.*--force)|\bs3api delete-(?:bucket|objects)\b",
        "gsutil": r"\brm\b.* -[rR]|\brb\b", "gcloud": r"\bstorage rm\b.* (?:-r|-R|--rec)",
        "az": r"\b(?:delete-batch|group delete|container delete)\b",
        "s3cmd": r"^(?:del\b.*--rec|rb\b)", "mc": r"^(?:rm\b.* (?:-r|--rec)|rb\b)",
        "hdfs": r"-(?:rm\b.* -[rR]|rmr\b)",
        "hadoop": r"-(?:rm\b.* -[rR]|rmr\b)", "rclone": r"^(?:purge|delete|rmdirs)\b",
        "rbd": r"^(?:rm|remove)\b",
        "ceph": r"\b(?:pool delete|fs rm)\b",
        "virsh": r"^(?:vol-delete|pool-delete|undefine\b.*--remove-all-storage)",
        "lftp": r"\brm -\w*r", "mysqladmin": r"\bdrop\b", "dropdb": "",
        "lxc": r"^(?:delete|storage volume delete)\b",
        "vagrant": r"^destroy\b", "snapper": r"^delete\b", "pvremove": "", "rmdir": r"(?:^| )/[sS]\b",
        "rd": r"(?:^| )/[sS]\b",
        "del": r"(?:^| )/[sS]\b", "erase": r"(?:^| )/[sS]\b", "srm": r"(?:^| )-\w*[rR]",
    }.items()
}  # fmt: skip
_RECURSIVE = frozenset({"rm", "Remove-Item", "ri", "del", "erase", "rd", "rmdir"})
_TREE_CODE = re.compile(
    r"\brmtree\s*\(|\bremove_tree\b|\brm_rf?\b|\bremove_(?:dir|entry)\w*\b|\brm_r\b|\bremovedirs\s*\("
    r"|\b(?:rm|rmdir|remove|unlink)(?:Sync)?\s*\([^;]{0,200}\brecursive\s*[:=]\s*(?:true|TRUE|T\b)"
    r"|\bfile\s+delete\s+-force|\bdelete-directory\b|\bdelete\s*\([^;)]{1,200},\s*['\"]rf['\"]"
    r"|\[?IO\.Directory\]?::Delete|\bRemove-Item\b.{0,200}-[Rr]ec"
)
_FILE_CODE = re.compile(r"\b(?:unlink|os\.remove|os\.rmdir|unlinkSync|rmSync|File\.delete|FileUtils\.rm)\b")
_EACH_CODE = re.compile(r"\b(?:walk|r?glob|find\w*|scandir|listdir|readdir\w*|iterdir|each\w*|File::Find)\b")
# programs that overwrite a device or a file where their words match
_WIPERS = {
    program: re.compile(pattern)
    for program, pattern in {
        "shred": "", "wipe": "", "srm": "", "scrub": "", "blkdiscard": "", "wipefs": r"(?:^| )-\w*a|--all",
        "mke2fs": "",
        "mkswap": "", "cryptsetup": r"\b(?:luksErase|erase|luksFormat)\b",
        "hdparm": r"--(?:security-erase|trim-sector)",
        "nvme": r"^(?:format|sanitize)\b", "sgdisk": r"(?:^| )-\w*[Zz]|--zap", "mdadm": r"--zero-superblock",
        "badblocks": r"(?:^| )-\w*w", "zpool": r"^labelclear\b", "sfdisk": r"--delete|--wipe",
        "parted": r"\bmklabel\b",
        "pvcreate": r"-ff", "mkntfs": "", "newfs": "", "format": "", "cipher": r"/w",
    }.items()
}  # fmt: skip


def _harmless(use: Use) -> bool:
    """Does it only say what it would do, or how it is used?"""
    words = set(use.call.words)
    return bool(_HARMLESS & words) or any(
        re.fullmatch(r"(?i)-w(?:hat)?i\w*(?::\$true)?", word) for word in words
    )


def deletes_tree(use: Use) -> bool:
    if _harmless(use):
        return False
    if use.program in _RECURSIVE and use.given.has("r", "R", "recursive", "recurse"):
        return True
    if use.program == "git" and "clean" in use.given.operands[:1]:
        given = use.given
        return given.has("f", "force") and given.has("d", "x", "X") and not given.has("n")
    if use.program == "rsync" and (use.given.has("n") or "/dev/null" in use.call.words):
        return False
    pattern = _TREES.get(use.program)
    if pattern is not None and pattern.search(use.text):
        return True
    return any(_TREE_CODE.search(code) for code in _code(use))


def _code(use: Use) -> list[str]:
    """The code that the call gives to an interpreter."""
    if not language_of(use.program):
        return []
    inputs = targets(use.call, "<<<", "<<")
    given = [word[:8192] for word in (*use.call.words[1:], *inputs)]
    return [*given, *(text for code in given for text in decoded(code))]


def deletes_found(use: Use) -> bool:
    if _harmless(use):
        return False
    if use.program == "find":
        return "delete" in use.given.names
    if use.program in ("Remove-Item", "ri"):
        return use.line.feeds(use.call)
    if use.program in _REMOVERS:
        return bool(_SEARCHED & set(use.call.via)) or use.line.feeds_found(use.call) or _lists(use)
    return any(_FILE_CODE.search(code) and _EACH_CODE.search(code) for code in _code(use))


def _lists(use: Use) -> bool:
    return use.program != "truncate" and any(_LISTED.search(operand) for operand in use.given.operands)


def deletes_file(use: Use) -> bool:
    if deletes_tree(use) or deletes_found(use):
        return False
    return (use.program in ("rm", "unlink") and not _harmless(use)) or any(map(_FILE_CODE.search, _code(use)))


def wipes(use: Use) -> bool:
    words = use.call.words
    if _harmless(use):
        return False
    if use.program == "dd":
        return any(re.match(r"if=/dev/(zero|u?random|null)", word) for word in words) and any(
            word.startswith("of=") for word in words
        )
    if use.program in ("cp", "cat", "head", "pv", "tee", "openssl"):
        out = use.program in ("cp", "tee") or bool(targets(use.call, ">", ">|", ">>"))
        sources = [*words[1:], *targets(use.call, "<")]
        return out and any(re.match(r"/dev/(zero|u?random)$", word) for word in sources)
    pattern = _WIPERS.get(use.program)
    return (pattern is not None and pattern.search(use.text) is not None) or use.program.startswith("mkfs")


def empties(use: Use) -> bool:
    return any(target != "/dev/null" for target in emptied(use))


def emptied(use: Use) -> list[str]:
    """The files that the call empties."""
    call = use.call
    if use.program == "truncate":
        size = (use.given.value("s", "size") or "").lstrip("=<%")
        return list(use.given.operands) if size in ("0", "") else []
    if (
        use.program in ("cp", "mv") or (use.program == "ln" and use.given.has("f", "force"))
    ) and "/dev/null" in call.words[1:-1]:
        return list(use.given.operands[1:])
    silent = use.program in ("", ":", "true") or (call.words[1:] == ("/dev/null",) and use.program == "cat")
    blank = use.program in ("echo", "printf") and not "".join(call.words[1:]).replace("-n", "").strip()
    return targets(call, ">", ">|", "&>") if silent or blank else []
