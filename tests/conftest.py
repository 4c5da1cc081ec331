"""What every test may ask for: a clock that stands still, and a database on each engine.

PostgreSQL is a private cluster in a temporary folder, reached by a socket inside it: started when the first test asks,
stopped at the end, never the machine's own. Its password is as hostile as a password may be.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL

from lintas.clock import ManualClock
from lintas.storage import Database

HOSTILE_PASSWORD = "a!b@c$d()e*_,/:;=?@ff[]22"
OFFICER_OF_THE_CLUSTER = "lintas test"
UNPRIVILEGED = ("postgres", "nobody")  # PostgreSQL refuses to run as root
IN_A_HURRY = "-c fsync=off -c full_page_writes=off -c shared_buffers=32MB -c max_connections=200"
EMPTIED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""


@dataclass(slots=True)
class Cluster:
    """A running PostgreSQL of our own."""

    folder: Path
    _made: int = 0
    _free: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        """The address of one of its databases, as it stands in lintas.toml."""
        url = URL.create(
            "postgresql+psycopg",
            username=OFFICER_OF_THE_CLUSTER,
            password=HOSTILE_PASSWORD,
            database=database,
            query={"host": str(self.folder)},
        )
        return url.render_as_string(hide_password=False)

    def take(self) -> str:
        """The name of an empty database; one that was given back, as making one takes long."""
        if not self._free:
            self._made += 1
            name = f"lintas {self._made}"
            self._execute("postgres", sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            self._free.append(name)
        return self._free.pop()

    def give_back(self, database: str) -> None:
        """Empty a database for the next test, whoever is still connected to it."""
        self._execute(database, sql.SQL(EMPTIED))
        self._free.append(database)

    def _execute(self, database: str, statement: sql.Composable) -> None:
        address = {"host": str(self.folder), "user": OFFICER_OF_THE_CLUSTER, "password": HOSTILE_PASSWORD}
        with psycopg.connect(**address, dbname=database, autocommit=True) as connection:
            connection.execute(statement)


def program(name: str) -> str | None:
    """Where a program of PostgreSQL's server is; Debian keeps them off the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *map(str, places)]))


def run_in(folder: Path, *command: str) -> None:
    """Run a server program as the owner of the folder."""
    owner = folder.stat().st_uid
    identity = {"user": owner, "group": folder.stat().st_gid, "extra_groups": ()} if owner != os.getuid() else {}
    log = folder / "server.log"
    with (folder / "programs.log").open("w+") as output:
        done = subprocess.run(command, cwd=folder, stdout=output, stderr=output, check=False, **identity)
        output.seek(0)
        said = output.read() + (log.read_text() if log.exists() else "")
    assert done.returncode == 0, said


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """A private PostgreSQL cluster for this run; skips with the reason where PostgreSQL is absent."""
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    if initdb is None or pg_ctl is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql-15)")
    folder = Path(tempfile.mkdtemp(prefix="lintas-pg-"))
    data, password = folder / "data", folder / "password"
    try:
        password.write_text(HOSTILE_PASSWORD)
        if os.getuid() == 0:
            account = next(pwd.getpwnam(name) for name in UNPRIVILEGED if name in {p.pw_name for p in pwd.getpwall()})
            for path in (folder, password):
                os.chown(path, account.pw_uid, account.pw_gid)
        who = ("--auth=scram-sha-256", f"--username={OFFICER_OF_THE_CLUSTER}", f"--pwfile={password}")
        run_in(folder, initdb, f"--pgdata={data}", "--encoding=UTF8", "--locale=C", "--no-sync", *who)
        options = f"{IN_A_HURRY} -c listen_addresses= -c unix_socket_directories={folder}"
        log = f"--log={folder / 'server.log'}"
        run_in(folder, pg_ctl, "start", f"--pgdata={data}", "--wait", "--timeout=60", log, f"--options={options}")
        yield Cluster(folder)
    finally:
        if (data / "postmaster.pid").exists():
            run_in(folder, pg_ctl, "stop", f"--pgdata={data}", "--mode=immediate", "--wait")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'lintas.db'}"
        return
    cluster: Cluster = request.getfixturevalue("postgresql_cluster")
    name = cluster.take()
    yield cluster.url(name)
    cluster.give_back(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database, once on each engine."""
    opened = Database.open(database_url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until the test moves it."""
    return ManualClock()
