"""Bring the annotation editor into the built console.

The editor is Label Studio's (Apache-2.0), as the last wheel brought it that could be used alone. The wheel is an input
of the console's build only: pip fetches it from whatever index pip is set to, its digest is checked, and a few files
of it are kept in `frontend/.editor/`, so that only the first build downloads. Nothing of it is committed or installed.

    python3 scripts/editor.py [CONSOLE FOLDER]
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

FRONTEND = Path(__file__).resolve().parent.parent
CONSOLE = FRONTEND.parent / "src" / "tilth" / "webapi" / "console"
CACHE = FRONTEND / ".editor"

WHEEL = "label-studio==1.13.1"
SHA256 = "ce99ae0f513c2cd29a41692bcd977bfd1c86605f1bc6840eda0735f58f717e10"
TAKEN = {
    "web/dist/libs/editor/main.js": "main.js",
    "web/dist/libs/editor/main.css": "main.css",
    "web/dist/libs/editor/772.js": "772.js",
    "web/dist/libs/editor/3rdpartylicenses.txt": "3rdpartylicenses.txt",
    "label_studio-1.13.1.dist-info/LICENSE": "LICENSE.txt",
    "label_studio-1.13.1.dist-info/NOTICE": "NOTICE.txt",
}
"""Not decode-audio.wasm, which is under another licence and which the default decoder does not ask for."""
CHANGES = """

main.js, main.css and 772.js are the annotation editor of Label Studio 1.13.1, under the Apache License 2.0
(LICENSE.txt); what they contain of others is named in 3rdpartylicenses.txt. main.css was changed by the makers of
Tilth: the rules that load fonts from /static/fonts are left out.
"""
STAMP = f"{SHA256} 1\n"
"""Also of what is done to the files: raise the number when that changes."""


def main() -> None:
    """Fill the folder named by the first argument, or the console of this checkout."""
    console = Path(sys.argv[1]) if len(sys.argv) > 1 else CONSOLE
    stamp = CACHE / "stamp"
    if not stamp.is_file() or stamp.read_text() != STAMP:
        shutil.rmtree(CACHE, ignore_errors=True)
        CACHE.mkdir(parents=True)
        with tempfile.TemporaryDirectory() as folder:
            take(download(Path(folder)))
        stamp.write_text(STAMP)
    target = console / "editor"
    target.mkdir(parents=True, exist_ok=True)
    for name in TAKEN.values():
        shutil.copyfile(CACHE / name, target / name)


def download(folder: Path) -> Path:
    """Let pip fetch the wheel; return it when it is the one that was looked at."""
    print(f"Fetching the annotation editor ({WHEEL}, 82 MB, once) …", flush=True)
    command = [*pip(), "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest", str(folder), WHEEL]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"pip could not fetch {WHEEL}, which the label page is built with: see above, then build again.")
    (wheel,) = folder.glob("*.whl")
    with wheel.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        sys.exit(f"{wheel.name} is not the file it should be: its SHA-256 is {found}, not {SHA256}. Nothing was taken.")
    return wheel


def pip() -> list[str]:
    """Return how to call pip: of this Python, else of the checkout's own environment."""
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    own = FRONTEND.parent / ".venv" / "bin" / "python"
    if own.is_file():
        return [str(own), "-m", "pip"]
    sys.exit("This Python has no pip, with which the annotation editor is fetched: build with one that has.")


def take(wheel: Path) -> None:
    """Copy what is needed of the wheel into the cache."""
    with ZipFile(wheel) as archive:
        for inside, name in TAKEN.items():
            (CACHE / name).write_bytes(archive.read(inside))
    style = CACHE / "main.css"
    style.write_text(without_fonts(style.read_text("utf-8")), "utf-8")
    with (CACHE / "NOTICE.txt").open("a") as notice:
        notice.write(CHANGES)


def without_fonts(style: str) -> str:
    """Leave out the @font-face rules: their files are not in the wheel's editor, and would be asked for in vain."""
    head, *rules = style.split("@font-face")
    return "/* Changed: no fonts. */\n" + head + "".join(rule.split("}", 1)[1] for rule in rules)


if __name__ == "__main__":
    main()
