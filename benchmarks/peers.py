"""The tools that version or copy data today, as commands: how each takes a folder in, again, and gives it back.

Python peers (dvc, oxen, hf-xet) are looked for in `.peers/bin` (`make peers` installs them there), the others on the
path. One that is not installed is left out and said to be.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Cost, command
from tilth.storage.reserve import RESERVE_FILE

PEERS_FOLDER = Path(os.environ.get("TILTH_BENCH_PEERS", Path(__file__).parent.parent / ".peers"))

TILTH = str(Path(sys.executable).with_name("tilth"))
Words = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. Its functions take (the folder of data, the tool's own folder) and return commands to run in turn.

    `inside`: the tool works within the folder of data, so it gets a copy of its own.
    """

    name: str
    program: str
    prepare: Callable[[Path, Path], Words]
    take: Callable[[Path, Path], Words]
    give: Callable[[Path, Path, Path], Words] | None = None
    inside: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def here(self) -> bool:
        """Tell whether the tool is installed."""
        if self.program.startswith("python:"):
            return any(PEERS_FOLDER.glob(f"lib/python3*/site-packages/{self.program.removeprefix('python:')}"))
        return Path(_place(self.program)).is_file()

    def run(self, commands: Words) -> Cost:
        """Run commands in turn; return what they cost together."""
        costs = [command([_place(words[0]), *words[1:]], environment=self.environment) for words in commands]
        return Cost(
            sum(each.cpu_s for each in costs),
            sum(each.wall_s for each in costs),
            max((each.peak_mb for each in costs), default=0.0),
        )


def _place(name: str) -> str:
    own = PEERS_FOLDER / "bin" / name
    return str(own) if own.is_file() else shutil.which(name) or name


def _sh(text: str) -> Words:
    return [["sh", "-c", text]]


CP = Tool(
    "cp -r",
    "cp",
    lambda data, home: [],
    lambda data, home: [["cp", "-r", str(data), str(home / "copy")]],
    lambda data, home, out: [["cp", "-r", str(home / "copy"), str(out)]],
)
CP_B3SUM = Tool(
    "cp -r + b3sum",
    "b3sum",
    lambda data, home: [],
    lambda data, home: _sh(
        f"cp -r {data} {home}/copy && find {data} -type f -print0 | xargs -0 b3sum --num-threads 1 > {home}/sums"
    ),
)
RSYNC = Tool(
    "rsync -a",
    "rsync",
    lambda data, home: [],
    lambda data, home: [["rsync", "-a", f"{data}/", f"{home}/copy/"]],
    lambda data, home, out: [["rsync", "-a", f"{home}/copy/", f"{out}/"]],
)
_GIT = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0"]
GIT = Tool(
    "git",
    "git",
    lambda data, home: [["git", "init", "-q", str(data)]],
    lambda data, home: [
        [*_GIT, "-C", str(data), "add", "-A"],
        [*_GIT, "-C", str(data), "commit", "-q", "--allow-empty", "-m", "bench"],
    ],
    lambda data, home, out: [[*_GIT, "-C", str(data), "worktree", "add", "-q", "--detach", str(out)]],
    inside=True,
)
BORG = Tool(
    "borg (lz4)",
    "borg",
    lambda data, home: [["borg", "init", "-e", "none", str(home / "repo")]],
    lambda data, home: [["borg", "create", f"{home}/repo::{{utcnow:%H%M%S%f}}", str(data)]],
    lambda data, home, out: _sh(
        f'mkdir -p {out} && cd {out} && borg extract "{home}/repo::$(borg list --last 1 --short {home}/repo)"'
    ),
    environment={"BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes", "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes"},
)
RESTIC = Tool(
    "restic (zstd, encrypts)",
    "restic",
    lambda data, home: [["restic", "-q", "-r", str(home / "repo"), "init"]],
    lambda data, home: [["restic", "-q", "-r", str(home / "repo"), "backup", str(data)]],
    lambda data, home, out: [["restic", "-q", "-r", str(home / "repo"), "restore", "latest", "--target", str(out)]],
    environment={"RESTIC_PASSWORD": "bench"},
)
DVC = Tool(
    "dvc add",
    "dvc",
    lambda data, home: [
        ["git", "init", "-q", str(data.parent)],
        ["dvc", "--cd", str(data.parent), "init", "-q"],
        ["dvc", "--cd", str(data.parent), "config", "core.analytics", "false"],
    ],
    lambda data, home: [["dvc", "--cd", str(data.parent), "add", "-q", data.name]],
    inside=True,
)
_OXEN = """
import sys, oxen
repo = oxen.Repo(sys.argv[1])
{}
"""
_OXEN_COMMIT = """
repo.add(sys.argv[1])
try: repo.commit("bench")
except ValueError: pass  # nothing has changed
"""
OXEN = Tool(
    "oxen",
    "python:oxen",
    lambda data, home: [
        ["python", "-c", _OXEN.format("repo.init(); oxen.user.config_user('bench', 'bench@example.org')"), str(data)]
    ],
    lambda data, home: [["python", "-c", _OXEN.format(_OXEN_COMMIT), str(data)]],
    inside=True,
)
_XET = """
import sys, hf_xet
hf_xet.upload_files(sys.argv[1:2], "local://" + sys.argv[2], None, None, None, None, skip_sha256=True)
"""
HF_XET = Tool(
    "hf-xet (local://)",
    "python:hf_xet",
    lambda data, home: [],
    lambda data, home: [["python", "-c", _XET, str(data), str(home / "cas")]],
)


def tilth(workspace: Path, *words: str, **settings: str) -> Cost:
    """Run `tilth` on a workspace, its own start and its fsyncs included."""
    return command([TILTH, "-w", str(workspace), *words], environment=settings)


def stored_bytes(folder: Path) -> int:
    """Return the bytes of all files below a folder, but for space that a workspace holds free for a full disk."""
    return sum(
        os.lstat(os.path.join(place, name)).st_size
        for place, _, names in os.walk(folder)
        for name in names
        if name != RESERVE_FILE
    )
