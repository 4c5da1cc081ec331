"""Everything that can go wrong, in one tree.

The first line of a docstring is the sentence a person reads, the second paragraph says what to do.
``code`` is what programs, translations and the audit log hold. ``facts`` are fields, never prose.
The branch decides the status at a door: Invalid 422, Refused 403, NotFound 404, Untrusted 400, Unavailable 503.

An expected partial failure (a partner that is late) is a value, not one of these.

LintasError
├── Invalid
│   ├── InvalidFile
│   ├── InvalidIdentifier
│   ├── InvalidMapping
│   ├── InvalidPolicy
│   ├── InvalidSetting
│   ├── InvalidValue
│   ├── NotAskable
│   └── Unjustified
├── Refused
│   ├── AlreadyDone
│   ├── AwaitsJudge
│   ├── NotSignedIn
│   │   └── TooManyTries
│   ├── RefusedByPolicy
│   ├── SamePerson
│   └── SecondPersonNeeded
├── NotFound
├── Untrusted
│   ├── BadSignature
│   ├── DirectoryRejected
│   │   ├── DirectoryExpired
│   │   ├── DirectoryForged
│   │   └── DirectoryRolledBack
│   ├── LogBroken
│   ├── Malformed
│   ├── NotForUs
│   ├── OutOfTime
│   ├── Replayed
│   ├── TooLarge
│   ├── UnknownSender
│   └── WrongCertificate
└── Unavailable
    ├── ClockWrong
    ├── CorruptDatabase
    ├── DatabaseTooNew
    ├── DatabaseUnreachable
    ├── DiskFull
    ├── IndexUnavailable
    ├── KeysUnusable
    ├── NoNode
    ├── NoPermission
    ├── PeerUnreachable
    │   └── PeerRefused
    └── PortInUse
"""

from __future__ import annotations

from inspect import cleandoc
from typing import ClassVar


class LintasError(Exception):
    """Something went wrong.

    Note the code below and tell the operator of your node.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, /, **facts: object) -> None:
        super().__init__()
        self.facts = facts

    @property
    def sentence(self) -> str:
        """The sentence a person reads."""
        return _paragraphs(type(self))[0]

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _paragraphs(type(self))[1]

    def __str__(self) -> str:
        facts = ", ".join(f"{name}: {value}" for name, value in self.facts.items())
        return f"{self.sentence}{f' ({facts})' if facts else ''} {self.remedy}"


def _paragraphs(error: type[LintasError]) -> tuple[str, str]:
    first, _, second = cleandoc(error.__doc__ or "").partition("\n\n")
    return " ".join(first.split()), " ".join(second.split())


class Invalid(LintasError):
    """What was given is not valid.

    Correct the named field and try again.
    """

    code = "invalid"
    status = 422


class InvalidFile(Invalid):
    """The file cannot be read as what it is said to be.

    Check its format and encoding (UTF-8), or name the right format; rows already imported are kept.
    """

    code = "invalid.file"


class InvalidIdentifier(Invalid):
    """The identifier cannot be right: its form or its check digit is wrong.

    Compare it with the document once more, character by character.
    """

    code = "invalid.identifier"


class InvalidMapping(Invalid):
    """The mapping does not fit the data.

    Correct the named column or property in the mapping file.
    """

    code = "invalid.mapping"


class InvalidPolicy(Invalid):
    """The policy files do not hold together, so nothing is decided with them.

    Correct the named policy; until then the node keeps its last good set or does not start.
    """

    code = "invalid.policy"


class InvalidSetting(Invalid):
    """A setting is unknown or has a value it cannot have.

    Correct it in lintas.toml or in the environment; `lintas settings` lists them all.
    """

    code = "invalid.setting"


class InvalidValue(Invalid):
    """A field has a value that is not one of those allowed.

    Choose one of the allowed values.
    """

    code = "invalid.value"


class NotAskable(Invalid):
    """The description is too thin to ask with: it would fit too many people.

    Give a name with a second fact (date or year of birth, parent, place of birth, document), or an identifier.
    """

    code = "invalid.not-askable"


class Unjustified(Invalid):
    """No reason, no query: a part of the justification is missing.

    State purpose, case reference, data-subject category, and whether you identify or enrich.
    """

    code = "invalid.unjustified"


class Refused(LintasError):
    """This is not allowed.

    The page of the refusal names the rule and whom to ask.
    """

    code = "refused"
    status = 403


class AlreadyDone(Refused):
    """This has been decided or used already.

    Reload the page to see the decision.
    """

    code = "refused.already-done"
    status = 409


class AwaitsJudge(Refused):
    """A judge's permission is awaited; nothing is given before it has come.

    Enter the permission first, or refuse.
    """

    code = "refused.awaits-judge"
    status = 409


class NotSignedIn(Refused):
    """You are not signed in, or the name, the password or the code is wrong.

    Sign in with your user name, password and the six digits of your authenticator.
    """

    code = "refused.not-signed-in"
    status = 401


class TooManyTries(NotSignedIn):
    """Too many attempts to sign in have failed.

    Wait until the named time; if it was not you who tried, tell your operator.
    """

    code = "refused.too-many-tries"
    status = 429


class RefusedByPolicy(Refused):
    """The policy of this agency does not allow it.

    The named policies say why; the data-protection officer can explain them.
    """

    code = "refused.by-policy"


class SamePerson(Refused):
    """The second person must be somebody else.

    Ask a colleague to look at it and decide.
    """

    code = "refused.same-person"


class SecondPersonNeeded(Refused):
    """A second person has to agree first.

    Ask a colleague with the right role to approve it; it is waiting in their list.
    """

    code = "refused.second-person-needed"


class NotFound(LintasError):
    """There is no such thing here.

    Check the reference; it may have been withdrawn or deleted.
    """

    code = "not-found"
    status = 404


class Untrusted(LintasError):
    """The message cannot be trusted and was not opened.

    If the partner says it is genuine, compare keys and clocks with them.
    """

    code = "untrusted"
    status = 400


class BadSignature(Untrusted):
    """The signature is not the sender's, or the message was changed on its way.

    Ask the sender to send it again; if it recurs, treat the line as attacked.
    """

    code = "untrusted.bad-signature"


class DirectoryRejected(Untrusted):
    """The directory of partner agencies is not acceptable.

    The node keeps the directory it has; ask the keepers of the directory.
    """

    code = "untrusted.directory"


class DirectoryExpired(DirectoryRejected):
    """The directory of partner agencies has expired.

    Fetch a fresh one; until then nothing is asked and nothing answered.
    """

    code = "untrusted.directory-expired"


class DirectoryForged(DirectoryRejected):
    """The directory is not signed by enough of its keepers.

    Fetch it from another partner and tell the keepers of the directory.
    """

    code = "untrusted.directory-forged"


class DirectoryRolledBack(DirectoryRejected):
    """The directory offered is older than the one already known.

    The node keeps the newer one; ask who is serving the old version.
    """

    code = "untrusted.directory-rolled-back"


class LogBroken(Untrusted):
    """The audit log does not prove what it should: an entry was changed, removed or put in.

    Do not write to this node's data; keep the files and call the auditor.
    """

    code = "untrusted.log-broken"


class Malformed(Untrusted):
    """The message is not of the form the protocol prescribes.

    The sender's program has to be corrected; see spec/lintas-1.md.
    """

    code = "untrusted.malformed"


class NotForUs(Untrusted):
    """The message is addressed to another node.

    The sender has to check whom it wrote to.
    """

    code = "untrusted.not-for-us"


class OutOfTime(Untrusted):
    """The message is too old, or comes from the future.

    Compare both clocks (NTP), then send it again.
    """

    code = "untrusted.out-of-time"


class Replayed(Untrusted):
    """This very message was received before.

    Nothing to do if it was sent twice; otherwise somebody repeats what they overheard.
    """

    code = "untrusted.replayed"


class TooLarge(Untrusted):
    """The message is larger than the protocol allows.

    Ask for less, or split it.
    """

    code = "untrusted.too-large"
    status = 413


class UnknownSender(Untrusted):
    """The sender is not a member of the directory, or no longer.

    Ask the keepers of the directory whether the agency is a partner.
    """

    code = "untrusted.unknown-sender"


class WrongCertificate(Untrusted):
    """The certificate of the connection is not the one the directory lists for the sender.

    The partner has to publish its new certificate in the directory first.
    """

    code = "untrusted.wrong-certificate"


class Unavailable(LintasError):
    """The node cannot do this at the moment.

    Try again; if it lasts, call the operator.
    """

    code = "unavailable"
    status = 503


class ClockWrong(Unavailable):
    """This machine's clock disagrees with its partners' clocks.

    Set the clock (NTP) and start the node again.
    """

    code = "unavailable.clock-wrong"


class CorruptDatabase(Unavailable):
    """The database file is damaged or is not a Lintas database.

    Stop the node and restore the last backup with `lintas node restore`.
    """

    code = "unavailable.corrupt-database"


class DatabaseTooNew(Unavailable):
    """The database was written by a newer version of Lintas than this one.

    Install the version that wrote it, or a newer one; nothing was changed.
    """

    code = "unavailable.database-too-new"


class DatabaseUnreachable(Unavailable):
    """The database does not answer, refuses us, or is kept busy by another program.

    Start the database, or correct `database` in lintas.toml; then try again.
    """

    code = "unavailable.database-unreachable"


class DiskFull(Unavailable):
    """The disk is full; nothing was half written.

    Free some space and repeat the command; it goes on where it stopped.
    """

    code = "unavailable.disk-full"


class IndexUnavailable(Unavailable):
    """The search index is being built, so that nobody can say yet what is on file.

    Wait until it is complete, which takes about a minute for each million records, and ask again.
    """

    code = "unavailable.index"


class KeysUnusable(Unavailable):
    """A key or certificate of the node is missing, or is not one.

    Put `keys/` and `tls/` back from the copy made when the node was made; partners know it by them.
    """

    code = "unavailable.keys"


class NoNode(Unavailable):
    """There is no node in this folder.

    Make one with `lintas node init DIR`, or name the right folder with --node.
    """

    code = "unavailable.no-node"


class NoPermission(Unavailable):
    """The operating system does not let this program read or write there.

    Run it as the owner of the node's folder, or correct the owner and the permissions.
    """

    code = "unavailable.no-permission"


class PeerUnreachable(Unavailable):
    """The partner agency's node cannot be reached.

    The message waits and is sent again; call the partner if it is urgent.
    """

    code = "unavailable.peer-unreachable"


class PeerRefused(PeerUnreachable):
    """The partner agency's node did not open our message.

    The named code says why; compare keys, clocks and directory versions with the partner.
    """

    code = "unavailable.peer-refused"


class PortInUse(Unavailable):
    """Another program is already listening on the port.

    Stop it, or choose another port in lintas.toml.
    """

    code = "unavailable.port-in-use"


def by_code(code: str) -> type[LintasError]:
    """The error a partner named by its code; `LintasError` itself for a code this version does not know."""
    found = [LintasError]
    for error in found:
        if error.code == code:
            return error
        found.extend(error.__subclasses__())
    return LintasError
