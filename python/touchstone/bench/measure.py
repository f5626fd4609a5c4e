"""Wall time, CPU time and peak memory: of a child process, and of the steps inside this one."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.02
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, kB elsewhere


@dataclass(frozen=True)
class Cost:
    """What some work cost."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    spill_mb: float = 0.0

    def as_dict(self) -> dict[str, float]:
        """Return the numbers, rounded to what can be measured."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Ended:
    """How a child process ended."""

    cost: Cost
    problem: str | None  # None when it did what it should
    output: str


def run_child(
    words: Sequence[str],
    *,
    spill: Path | None = None,
    most_mb: float | None = None,
    most_seconds: float | None = None,
    environment: dict[str, str] | None = None,
) -> Ended:
    """Run a Python module in a process of its own and say what it cost.

    Args:
        words: what follows `python -m`.
        spill: folder whose largest size is told as spill.
        most_mb: memory at which the child is ended; a machine that swaps measures nothing.
        most_seconds: time after which the child is ended.
        environment: variables besides those of this process.
    """
    problem = None
    peak = peak_spill = 0.0
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        begun = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, "-m", *words],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        while True:
            done, status, usage = os.wait4(child.pid, os.WNOHANG)
            if done:
                break
            peak_spill = max(peak_spill, folder_mb(spill))
            peak = max(peak, resident_mb(child.pid, "VmHWM"))
            if problem is None and most_mb and peak > most_mb:
                problem = f"stopped: needed more than {most_mb / 1000:.0f} GB of memory"
                child.kill()
            if problem is None and most_seconds and time.monotonic() - begun > most_seconds:
                problem = f"stopped after {most_seconds:.0f} s"
                child.kill()
            time.sleep(POLL_SECONDS)
        wall = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if problem is None and child.returncode:
        last = next((line for line in reversed(text.splitlines()) if line.strip()), "no message")
        reason = f"signal {-child.returncode}" if child.returncode < 0 else last.strip()
        problem = f"failed: {reason[:200]}"
    cpu = usage.ru_utime + usage.ru_stime
    # what the system tells of a child counts the moment before it became another program
    peak = peak or usage.ru_maxrss * MAXRSS_UNIT / 1e6
    return Ended(Cost(wall, cpu, peak, peak_spill), problem, text)


class Stopwatch:
    """Costs of steps inside this process, one after the other."""

    def __init__(self, spill: Path | None = None) -> None:
        """Watch this process, and the folder that DuckDB spills to."""
        self._spill = spill
        self._peak = self._peak_spill = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        self.start()

    def start(self) -> None:
        """Begin a step."""
        self._peak, self._peak_spill = resident_mb(os.getpid()), folder_mb(self._spill)
        self._wall, self._cpu = time.monotonic(), _own_cpu()

    def stop(self) -> Cost:
        """Return the cost since the step began."""
        wall, cpu = time.monotonic() - self._wall, _own_cpu() - self._cpu
        peak = max(self._peak, resident_mb(os.getpid()))
        return Cost(wall, cpu, peak, max(self._peak_spill, folder_mb(self._spill)))

    def close(self) -> None:
        """Watch no longer."""
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(POLL_SECONDS):
            self._peak = max(self._peak, resident_mb(os.getpid()))
            self._peak_spill = max(self._peak_spill, folder_mb(self._spill))


def resident_mb(process: int, name: str = "VmRSS") -> float:
    """Return the memory of a process, now (VmRSS) or at most (VmHWM); 0 where nothing tells it."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith(f"{name}:")]
    return int(found[0]) * 1024 / 1e6 if found else 0.0


def folder_mb(folder: Path | None) -> float:
    """Return the size of the files of a folder, as the disk holds them; files may vanish."""
    total = 0
    if folder is not None and folder.is_dir():
        for path in folder.iterdir():
            try:
                total += path.stat().st_blocks * 512
            except OSError:
                continue
    return total / 1e6


def _own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    import duckdb

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cores": cores,
        "memory_gib": round(memory / 2**30),
        "python": sys.version.split()[0],
        "duckdb": duckdb.__version__,
    }


def free_mb(folder: Path) -> float:
    """Return the free space of the disk of a folder."""
    return shutil.disk_usage(folder).free / 1e6
