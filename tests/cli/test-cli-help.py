# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""Help, man pages, completion, usage."""

import json
import os
import re
import shutil
import subprocess

import harness
from harness import bad, expect, good, same, sextant, write


def list_verbs():
    return re.findall(r"^  (\S+)  ", good("--help").out, re.M)


def test_help_lists_the_verbs():
    verbs = list_verbs()
    for verb in ("auto", "profile", "convert", "new", "check", "run", "runs", "predict", "evaluate", "export", "tune", "formats", "blocks", "topologies"):
        expect(verb in verbs, "%s is not in %s" % (verb, verbs))
    expect("worker" not in verbs, "the worker is for programs")
    same(good("help").out, good("--help").out)
    same(good("-h").out, good("--help").out)


def test_help_of_each_verb():
    for verb in list_verbs() + ["worker"]:
        text = good(verb, "--help").out
        expect(text.startswith("Usage: sextant %s [OPTION…]" % verb), text)
        expect("--help" in text, text)
        expect(max(map(len, text.splitlines())) <= 120, "%s: a line is too long" % verb)
        same(good("help", verb).out, text)
        for command in re.findall(r"^  (sextant .*)$", text, re.M):
            for option in re.findall(r" (--[a-z-]+)", command):
                expect(option in text.replace(command, ""), "%s: the example's %s is no option" % (verb, option))


def test_version():
    expect(re.fullmatch(r"sextant \d+\.\d+\.\d+\n", good("--version").out), "version")


def test_usage():
    result = sextant()
    same(result.code, 2)
    expect("profile" in result.err and result.out == "", result)
    bad(2, "There is no verb “profil”; did you mean “profile”?", "profil")
    bad(2, "There is no verb “xyzzy”; “sextant --help” lists them.", "xyzzy")
    bad(2, "“sextant profile” takes FILE|URI; see “sextant profile --help”", "profile")
    bad(2, "“sextant convert” takes IN OUT", "convert", "a.csv")
    bad(2, "“sextant formats” takes no arguments", "formats", "csv")
    bad(2, "“sextant profile” has no option --jsonn; did you mean --json?", "profile", "--jsonn", "a.csv")
    bad(2, "--frobnicate", "profile", "--frobnicate", "a.csv")
    bad(2, "“sextant new” needs --data, --target and --output", "new", "trees")
    bad(2, "is not a duration; write 90s, 5m or 1.5h", "new", "trees", "--data", harness.SAMPLES / "churn.csv", "--target", "left", "-o", "a.sextant", "--budget", "soon")
    bad(2, "--seed: “-1” is not a whole number", "new", "trees", "--data", harness.SAMPLES / "churn.csv", "--target", "left", "-o", "a.sextant", "--seed=-1")


def test_man_pages():
    for verb in [None] + list_verbs():
        page = good("--man", *([verb] if verb else [])).out
        expect(page.startswith('.TH "SEXTANT%s" 1' % ("-" + verb.upper() if verb else "")), page)
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS"):
            expect(".SH %s\n" % section in page, "%s has no %s" % (verb, section))
        for option in re.findall(r"^ +(?:-\w, )?--([a-z-]+)", good(verb, "--help").out, re.M) if verb else []:
            expect(option.replace("-", "\\-") in page, "%s: --%s is not in the page" % (verb, option))
        if shutil.which("groff"):
            done = subprocess.run(["groff", "-man", "-Kutf8", "-Tutf8", "-ww"], input=page.encode(), capture_output=True)
            same(done.stderr, b"")


def test_completion():
    if not shutil.which("bash"):
        raise harness.Skip("there is no bash")
    write("completion", good("--completion").out)

    def complete(*words):
        script = 'compopt () { :; }; . ./completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sextant; echo "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, check=True)
        same(done.stderr, b"")
        return done.stdout.decode().split()

    same(complete("sextant", "prof"), ["profile"])
    same(complete("sextant", "tune", "--sp"), ["--space="])
    same(complete("sextant", "profile", "--j"), ["--json"])
    same(complete("sextant", "profile", "chu"), [])


def test_lists():
    formats = json.loads(good("formats", "--json").out)
    same({f["id"] for f in formats} >= {"csv", "json", "jsonl", "sqlite"}, True)
    for entry in formats:
        expect(entry["id"] in good("formats").out, entry)
    blocks = json.loads(good("blocks", "--json").out)
    plain = good("blocks").out
    for block in blocks:
        expect(block["id"] in plain, block["id"])
        text = good("blocks", block["id"]).out
        for param in block["params"]:
            expect("\n  %s: " % param["id"] in text, (block["id"], param["id"]))
        same(json.loads(good("blocks", block["id"], "--json").out), block)
    bad(2, "There is no block kind “prepare.inpute”; did you mean “prepare.impute”?", "blocks", "prepare.inpute")
    topologies = json.loads(good("topologies", "--json").out)
    expect({"mlp", "trees"} <= {t["id"] for t in topologies}, topologies)
    for topology in topologies:
        expect("id: %s\n" % topology["id"] in good("topologies", topology["id"]).out, topology)
        same(json.loads(good("topologies", topology["id"], "--json").out)["id"], topology["id"])
    bad(2, "tree", "topologies", "tree")


harness.main(__name__)
