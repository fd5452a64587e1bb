# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""What the world does wrong: the message names thing, place and way out, and the exit status says whose turn it is."""

import os
import pathlib
import resource
import subprocess
import sys

import harness
from harness import SAMPLES, bad, expect, good, read, same, sextant, write

ROWS = "".join("%d,%d,%s\n" % (i, i * i % 17, "yes" if i % 3 else "no") for i in range(60))


def new(target, data="t.csv"):
    return ("new", "trees", "--data", data, "--target", target, "-o", "t.sextant")


def check(message, text, code=2):
    write("t.csv", "a,b,y\n" + ROWS)
    return bad(code, message, "check", write("t.sextant", text))


def test_files_that_are_no_table():
    bad(2, "“empty.csv” is empty", "profile", write("empty.csv", ""))
    bad(2, "is a folder, not a file", "profile", ".")
    bad(2, "There is no file “gone.csv”. Check the name and the folder.", "profile", "gone.csv")
    bad(2, "binary data", "profile", write("junk.csv", bytes(i * 37 % 256 for i in range(5000))))
    bad(2, "is a device or a pipe", "profile", "/dev/null")
    bad(2, "no.db", "profile", "sqlite:no.db?table=t")


def test_no_permission():
    if os.getuid() == 0:
        raise harness.Skip("root may read everything")
    write("t.csv", "a,b\n1,2\n")
    os.chmod("t.csv", 0)
    bad(2, "You have no permission to read “t.csv”.", "profile", "t.csv")


def test_header_only():
    expect(good("profile", write("t.csv", "a,b,y\n")).out.startswith("0 rows, 3 columns\n"), "rows")
    good(*new("y"))
    bad(2, "t.sextant", "check", "t.sextant")


def test_one_column():
    write("t.csv", "y\n" + "1\n2\n" * 30)
    good("profile", "t.csv")
    good(*new("y"))
    bad(2, "No column but the target reaches the model", "check", "t.sextant")


def test_ten_thousand_columns():
    names = ["c%d" % i for i in range(10000)]
    write("t.csv", ",".join(names) + "\n" + "".join(",".join(str((i * 7919 + row * 104729) % 1013) for i in range(10000)) + "\n" for row in range(30)))
    expect(good("profile", "t.csv").out.startswith("30 rows, 10000 columns\n"), "columns")
    good("convert", "t.csv", "t.json")
    good(*new("c5"))
    expect(good("check", "t.sextant").err.count("\n") < 30, "warnings without end")


def test_targets():
    write("t.csv", "a,b,y,one,none\n" + "".join("%d,%d,%s,1,\n" % (i, i % 7, "yes" if i % 3 else "no") for i in range(60)))
    bad(2, "t.csv: there is no column “salary”; “sextant profile t.csv” lists the columns", *new("salary"))
    bad(2, "did you mean “none”?", *new("nome"))
    for target, message in (("one", "Target “one” is “1” in every row: there is nothing to learn"), ("none", "Target “none” is missing in every row")):
        good(*new(target))
        bad(2, message, "check", "t.sextant")
        os.unlink("t.sextant")
    # A column without a cell is no reason not to learn from the others.
    good(*new("y"))
    good("check", "t.sextant")


def test_not_over_an_old_project():
    write("t.csv", "a,b,y\n" + ROWS)
    write("t.sextant", "mine")
    bad(2, "t.sextant is there already; choose another name or remove it first", *new("y"))
    same(read("t.sextant"), b"mine")


def test_new_says_every_decision():
    os.mkdir("data")
    os.mkdir("projects")
    write("data/t.csv", "a,b,y\n" + ROWS)
    good("new", "mlp", "--data", "data/t.csv", "--target", "y", "-o", "projects/t.sextant", "--trials", "3", "--budget", "2m", "--seed", "9")
    text = read("projects/t.sextant").decode()
    for line in ("file: ../data/t.csv\n", "kind: model.mlp\n", "trials: 3\n", "budget: 120.0\n", 'seed: "9"\n', "target: \"y\"\n"):
        expect(line in text, (line, text))
    expect("seed: 9\n" in good("check", "--job", "projects/t.sextant").out, "the job's seed")
    good("check", "t.sextant", cwd="projects")
    bad(2, "tree", "new", "tree", "--data", "data/t.csv", "--target", "y", "-o", "u.sextant")


PROJECT = """sextant: 1
blocks:
  csv: {kind: source.csv, params: {file: t.csv}}
  trees: {kind: model.trees, params: {target: y}}
links:
  - {from: csv.table, to: trees.table}
"""


def test_a_fine_project():
    write("t.csv", "a,b,y\n" + ROWS)
    same(good("check", write("t.sextant", PROJECT)).out, "t.sextant: fine; predicts “y” with Boosted trees\n")


def test_projects():
    check("t.sextant:4:17: there is no block kind “model.treez”. Did you mean “model.trees”?", PROJECT.replace("model.trees", "model.treez"))
    check("t.sextant:1:10: ", PROJECT.replace("sextant: 1", "sextant: 99"))
    check("newer Sextant", PROJECT.replace("sextant: 1", "sextant: 99"))
    check("t.sextant:", "a: 1\n")
    check("t.sextant", "")
    check("t.sextant:", "sextant: 1\nblocks: [[[[\n")
    check("t.sextant:2:", "sextant: 1\na: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n")
    check("t.sextant:", PROJECT.replace("target: y", "target: z"))
    check("t.sextant", PROJECT.replace("t.csv", "gone.csv"))
    check("t.sextant:4", PROJECT.replace("target: y", "goal: y"))
    check("t.sextant", b"sextant: 1\n\xff\xfe\n")
    check("t.sextant", PROJECT[:PROJECT.index("links")])


def test_a_circle():
    text = """sextant: 1
blocks:
  a: {kind: table.select}
  b: {kind: table.sort}
  trees: {kind: model.trees, params: {target: y}}
links:
  - {from: a.table, to: b.input}
  - {from: b.table, to: a.input}
  - {from: a.table, to: trees.table}
"""
    check("t.sextant:8:", text)


def test_a_missing_project():
    bad(2, "gone.sextant", "check", "gone.sextant")
    bad(2, "", "check", ".")


def limit_file_size():
    resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
    # The signal would end the program; a full disk sends none.
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_a_full_disk():
    write("t.csv", "a,b\n" + "".join("%d,%d\n" % (i, i) for i in range(20000)))
    for out in ("out.csv", "out.json", "out.jsonl", "out.sqlite"):
        write(out, "before")
        bad(1, out, "convert", "t.csv", out, preexec_fn=limit_file_size)
        same(read(out), b"before")
    same(sorted(os.listdir()), ["out.csv", "out.json", "out.jsonl", "out.sqlite", "t.csv"])


def test_output_to_a_full_disk():
    if not os.path.exists("/dev/full"):
        raise harness.Skip("there is no /dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([harness.PROGRAM, "profile", SAMPLES / "churn.csv"], stdout=full, stderr=subprocess.PIPE)
    same((done.returncode, done.stderr.decode()), (1, "sextant: Could not write the output; is the disk full?\n"))


def test_no_place_to_write():
    write("t.csv", "a,b\n1,2\n")
    bad(2, "gone/out.csv", "convert", "t.csv", "gone/out.csv")
    bad(2, "“out.xyz” has no suffix that this program writes; “sextant formats” lists them", "convert", "t.csv", "out.xyz")
    os.mkdir("folder.csv")
    bad(2, "folder.csv", "convert", "t.csv", "folder.csv")


def get_place(pid):
    """How far the process has read, in the file that it has read the most of."""
    places = [0]
    for info in pathlib.Path("/proc/%d/fdinfo" % pid).glob("*"):
        try:
            places.append(int(info.read_text().split()[1]))
        except OSError:
            pass
    return max(places)


def test_a_file_that_shrinks():
    """Whatever is read of it, the program ends by itself and says something, or has read it all."""
    for share in (0.05, 0.3, 0.7):
        write("t.csv", "a,b,c\n" + "".join("%d,text %d,%f\n" % (i, i, i / 7) for i in range(400000)))
        size = os.path.getsize("t.csv")
        process = subprocess.Popen([harness.PROGRAM, "profile", "t.csv"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while process.poll() is None:
            if get_place(process.pid) >= share * size:
                os.truncate("t.csv", int(share * size / 2))
                break
        out, err = process.communicate(timeout=60)
        expect(process.returncode in (0, 2) and (out or err), (process.returncode, out, err))


harness.main(__name__)
