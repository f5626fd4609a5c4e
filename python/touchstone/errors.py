"""The one error a user is meant to read, and what the machine's own errors mean to one."""

import errno
import os
import re


class UserError(Exception):
    """Something the user can mend: the message says what is wrong, where, and what to do next."""


_MEANINGS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota of the disk is used up",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "a part of this path is no folder",
}
_FULL = (errno.ENOSPC, errno.EDQUOT)
_SAID = (*_FULL, errno.EACCES, errno.EPERM, errno.EROFS)
_FREE = "free some space and run the command again; what was there before is as it was"
_ELSEWHERE = (
    "choose a folder that you may write to: TOUCHSTONE_WAREHOUSE=FILE for the warehouse, or run "
    "the command in a copy of the project that is yours"
)


_ADDRESS = re.compile(r"[^\s;,|<>]+@[^\s;,|<>]+")


def without_emails(text: str) -> str:
    """Return a text with its e-mail addresses masked: what is said ends in logs of others.

    >>> without_emails("a@x.com;b@x.com")
    '(e-mail);(e-mail)'
    """
    return _ADDRESS.sub("(e-mail)", text)


def meaning_of(error: BaseException) -> str | None:
    """Return what an error of the disk means and what to do; None when it is no such error.

    Engines wrap what the operating system said in text of their own, so text is read too.
    """
    number = error.errno if isinstance(error, OSError) else None
    if number not in _MEANINGS:
        text = str(error)
        number = next((one for one in _SAID if os.strerror(one) in text), None)
    if number is None:
        return None
    named = getattr(error, "filename", None)
    first = str(error).splitlines()[0]
    where = f": {named}" if named else f" ({first})"
    return f"{_MEANINGS[number]}{where}; {_FREE if number in _FULL else _ELSEWHERE}"
