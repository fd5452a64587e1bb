# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""profile and convert."""

import csv
import gzip
import json
import os
import signal
import sqlite3
import subprocess

import harness
from harness import SAMPLES, bad, expect, good, read, same, sextant, write

TABLE = """name,age,left,when,note
Ann,31,yes,2023-01-02,"says ""hi"", then goes"
Bo,,no,2023-01-03T04:05:06,
Çelik,44.5,yes,,"two
lines"
"""


def test_profile():
    write("t.csv", TABLE)
    lines = good("profile", "t.csv").out.splitlines()
    same(lines[0], "3 rows, 5 columns")
    same(lines[2].split()[:6], ["column", "type", "missing", "distinct", "min", "max"])
    same(lines[4].split()[:6], ["age", "float64", "1", "2", "31", "44.5"])
    starts = {line.index("  ") > 0 and line.find("float64") for line in lines if "float64" in line}
    same(len(starts), 1)


def test_profile_json():
    result = good("profile", "--json", SAMPLES / "churn.csv")
    profile = json.loads(result.out)
    same(profile["rows"], 4000)
    same(profile["format"], "csv")
    same(profile["options"]["delimiter"], ",")
    same(profile["options"]["header"], True)
    with open(SAMPLES / "churn.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    same([c["name"] for c in profile["columns"]], list(rows[0]))
    for column in profile["columns"]:
        cells = [row[column["name"]] for row in rows]
        same(column["missing"], cells.count(""))
        same(column["distinct"], len(set(cells) - {""}))
    age = next(c for c in profile["columns"] if c["name"] == "age")
    ages = [int(row["age"]) for row in rows if row["age"]]
    same((age["min"], age["max"]), (min(ages), max(ages)))
    expect(abs(age["mean"] - sum(ages) / len(ages)) < 1e-9, age)
    same(sum(b["count"] for b in age["bins"]), len(ages))
    left = next(c for c in profile["columns"] if c["name"] == "left")
    same({v["value"]: v["count"] for v in left["top"]}, {k: sum(row["left"] == k for row in rows) for k in ("no", "yes")})


def test_columns():
    write("t.data", "1,red\n2,blue\n")
    profile = json.loads(good("profile", "--json", "--columns", "number, colour", "t.data").out)
    same([c["name"] for c in profile["columns"]], ["number", "colour"])
    same(profile["rows"], 2)
    good("convert", "t.data", "t.json", "--columns", "number,colour")
    same(json.loads(read("t.json")), [{"number": 1, "colour": "red"}, {"number": 2, "colour": "blue"}])
    bad(2, "t.data", "profile", "t.data", "--columns", "number")


def test_names_from_the_terminal():
    """Names that are not ASCII work in any locale, even where the program cannot know the encoding."""
    write("größe.csv", "1,2\n3,4\n")
    environment = dict(os.environ, LC_ALL="C")
    profile = json.loads(good("profile", "--json", "größe.csv", "--columns", "höhe,宽度", env=environment).out)
    same([c["name"] for c in profile["columns"]], ["höhe", "宽度"])
    same(profile["file"], "größe.csv")


def test_round_trips():
    write("t.csv", TABLE)
    for out in ("t.json", "t.jsonl", "t.tsv", "t.sqlite", "sqlite:u.db?table=people"):
        result = good("convert", "t.csv", out)
        same(result.out, "")
        expect("3 rows written to %s" % out in result.err, result)
        good("convert", out, "back.csv")
        good("convert", "t.csv", "plain.csv")
        same(read("back.csv"), read("plain.csv"))
    same(json.loads(read("t.json"))[2]["note"], "two\nlines")
    same(sqlite3.connect("u.db").execute("select count(*), sum(age) from people").fetchone(), (3, 75.5))
    same([line.split("\t")[0] for line in read("t.tsv").decode().splitlines()[:3]], ["name", "Ann", "Bo"])


def test_to_standard_output():
    write("t.csv", TABLE)
    good("convert", "t.csv", "plain.csv")
    result = good("convert", "t.csv", "-")
    same(result.out.encode(), read("plain.csv"))
    same(result.err, "")


def test_gzip():
    with gzip.open("t.csv.gz", "wt", encoding="utf-8") as file:
        file.write(TABLE)
    same(json.loads(good("profile", "--json", "t.csv.gz").out)["rows"], 3)


def test_a_closed_pipe_is_silent():
    write("t.csv", "a\n" + "".join("%d\n" % i for i in range(200000)))
    process = subprocess.Popen([harness.PROGRAM, "convert", "t.csv", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    same(process.stderr.read(), b"")
    process.stderr.close()
    expect(process.wait(timeout=60) not in (0, -signal.SIGABRT, -signal.SIGSEGV), process.returncode)


def test_nothing_but_the_result_on_a_pipe():
    """Progress is for terminals."""
    write("t.csv", "a,b\n" + "".join("%d,%d\n" % (i, i * i) for i in range(300000)))
    result = good("profile", "--json", "t.csv")
    same(result.err, "")
    json.loads(result.out)


harness.main(__name__)
