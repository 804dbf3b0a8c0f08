"""Code and function pipelines in real slots: the contract with the user's code."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from tilth.execution.code import store_code
from tilth.pipelines.queue import tries_of
from tilth.versioning.counts import Counts, counts_of


def pfs(repo: str, glob: str = "/*", **more: Any) -> dict[str, Any]:
    return {"pfs": {"repo": repo, "glob": glob, **more}}


def shell(script: str, **more: Any) -> dict[str, Any]:
    return {"cmd": ["sh"], "stdin": [script], **more}


def test_commands_read_pfs_and_write_out_with_the_environment(real_workshop: Any) -> None:
    workshop = real_workshop
    workshop.repo("a", {"d/x": b"one", "y": b"two"})
    workshop.repo("m", {"model": b"M"})
    script = 'for f in $(cd $PFS/a && find . -type f); do cat $PFS/a/$f $PFS/m/model > "$PFS/out/$(basename $f)"; done'
    end = 'echo "$TILTH_PIPELINE $TILTH_PARAM_level $a_COMMIT" > $PFS/out/env-$TILTH_DATUM_ID'
    workshop.pipeline(
        "p",
        {"cross": [pfs("a"), pfs("m", "/")]},
        transform=shell(f"{script}; {end}", env={"X": "1"}),
        parameters={"level": 3},
    )
    [job] = workshop.settle()
    assert (job.state, job.reason) == ("success", "")
    files = workshop.files("p")
    assert (files["x"], files["y"]) == (b"oneM", b"twoM")
    told = [data.decode().split() for path, data in files.items() if path.startswith("env-")]
    assert told == [["default/p", "3", workshop.head("a").id]] * 2
    assert job.cpu_s > 0


def test_ok_recovered_and_failed_datums_are_told_apart(real_workshop: Any) -> None:
    workshop = real_workshop
    workshop.repo("a", {"ok": b"", "recovers": b"", "fails": b""})
    script = "test -e $PFS/a/ok && touch $PFS/out/ok"
    spec = {"cmd": ["sh", "-c", script], "err_cmd": ["sh", "-c", "test -e $PFS/a/recovers"]}
    workshop.pipeline("p", pfs("a"), transform=spec, datum_tries=2)
    [job] = workshop.settle()
    assert (job.state, job.run, job.recovered, job.failed) == ("failed", 1, 1, 1)
    assert job.failed_datum == "a:/fails"
    workshop.pipeline("p", pfs("a"), transform={**spec, "err_cmd": ["true"]}, datum_tries=2, update=True)
    [job] = workshop.settle()
    assert (job.state, job.run, job.recovered) == ("success", 1, 2)
    assert set(workshop.files("p")) == {"ok"}
    # A recovered datum has no output, so the next job tries it again.
    workshop.commit("a", {"ok2": b""})
    [job] = workshop.settle()
    assert (job.run, job.recovered, job.reused, job.total) == (0, 3, 1, 4)


def test_an_accepted_code_is_success_and_five_tries_are_five(real_workshop: Any) -> None:
    workshop = real_workshop
    workshop.repo("a", {"x": b""})
    workshop.pipeline("p", pfs("a"), transform=shell("exit 7", accept_return_code=[7]))
    workshop.pipeline("q", pfs("a"), transform=shell("echo line; exit 7"), datum_tries=5)
    p, q = workshop.settle()
    assert (p.state, q.state) == ("success", "failed")
    assert "line" in q.failed_lines
    with workshop.backend.database.read() as conn:
        tries = tries_of(conn, q.id)
    assert [each.exit_code for each in tries] == [7] * 5
    assert workshop.backend.store.get(tries[0].log) == b"line\n"


def test_a_datum_that_runs_too_long_times_out(real_workshop: Any) -> None:
    workshop = real_workshop
    workshop.repo("a", {"x": b""})
    workshop.pipeline("p", pfs("a"), transform={"cmd": ["sleep", "60"]}, datum_tries=1, datum_timeout="200ms")
    [job] = workshop.settle()
    assert job.state == "failed"
    with workshop.backend.database.read() as conn:
        assert [each.state for each in tries_of(conn, job.id)] == ["timeout"]


def test_functions_come_from_the_code_folder_and_new_code_runs_again(real_workshop: Any, tmp_path: Path) -> None:
    workshop = real_workshop
    code = tmp_path / "code"
    code.mkdir()

    def write(word: str) -> Any:
        (code / "steps.py").write_text(
            "def run(datum):\n"
            "    row = datum.inputs['t'].row\n"
            "    print('seen', row['id'])\n"
            f"    return {{row['id']: row['v'] + datum.parameters['end'] + {word!r}}}\n"
        )
        digest = store_code(workshop.backend.store, code)
        workshop.backend.store.flush()
        return digest

    workshop.repo("t", {"t.csv": b"id,v\n1,a\n2,b\n"})
    spec = {"function": "steps:run", "parameters": {"end": "!"}, "input": pfs("t", rows=True, key="id")}
    spec_input = spec.pop("input")
    workshop.pipeline("p", spec_input, code=write("x"), **spec)
    [job] = workshop.settle()
    assert (job.state, job.reason) == ("success", "")
    assert workshop.files("p") == {"1": b"a!x", "2": b"b!x"}
    row = job.plan.datum_table(workshop.backend.store).get("t:/t.csv\t1")
    assert workshop.backend.store.get(row["log"]) == b"seen 1\n"
    workshop.pipeline("p", spec_input, code=write("y"), update=True, **spec)
    [job] = workshop.settle()
    assert job.run == 2
    assert workshop.files("p") == {"1": b"a!y", "2": b"b!y"}
    workshop.commit("t", {"t.csv": b"id,v\n1,a\n2,c\n"})
    [job] = workshop.settle()
    assert (job.run, job.reused) == (1, 1)


def test_a_function_that_cannot_be_loaded_fails_the_job_by_name(real_workshop: Any) -> None:
    workshop = real_workshop
    workshop.repo("a", {"x": b""})
    workshop.pipeline("p", pfs("a"), function="no_such_module:run", datum_tries=1)
    [job] = workshop.settle()
    assert job.state == "failed"
    assert "no_such_module" in job.failed_lines


def test_what_the_workers_stored_is_counted_for_the_commit_and_what_is_reused_is_not(real_workshop: Any) -> None:
    workshop = real_workshop
    noise = {name: random.Random(name).randbytes(5_000) for name in "abcd"}
    workshop.repo("a", {"a": noise["a"], "b": noise["b"]})
    workshop.pipeline(
        "p", pfs("a"), transform=shell("for f in $PFS/a/*; do base64 < $f > $PFS/out/$(basename $f); done")
    )
    code = (
        "def double(datum):\n    for f in datum.inputs['a'].files:\n        datum.write(f.path, f.read_bytes() * 2)\n"
    )
    folder = workshop.backend.folder.parent / "code"
    folder.mkdir()
    (folder / "doubling.py").write_text(code)
    workshop.pipeline("f", pfs("a"), function="doubling:double", code=store_code(workshop.backend.store, folder))

    def counted(repo: str) -> Counts:
        head = workshop.head(repo)
        return counts_of(workshop.backend, [head.id])[head.id]

    assert {job.state for job in workshop.settle()} == {"success"}
    for repo in ("p", "f"):
        found = counted(repo)
        assert (found.added, found.changed) == (2, 0)
        assert found.stored is not None
        assert found.stored > 5_000
    workshop.commit("a", {"c": noise["c"], "a": noise["d"]})
    workshop.settle()
    one = counted("f")
    assert (one.added, one.changed, one.put) == (1, 1, 20_000)
    workshop.commit("a", {"c": None})
    workshop.settle()
    workshop.commit("a", {"c": noise["c"]})  # what came of it is remembered
    workshop.settle()
    assert counted("f") == Counts(1, 0, 0, 10_000, 0)
