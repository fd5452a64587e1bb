#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
"""From an empty window to an exported model with the hands of a user: a file is dropped, blocks are dragged from the palette, linked port
to port, the target is chosen, F5 runs it, and the result is saved and exported. What the studio trained is then trained by the command
line from the saved project: the two models are the same bytes.

    test-ui-first-light.py STUDIO SEXTANT DRAG-SOURCE TEMPLATES

SX_UI_PICTURES=FOLDER keeps pictures of the stations.
"""
import os
import subprocess
import sys
import time

import desk
from studio import Studio

N_TRIALS = 3


def check(number, ok, text):
    print("ok" if ok else "not ok", number, "-", text, flush=True)
    return ok


def main():
    program, sextant, drag_source, templates = sys.argv[1:5]
    lacking = desk.missing()
    if lacking:
        print(f"1..0 # SKIP there is no {lacking}")
        return 0
    print("1..6")
    started = time.monotonic()
    with desk.Desk(1920, 1080, {"SEXTANT_WORKER": sextant, "SEXTANT_DATA_DIR": templates}) as hands:
        studio = Studio(hands, program)
        folder = hands.home + "/work"
        os.mkdir(folder)
        table = folder + "/churn.csv"
        with open(templates + "/projects/churn.csv", "rb") as source, open(table, "wb") as copy:
            copy.write(source.read())

        studio.drop(drag_source, table)
        csv = studio.wait_block("CSV file")
        check(1, csv is not None, "a dropped file becomes a block")
        hands.press(hands.wait_for(studio.tree, "push button", "Build by hand"))
        hands.picture("1-dropped")

        studio.move_block(csv, 40, 140)
        hold = studio.add_block("hold out", "Hold out rows", 360, 140)
        auto = studio.add_block("prepare auto", "Prepare automatically", 680, 140)
        trees = studio.add_block("boosted", "Boosted trees", 1000, 140)
        studio.link(csv, hold)
        studio.link(hold, auto)
        studio.link(auto, trees)
        hands.wait(lambda: hands.find(studio.tree, "list", "4 blocks, 3 links"), "three links")
        check(2, True, "blocks are dragged from the palette and linked port to port")

        hands.press(trees)
        studio.choose_last("Target", "left")
        studio.enter("Time budget", "0")
        studio.enter("Trials", str(N_TRIALS))
        hands.picture("2-linked")
        project = folder + "/churn.sextant"
        studio.save_as(project)
        check(3, os.path.exists(project), "the project is saved")

        hands.key("F5")
        studio.wait_result(120)
        hands.picture("3-result")
        check(4, True, "F5 runs it to a result")

        model, onnx = folder + "/studio.sxm", folder + "/studio.onnx"
        studio.save_model(model)
        studio.export_onnx(onnx)
        hands.wait(lambda: os.path.exists(model) and os.path.exists(onnx), "both files")
        check(5, os.path.getsize(onnx) > 1000, "the model is saved and exported")

        again = folder + "/line.sxm"
        subprocess.run([sextant, "run", project, "--run-dir", folder + "/run", "-o", again], env=hands.environment, check=True, stdout=subprocess.DEVNULL, timeout=120)
        with open(model, "rb") as a, open(again, "rb") as b:
            check(6, a.read() == b.read(), "the command line trains the same model, byte for byte")
    print(f"# {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
