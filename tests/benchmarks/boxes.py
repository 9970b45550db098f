"""`python -m tests.benchmarks.boxes --template FILE [--students 60] [--threads 8]`: a class in its practice
hospitals at once.

Each student gets a box, goes in as a role and opens pages of the panel; printed are times of making and of
pages, and the memory of the process that serves the boxes. `FILE` is what `flask sandbox build` made.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from models.roles import Role
from portal.learn.boxes import settings, store, template
from tests.support.applications import make_app

ROOT = Path(__file__).parents[2]
PAGES = ("/admin/", "/admin/store_request/", "/admin/item/", "/admin/inbox/")
ROLES = (Role.STORE_HEAD, Role.STORE_STAFF, Role.FACILITIES_HEAD, Role.DIRECTOR)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory(pid: int) -> str:
    """Resident now and at most, in megabytes; "?" where the system has no /proc."""
    try:
        told = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return "?"
    found = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+)", told))
    return f"{int(found['VmRSS']) // 1024} MB now, {int(found['VmHWM']) // 1024} MB at most"


def milliseconds(times: list[float], part: float) -> str:
    """The time that `part` of them did not need more than."""
    return f"{sorted(times)[min(len(times) - 1, int(len(times) * part))] * 1000:.0f} ms"


def visit(link: str, role: Role) -> list[float]:
    """The seconds of each page of one student; the way in comes first."""
    times = []
    with requests.Session() as browser:
        for address in (link, *(re.sub(r"/box/enter.*", page, link) for page in PAGES)):
            began = time.perf_counter()
            answer = browser.get(address, timeout=120)
            times.append(time.perf_counter() - began)
            assert answer.status_code == 200, f"{role}: {address}: {answer.status_code}"
    return times


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--template", type=Path, required=True)
    asked.add_argument("--students", type=int, default=60)
    asked.add_argument("--threads", type=int, default=8, help="students that ask at the same moment")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        app = make_app(f"sqlite:///{folder}/house.sqlite3")
        app.config.update({"INSTANCE": folder, settings.PORT: port})
        with app.app_context():
            settings.folder().mkdir()
            shutil.copyfile(given.template, store.template())
            environment = template.environment() | {
                "RAWAT_SANDBOX_SERVER": "1", "HOST": "127.0.0.1", "PORT": str(port), settings.PORT: str(port)}
            process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment,
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            made, links = [], []
            for owner in range(1, given.students + 1):
                began = time.perf_counter()
                box = store.make(owner, f"http://127.0.0.1:{port}")
                made.append(time.perf_counter() - began)
                role = ROLES[owner % len(ROLES)]
                links.append((box.address("/", role), role))
        try:
            for _ in range(300):
                try:
                    requests.get(f"http://127.0.0.1:{port}/healthz", timeout=2)
                    break
                except requests.ConnectionError:
                    time.sleep(0.2)
            print(f"{given.students} boxes of {given.template.stat().st_size / 1e6:.1f} MB, load "
                  f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            print(f"made in {milliseconds(made, 0.5)} each, the slowest {milliseconds(made, 1)}")
            print(f"memory before: {memory(process.pid)}")
            began = time.perf_counter()
            with ThreadPoolExecutor(given.threads) as threads:
                times = [seconds for visited in threads.map(lambda link: visit(*link), links)
                         for seconds in visited]
            print(f"{len(times)} pages in {time.perf_counter() - began:.1f} s, {given.threads} at once: "
                  f"median {milliseconds(times, 0.5)}, p95 {milliseconds(times, 0.95)}")
            print(f"memory after: {memory(process.pid)}; load {os.getloadavg()[0]:.1f}")
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
