"""What the load commands need running, and the end of it: the program, servers, PostgreSQL."""
import contextlib
import glob
import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def program():
    """The program to measure: PROGRAM, or else what a release build makes of this tree."""
    if os.environ.get("PROGRAM"):
        return os.path.abspath(os.environ["PROGRAM"])
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet"], cwd=ROOT, check=True)
    target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(ROOT, "target")
    return os.path.join(target, "release", "account-status")


@contextlib.contextmanager
def workplace():
    """A directory that goes away, whichever way the command ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory(prefix="account-status-load.") as work:
        os.chmod(work, 0o755)
        yield work


def free_address():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


class Running:
    """A process that ends with the block it is started in. Its errors go to a file."""

    def __init__(self, command, errors):
        self.errors = errors
        with open(errors, "a", encoding="utf-8") as log:
            self.began = time.time()
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_for(self, url):
        """Waits until something listens there, or else tells what the process said at its end."""
        host, port = url.removeprefix("http://").split(":")
        while self.process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection((host, port)):
                return
            time.sleep(0.01)
        with open(self.errors, encoding="utf-8") as log:
            sys.exit(f"it did not start: {log.read()[-2000:]}")

    def peak_mib(self):
        """The most memory that it had resident so far."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) / 1024


class Server(Running):
    """`serve` or `demo` on a database; ready when the block begins."""

    def __init__(self, binary, arguments, work):
        self.address = free_address()
        knocking = subprocess.Popen(
            [binary, "load", "first-answer", "--listen", self.address, "--log", "error"],
            stdout=subprocess.PIPE, text=True)
        # A run binds far more cards than a customer may have.
        arguments = [*arguments, "--listen", self.address, "--cards-per-customer", "1000000"]
        super().__init__([binary, *arguments], f"{work}/server.log")
        try:
            while knocking.poll() is None and self.process.poll() is None:
                time.sleep(0.01)
            if knocking.poll() != 0:
                knocking.kill()
                with open(self.errors, encoding="utf-8") as log:
                    sys.exit(f"the server did not start: {log.read()[-2000:]}")
            self.first_answer = float(knocking.communicate()[0]) - self.began
        except BaseException:
            self.__exit__()
            raise


class Postgres:
    """A server of its own with its databases, on a disk that is asked to sync."""

    def __init__(self, work):
        installed = glob.glob("/usr/lib/postgresql/*/bin")
        if not installed:
            sys.exit("PostgreSQL is not installed: install it, or leave postgres out of --engines")
        self.bin = max(installed, key=lambda path: int(path.split("/")[4]))
        self.port = free_address().rpartition(":")[2]
        self.data = f"{work}/postgres/data"
        os.mkdir(f"{work}/postgres")
        if os.getuid() == 0:
            subprocess.run(["chown", "postgres", f"{work}/postgres"], check=True)

    def __enter__(self):
        log = os.path.join(os.path.dirname(self.data), "log")
        options = (f"-p {self.port} -k {os.path.dirname(self.data)} -c listen_addresses=127.0.0.1 "
                   "-c shared_buffers=1GB -c max_wal_size=8GB -c max_connections=100")
        self.run([f"{self.bin}/initdb", "-D", self.data, "-A", "trust", "-U", "postgres"])
        self.run([f"{self.bin}/pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options, "start"])
        return self

    def __exit__(self, *_):
        self.run([f"{self.bin}/pg_ctl", "-D", self.data, "-m", "fast", "stop"])

    @staticmethod
    def run(command):
        """Runs one of its programs, which refuse to be run by root."""
        if os.getuid() == 0:
            command = ["su", "postgres", "-c", shlex.join(command)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def url(self, database):
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def sql(self, database, sql):
        """Runs a statement and returns the lines of its answer."""
        done = subprocess.run(["psql", "-qAt", self.url(database), "-v", "ON_ERROR_STOP=1", "-c", sql],
                              check=True, text=True, stdout=subprocess.PIPE)
        return done.stdout.splitlines()


class Sqlite:
    """Embedded databases, one file each."""

    name = "sqlite"

    def __init__(self, work):
        self.work = work

    def url(self, database):
        return f"sqlite://{self.work}/{database}.db"

    def create(self, database):
        pass

    def settle_down(self, database):
        pass

    def rows(self, database, sql):
        """The rows of a query."""
        with contextlib.closing(sqlite3.connect(f"{self.work}/{database}.db")) as file:
            return file.execute(sql).fetchall()

    def copy(self, database, name):
        for end in ("", "-wal"):
            if os.path.exists(f"{self.work}/{database}.db{end}"):
                shutil.copy(f"{self.work}/{database}.db{end}", f"{self.work}/{name}.db{end}")


class OnPostgres:
    """Databases of a server of our own."""

    name = "postgres"

    def __init__(self, postgres):
        self.postgres, self.url, self.sql = postgres, postgres.url, postgres.sql

    def create(self, database):
        self.sql("postgres", f"CREATE DATABASE {database}")

    def settle_down(self, database):
        self.sql(database, "VACUUM ANALYZE")

    def rows(self, database, sql):
        return [tuple(line.split("|")) for line in self.sql(database, sql)]

    def copy(self, database, name):
        self.sql("postgres", f"CREATE DATABASE {name} TEMPLATE {database}")


def engine(name, work, stack):
    """The engine of a name, which ends with the stack."""
    return OnPostgres(stack.enter_context(Postgres(work))) if name == "postgres" else Sqlite(work)
