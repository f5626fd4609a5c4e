"""A standalone Spark cluster on this machine: a master, its workers, a Thrift server."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from touchstone.errors import UserError

LOOPBACK = "127.0.0.1"
OLDEST_JAVA = 17
START_SECONDS = 180
STOP_SECONDS = 15
SHOWN_LINES = 15

# The cluster lives for minutes: what the optimising compiler would win is less than it costs.
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""


@dataclass(frozen=True)
class Size:
    """How much of the machine the cluster may use."""

    workers: int = 2
    cores_per_worker: int = 1
    worker_memory_mb: int = 1024
    driver_memory_mb: int = 1536


@dataclass
class Part:
    """One process of the cluster, in a process group of its own with whatever it starts."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path


@dataclass
class Cluster:
    """A running cluster; `port` is that of the Thrift server."""

    folder: Path
    port: int
    master_page: str
    parts: list[Part] = field(default_factory=list)

    def workers(self) -> list[Part]:
        """Return the worker processes that were started."""
        return [part for part in self.parts if part.name.startswith("worker")]

    def alive_workers(self) -> int:
        """Ask the master how many workers it counts on."""
        return _alive_workers(self.master_page)

    def kill_worker(self) -> int:
        """Lose one machine: kill -9 of a worker and its executors; return the worker's id."""
        running = [part for part in self.workers() if part.process.poll() is None]
        if not running:
            raise UserError("no worker of the cluster is left to be killed")
        lost = running[-1].process
        os.killpg(lost.pid, signal.SIGKILL)
        lost.wait()
        return lost.pid

    def fallen(self) -> list[str]:
        """Name the parts that have ended, each with the end of its log."""
        return [
            f"{part.name} ended with code {part.process.returncode}:\n{_tail(part.log)}"
            for part in self.parts
            if part.process.poll() is not None
        ]


@contextlib.contextmanager
def running_cluster(
    folder: Path, size: Size, settings: Mapping[str, str], say: Callable[[str], None]
) -> Iterator[Cluster]:
    """Start a cluster, wait until it answers, and take all of it down at the end.

    Args:
        folder: scratch folder for tables, metastore, shuffle files and logs.
        size: how much of the machine it may use.
        settings: spark.* settings of its one application, the Thrift server.
        say: takes a line of progress.
    """
    java, home = find_java(), find_spark()
    for name in ("warehouse", "local", "work", "conf", "log"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "conf" / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
    environment = cluster_environment(folder, home, java) | {
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": QUICK_JAVA,
    }
    # Of a Thrift server, Spark's launcher reads the heap here before it looks at any setting.
    of_driver = environment | {"SPARK_DAEMON_MEMORY": f"{size.driver_memory_mb}m"}
    master_port, page_port, thrift_port = free_ports(3)
    cluster = Cluster(folder, thrift_port, f"http://{LOOPBACK}:{page_port}")
    begun = time.monotonic()
    try:
        say(f"starting a Spark cluster: master, {size.workers} workers, Thrift server")
        _start(cluster, "master", master_command(home, master_port, page_port), environment)
        _wait(cluster, "the master", lambda: _alive_workers(cluster.master_page) >= 0)
        master = f"spark://{LOOPBACK}:{master_port}"
        for number in range(1, size.workers + 1):
            _start(cluster, f"worker {number}", worker_command(home, master, size), environment)
        command = thrift_command(home, master, thrift_port, folder, size, settings)
        _start(cluster, "Thrift server", command, of_driver)
        _wait(
            cluster,
            "the workers",
            lambda: _alive_workers(cluster.master_page) >= size.workers,
        )
        _wait(cluster, "the Thrift server", lambda: _listens(thrift_port))
        _wait(cluster, "a first session", lambda: _serves(thrift_port))
        say(f"the cluster is up after {time.monotonic() - begun:.0f} s, Thrift port {thrift_port}")
        yield cluster
    finally:
        stop(cluster)


def stop(cluster: Cluster) -> None:
    """End every process of the cluster, the youngest first, with whatever it has started."""
    for part in reversed(cluster.parts):
        _signal_group(part, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    for part in reversed(cluster.parts):
        with contextlib.suppress(subprocess.TimeoutExpired):
            part.process.wait(max(0.1, until - time.monotonic()))
    for part in cluster.parts:
        _signal_group(part, signal.SIGKILL)
        part.process.wait()


def find_java() -> Path:
    """Return the java to run; UserError when there is none or it is too old."""
    home = os.environ.get("JAVA_HOME")
    named = Path(home) / "bin" / "java" if home else None
    found = str(named) if named and named.is_file() else shutil.which("java")
    if found is None:
        raise UserError(
            f"no Java found, and Spark needs it: install Java {OLDEST_JAVA} or 21 (Debian and "
            "Ubuntu: apt install openjdk-17-jre-headless), or set JAVA_HOME to one"
        )
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise UserError(
            f"{found} is too old for Spark ({said.splitlines()[0] if said else 'no answer'}): "
            f"install Java {OLDEST_JAVA} or 21, or set JAVA_HOME to one"
        )
    return Path(found)


def find_spark() -> Path:
    """Return the folder of the pyspark package, which holds all of Spark."""
    package = importlib.util.find_spec("pyspark")
    if package is None or not package.submodule_search_locations:
        raise UserError(
            "pyspark is not installed beside this touchstone: `make spark` makes an environment "
            "that has it (.venv-spark), or pip install -r requirements-spark.lock"
        )
    return Path(package.submodule_search_locations[0])


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [int(one.getsockname()[1]) for one in sockets]


def cluster_environment(folder: Path, home: Path, java: Path) -> dict[str, str]:
    """Return the environment of the cluster's processes: nothing of a Spark that may be around."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
    resolved = java.resolve().parents[1]
    return kept | {
        "JAVA_HOME": str(resolved if (resolved / "bin" / "java").is_file() else java.parents[1]),
        "SPARK_HOME": str(home),
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_LOCAL_HOSTNAME": LOOPBACK,
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "TZ": "UTC",
    }


def master_command(home: Path, port: int, page_port: int) -> list[str]:
    """Return the command of the master."""
    return [
        *_spark_class(home, "org.apache.spark.deploy.master.Master"),
        *("--host", LOOPBACK, "--port", str(port), "--webui-port", str(page_port)),
    ]


def worker_command(home: Path, master: str, size: Size) -> list[str]:
    """Return the command of a worker."""
    return [
        *_spark_class(home, "org.apache.spark.deploy.worker.Worker"),
        *("--host", LOOPBACK, "--webui-port", "0"),
        *("--cores", str(size.cores_per_worker), "--memory", f"{size.worker_memory_mb}m"),
        master,
    ]


def thrift_command(
    home: Path, master: str, port: int, folder: Path, size: Size, settings: Mapping[str, str]
) -> list[str]:
    """Return the command of the Thrift server, the one application of the cluster."""
    metastore = f"jdbc:derby:;databaseName={folder / 'metastore'};create=true"
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    own = {
        "spark.driver.host": LOOPBACK,
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.memory": f"{size.driver_memory_mb}m",
        "spark.executor.memory": f"{size.worker_memory_mb}m",
        "spark.driver.extraJavaOptions": (
            f"{QUICK_JAVA} -Duser.timezone=UTC -Dderby.system.home={folder} "
            f"-Djava.io.tmpdir={temporary}"
        ),
        "spark.executor.extraJavaOptions": f"{QUICK_JAVA} -Duser.timezone=UTC",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "hive",
        "spark.hadoop.javax.jdo.option.ConnectionURL": metastore,
        "spark.hadoop.hive.exec.scratchdir": str(temporary / "hive"),
        "spark.ui.enabled": "false",
    }
    pairs = [word for pair in (own | dict(settings)).items() for word in ("--conf", "=".join(pair))]
    hive = {
        "hive.server2.thrift.port": str(port),
        "hive.server2.thrift.bind.host": LOOPBACK,
        "hive.server2.authentication": "NOSASL",
    }
    return [
        *_spark_class(home, "org.apache.spark.deploy.SparkSubmit"),
        *("--master", master, *pairs),
        *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "spark-internal"),
        *(word for pair in hive.items() for word in ("--hiveconf", "=".join(pair))),
    ]


def _spark_class(home: Path, name: str) -> list[str]:
    return [str(home / "bin" / "spark-class"), name]


def _start(cluster: Cluster, name: str, command: list[str], environment: dict[str, str]) -> None:
    log = cluster.folder / "log" / f"{name.replace(' ', '_').lower()}.log"
    with log.open("wb") as handle:
        cluster.parts.append(Part(name, _popen(command, environment, cluster.folder, handle), log))


def _popen(
    command: list[str], environment: dict[str, str], folder: Path, output: IO[bytes]
) -> "subprocess.Popen[bytes]":
    # A session of its own: Ctrl-C reaches us alone, and the group ends with all it has started.
    return subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _wait(cluster: Cluster, what: str, is_ready: Callable[[], bool]) -> None:
    until = time.monotonic() + START_SECONDS
    while not is_ready():
        if fallen := cluster.fallen():
            raise UserError(f"the Spark cluster did not start; {fallen[0]}")
        if time.monotonic() > until:
            raise UserError(
                f"{what} of the Spark cluster did not answer within {START_SECONDS} s; "
                f"the end of its log:\n{_tail(cluster.parts[-1].log)}"
            )
        time.sleep(0.3)


def _alive_workers(master_page: str) -> int:
    """Return how many workers the master counts on; -1 while it does not answer."""
    try:
        with urllib.request.urlopen(f"{master_page}/json/", timeout=2) as answer:
            return int(json.load(answer)["aliveworkers"])
    except (OSError, ValueError, KeyError):
        return -1


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def _serves(port: int) -> bool:
    """Return whether a session can be opened, used and closed.

    While the metastore starts, the first one may fail to close, and dbt would stop over that.
    """
    from pyhive import hive
    from thrift.transport.TTransport import TTransportException

    try:
        connection = hive.connect(LOOPBACK, port=port, auth="NOSASL")
        connection.cursor().execute("show schemas")
        connection.close()
    except (hive.OperationalError, TTransportException, OSError):
        return False
    return True


def _signal_group(part: Part, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(part.process.pid, number)


def _tail(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"  {line[:300]}" for line in lines[-SHOWN_LINES:])
