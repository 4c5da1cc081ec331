"""How the command line tells that something went wrong: one sentence, or JSON, and an exit status by its branch."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Sequence

import click

from lintas.errors import (
    AlreadyDone,
    DiskFull,
    Invalid,
    LintasError,
    NoPermission,
    NotFound,
    Refused,
    Unavailable,
    Untrusted,
)

EXIT: dict[type[LintasError], int] = {Invalid: 2, Refused: 3, NotFound: 4, Untrusted: 5, Unavailable: 6}
INTERRUPTED = 130

_OF_THE_SYSTEM: dict[int, type[LintasError]] = {
    errno.EACCES: NoPermission,
    errno.EPERM: NoPermission,
    errno.EROFS: NoPermission,
    errno.ENOSPC: DiskFull,
    errno.EDQUOT: DiskFull,
    errno.EFBIG: DiskFull,
    errno.ENOENT: NotFound,
    errno.EEXIST: AlreadyDone,
}


class TellingGroup(click.Group):
    """A command whose failures are told in a sentence, and never as a traceback where we know what they mean."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: object) -> None:  # type: ignore[override]
        """Run the command line; always ends the program."""
        words = list(sys.argv[1:] if args is None else args)
        extra.pop("standalone_mode", None)
        try:
            sys.exit(super().main(words, prog_name, standalone_mode=False, **extra) or 0)  # type: ignore[call-overload]
        except LintasError as error:
            _end(words, error)
        except click.UsageError as error:
            _misused(words, error)
        except click.ClickException as error:
            _end(words, Invalid(problem=error.format_message()))
        except click.Abort:
            sys.exit(INTERRUPTED)
        except OSError as error:
            kind = _OF_THE_SYSTEM.get(error.errno or 0, Unavailable)
            facts = {"file": str(error.filename)} if error.filename else {}
            _end(words, kind(**facts, problem=error.strerror or str(error)))


def problem(error: LintasError) -> dict[str, object]:
    """An error as JSON."""
    return {"code": error.code, "sentence": error.sentence, "remedy": error.remedy, "facts": error.facts}


def _end(words: Sequence[str], error: LintasError) -> None:
    if "--json" in words:
        click.echo(json.dumps({"error": problem(error)}, default=str, ensure_ascii=False))
    else:
        click.echo(f"lintas: {error}", err=True)
    sys.exit(next((status for branch, status in EXIT.items() if isinstance(error, branch)), 1))


def _misused(words: Sequence[str], error: click.UsageError) -> None:
    """A command or an option that is not there, or a value that cannot be: the sentence is click's, with its usage."""
    if "--json" in words:
        command = error.ctx.command_path if error.ctx else "lintas"
        _end(words, Invalid(command=command, problem=error.format_message()))
    error.show()
    sys.exit(EXIT[Invalid])
