# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""auto, run, runs, predict, evaluate: from a table to a model, and what it says."""

import csv
import fcntl
import io
import json
import os
import signal
import subprocess

import harness
from harness import DATASETS, SAMPLES, bad, expect, good, read, same, sextant, write


def list_runs():
    return json.loads(good("runs", "list", "--json").out)


def split_churn():
    """The sample's rows: nine tenths to learn from, the rest with known answers."""
    lines = (SAMPLES / "churn.csv").read_text().splitlines(keepends=True)
    write("train.csv", "".join(lines[:3601]))
    write("fresh.csv", lines[0] + "".join(lines[3601:]))


def test_from_table_to_predictions():
    split_churn()
    result = good("auto", "train.csv", "--target", "left", "--trials", "3", "--seed", "7", "-o", "churn.sxm")
    for text in ("Project: churn.sextant\n", "3 trials; the best is trial ", "Test:\n", "truth \\ predicted", "Model:  churn.sxm\n"):
        expect(text in result.out, (text, result))
    # Evaluating: against our own count of the predictions.
    report = json.loads(good("evaluate", "churn.sxm", "fresh.csv", "--json").out)
    same((report["task"], report["classes"], report["n-rows"]), ("binary", ["no", "yes"], 400))
    expect(report["metrics"]["auc"] > 0.8, report["metrics"])
    good("predict", "churn.sxm", "fresh.csv", "-o", "p.csv")
    predictions = list(csv.DictReader(io.StringIO(read("p.csv").decode())))
    truth = [row["left"] for row in csv.DictReader(open("fresh.csv"))]
    same(len(predictions), len(truth))
    same(list(predictions[0]), ["prediction", "probability_no", "probability_yes", "flags"])
    right = sum(p["prediction"] == t for p, t in zip(predictions, truth))
    expect(abs(right / len(truth) - report["metrics"]["accuracy"]) < 1e-12, (right, report))
    for p in predictions:
        expect(abs(float(p["probability_no"]) + float(p["probability_yes"]) - 1) < 1e-5, p)
        same(p["prediction"], "yes" if float(p["probability_yes"]) > float(p["probability_no"]) else "no")
    pairs = [(float(p["probability_yes"]), t) for p, t in zip(predictions, truth)]
    wins = sum((a > b) + (a == b) / 2 for a, t in pairs if t == "yes" for b, u in pairs if u == "no")
    auc = wins / (truth.count("yes") * truth.count("no"))
    expect(abs(auc - report["metrics"]["auc"]) < 1e-6, (auc, report))
    same(good("predict", "churn.sxm", "fresh.csv").out.encode(), read("p.csv"))
    plain = good("evaluate", "churn.sxm", "fresh.csv").out
    expect("%.6g" % report["metrics"]["log-loss"] in plain, plain)
    good("export", "churn.sxm", "--format", "onnx", "-o", "a.onnx")
    same(good("export", "churn.sxm", "-o", "b.onnx").out, "b.onnx written\n")
    same(read("a.onnx"), read("b.onnx"))
    expect(b"ai.onnx.ml" in read("a.onnx") and b"Atlantis" not in read("a.onnx") and b"Islands" in read("a.onnx"), "no ONNX with its categories")
    bad(2, "“pmml” is no format to export to; there is onnx", "export", "churn.sxm", "--format", "pmml", "-o", "c.pmml")
    bad(2, "“c.xyz” is no format to export to", "export", "churn.sxm", "-o", "c.xyz")
    bad(2, "“sextant export” needs --output: the file to write", "export", "churn.sxm")
    bad(2, "gone", "export", "churn.sxm", "-o", "gone/c.onnx")
    # The project says what was done, and does it again.
    good("check", "churn.sextant")
    good("run", "churn.sextant", "-o", "again.sxm", "--json")
    same(read("again.sxm"), read("churn.sxm"))


def test_flags():
    split_churn()
    good("auto", "train.csv", "--target", "left", "--trials", "1", "-o", "m.sxm")
    rows = list(csv.DictReader(open("fresh.csv")))[:4]
    rows[0].update(region="Atlantis")
    rows[1].update(age="150")
    rows[2].update(plan="", minutes="")
    rows[3].update({key: value or "40" for key, value in rows[3].items() if key in ("age", "minutes", "gigabytes")})
    with open("odd.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    flags = [row["flags"] for row in csv.DictReader(io.StringIO(good("predict", "m.sxm", "odd.csv").out))]
    expect("region: unknown category" in flags[0], flags)
    expect("age: out of range" in flags[1], flags)
    expect("plan: missing" in flags[2] and "minutes: missing" in flags[2], flags)
    write("narrow.csv", "region,age\nNorth,30\n")
    bad(2, "plan", "predict", "m.sxm", "narrow.csv")
    bad(2, "", "evaluate", "m.sxm", "narrow.csv")


def test_the_same_seed_gives_the_same_bytes():
    for project in (make_quick_project(), SAMPLES / "flowers.sextant"):
        for name, seed, threads in (("a", 3, 2), ("b", 3, 2), ("c", 3, 1), ("d", 4, 2)):
            good("run", project, "--trials", "2", "--seed", seed, "--threads", threads, "-o", name + ".sxm")
        same(read("a.sxm"), read("b.sxm"))
        data = "small.csv" if project == "quick.sextant" else SAMPLES / "flowers.csv"
        predictions = [good("predict", name + ".sxm", data).out for name in "acd"]
        same(predictions[0], predictions[1])
        expect(predictions[0] != predictions[2], "the seed changes nothing")


def test_a_number():
    good("run", SAMPLES / "houses.sextant", "--trials", "2", "-o", "m.sxm")
    report = json.loads(good("evaluate", "m.sxm", SAMPLES / "houses.csv", "--json").out)
    same(report["task"], "regression")
    expect(report["metrics"]["r2"] > 0.8, report["metrics"])
    rows = list(csv.DictReader(io.StringIO(good("predict", "m.sxm", SAMPLES / "houses.csv").out)))
    same(list(rows[0]), ["prediction", "flags"])
    truth = [float(row["price"]) for row in csv.DictReader(open(SAMPLES / "houses.csv"))]
    error = sum(abs(float(row["prediction"]) - t) for row, t in zip(rows, truth)) / len(truth)
    expect(abs(error / report["metrics"]["mae"] - 1) < 1e-4, (error, report["metrics"]))


def test_events():
    lines = [json.loads(line) for line in good("run", SAMPLES / "churn.sextant", "--trials", "2", "--run-dir", "r", "--json").out.splitlines()]
    for line in lines:
        same(set(line), {"event", "details"})
    names = [line["event"] for line in lines]
    same(names.count("trial-finished"), 2)
    same(names[-1], "report")
    data = next(line["details"] for line in lines if line["event"] == "data")
    same(data["rows"], 4000)
    finished = [line["details"] for line in lines if line["event"] == "trial-finished"]
    shown = json.loads(good("runs", "show", "r", "--json").out)
    same([(t["trial"], t["value"]) for t in shown["trials"]], [(t["trial"], t["value"]) for t in finished])
    same(lines[-1]["details"]["metrics"], shown["report"]["metrics"])
    same(os.path.realpath(lines[-1]["details"]["model"]), os.path.realpath("r/model.sxm"))


def test_runs():
    same(list_runs(), [])
    bad(2, "“sextant runs show” takes 1 run(s)", "runs", "show")
    bad(2, "“sextant runs” knows list, show, resume, cancel and compare, not “lst”", "runs", "lst")
    bad(2, "is not the folder of a run", "runs", "show", "gone")
    good("run", SAMPLES / "churn.sextant", "--trials", "1")
    good("run", SAMPLES / "churn.sextant", "--trials", "2", "--seed", "9", "--run-dir", "second")
    name = list_runs()[0]["run"]
    same([(r["state"], r["trials"], r["target"]) for r in list_runs()], [("done", 1, "left")])
    expect(name in good("runs", "list").out, name)
    one = json.loads(good("runs", "show", name, "--json").out)
    two = json.loads(good("runs", "show", "second", "--json").out)
    same((one["state"], len(one["trials"]), one["topology"]), ("done", 1, "trees"))
    shown = good("runs", "show", name).out
    expect("portfolio" in shown and "learning-rate 0.08" in shown and "Model:  " in shown, shown)
    table = good("runs", "compare", name, "second").out.splitlines()
    line = next(line.split() for line in table if line.startswith("log-loss"))
    a, b = one["report"]["metrics"]["log-loss"], two["report"]["metrics"]["log-loss"]
    same(line, ["log-loss", "%.6g" % a, "%.6g" % b, "%+.3g" % (b - a)])
    same(json.loads(good("runs", "compare", name, "second", "--json").out)["second"], two["report"]["metrics"])
    expect("done already" in good("runs", "resume", name).err, "resume of what is done")
    bad(2, "Nobody is working on %s" % name, "runs", "cancel", name)
    bad(2, "holds a run already", "run", SAMPLES / "churn.sextant", "--trials", "1", "--run-dir", "second")
    write("second/job.yaml", "junk: 1\n")
    bad(2, "job.yaml", "runs", "show", "second")


def make_quick_project():
    """Trials of a few milliseconds."""
    lines = (SAMPLES / "houses.csv").read_text().splitlines(keepends=True)
    write("small.csv", "".join(lines[:400]))
    return write("quick.sextant", """sextant: 1
blocks:
  csv: {kind: source.csv, params: {file: small.csv}}
  split: {kind: split.holdout}
  prepare: {kind: prepare.auto, params: {for: trees}}
  trees: {kind: model.trees, params: {target: price, space: {learning-rate: 0.3, depth: 3}}}
links:
  - {from: csv.table, to: split.input}
  - {from: split.table, to: prepare.input}
  - {from: prepare.table, to: trees.table}
""")


def start(*arguments):
    """A run that waits when its events are not heard: so nothing here depends on who is faster."""
    process = subprocess.Popen([harness.PROGRAM, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    fcntl.fcntl(process.stdout, 1031, 4096)  # F_SETPIPE_SZ, which Python names from 3.10 on
    return process


def wait_for_trial(process, number):
    for line in iter(process.stdout.readline, b""):
        event = json.loads(line)
        if event["event"] == "trial-started" and event["details"]["trial"] == number:
            return
    raise AssertionError(process.stderr.read())


def interrupt_and_resume(stop, code, state):
    arguments = ("run", make_quick_project(), "--trials", "20", "--seed", "5")
    good(*arguments, "-o", "whole.sxm")
    process = start(*arguments, "--run-dir", "r", "--json")
    wait_for_trial(process, 3)
    stop(process)
    rest, err = process.communicate(timeout=60)
    same(process.returncode, code)
    shown = json.loads(good("runs", "show", "r", "--json").out)
    same(shown["state"], state)
    expect("model" not in shown, "a model before the end")
    bad(2, "has not finished", "runs", "compare", "r", "r")
    good("runs", "resume", "r", "-o", "resumed.sxm")
    same(read("resumed.sxm"), read("whole.sxm"))
    return err.decode()


def test_interrupt():
    err = interrupt_and_resume(lambda process: process.send_signal(signal.SIGINT), 130, "cancelled")
    expect(err.endswith("sextant: Cancelled.\nsextant: go on with “sextant runs resume %s”\n" % os.path.abspath("r")), err)


def test_kill():
    interrupt_and_resume(lambda process: process.kill(), -signal.SIGKILL, "interrupted")


def test_cancel():
    interrupt_and_resume(lambda process: good("runs", "cancel", "r"), 130, "cancelled")


def test_one_at_a_time():
    process = start("run", make_quick_project(), "--trials", "200", "--run-dir", "r", "--json")
    wait_for_trial(process, 2)
    same(json.loads(good("runs", "show", "r", "--json").out)["state"], "running")
    bad(2, "r", "runs", "resume", "r")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    same(process.returncode, 130)


def test_a_reader_that_goes_away():
    """Events that nobody reads end the work; the run can be resumed."""
    process = start("run", make_quick_project(), "--trials", "200", "--run-dir", "r", "--json")
    wait_for_trial(process, 1)
    process.stdout.close()
    err = process.stderr.read().decode()
    expect(err.endswith("sextant: Cancelled.\nsextant: go on with “sextant runs resume %s”\n" % os.path.abspath("r")), err)
    process.stderr.close()
    same(process.wait(timeout=60), 130)


def test_refused():
    churn = SAMPLES / "churn.csv"
    bad(2, "“sextant auto” needs --target: the column to predict; “sextant profile %s” lists the columns" % churn, "auto", churn)
    bad(2, "gone", "auto", churn, "--target", "left", "-o", "gone/m.sxm")
    bad(2, "foret", "auto", churn, "--target", "left", "--topology", "foret")
    bad(2, "Without a budget and a number of trials the search would never end", "run", SAMPLES / "churn.sextant", "--budget", "0")
    bad(2, "is not a duration", "run", SAMPLES / "churn.sextant", "--budget", "1 fortnight")
    bad(2, "gone.sxm", "predict", "gone.sxm", churn)
    bad(2, "junk.sxm", "evaluate", write("junk.sxm", "PK\3\4 no zip"), churn)
    bad(2, "has no suffix that this program writes", "predict", "gone.sxm", churn, "-o", "p.xyz")
    same(list_runs(), [])


def test_an_old_project_is_kept():
    write("m.sextant", "precious: true\n")
    result = good("auto", SAMPLES / "flowers.csv", "--target", "kind", "--trials", "1", "-o", "m.sxm")
    expect("sextant: the project that was there is kept as m.sextant.~1~\n" in result.err, result)
    same(read("m.sextant.~1~"), b"precious: true\n")
    # The same again is no reason for another copy.
    result = good("auto", SAMPLES / "flowers.csv", "--target", "kind", "--trials", "1", "-o", "m.sxm")
    expect("kept as" not in result.err and not os.path.exists("m.sextant.~2~"), result)


def test_without_a_header():
    """Census data as they are published: no header line, blanks behind commas, labels that end in a full stop in the test file."""
    data = DATASETS / "tabular"
    if not (data / "adult.data").exists():
        raise harness.Skip("there is no adult.data")
    columns = ("age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain,"
               "capital-loss,hours-per-week,native-country,income")
    write("adult.data", b"".join((data / "adult.data").read_bytes().splitlines(keepends=True)[:6000]))
    good("auto", "adult.data", "--columns", columns, "--target", "income", "--trials", "1", "-o", "adult.sxm")
    report = json.loads(good("evaluate", "adult.sxm", data / "adult.test", "--json").out)
    same((report["n-rows"], report["classes"]), (16281, ["<=50K", ">50K"]))
    expect(report["metrics"]["accuracy"] > 0.855 and report["metrics"]["auc"] > 0.91, report["metrics"])


harness.main(__name__)
