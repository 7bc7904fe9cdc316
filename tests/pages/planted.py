#!/usr/bin/env python3
"""planted.py FOLDER: a tiny synthetic data set in which a stranger has planted markup: in a file name, an emotion and an action unit of CASME II's.

Prints each planted text. A subject is a number, or the sheet is refused; tests/CSharpJupyter.LiveTests plants it in a notebook."""
import csv
import glob
import json
import os
import subprocess
import sys

NAME = "<img src=planted onerror=planted()>"
EMOTION = "<script>planted('emotion')</script>"  # in small letters, as emotions are read
UNIT = "<iframe srcdoc=planted></iframe>"

folder = sys.argv[1]
mer = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "mer")
subprocess.run([mer, "data", "synthesize", "--size", "Tiny", "--out", folder], check=True, stdout=subprocess.DEVNULL)
sheet = glob.glob(os.path.join(folder, "CASME2", "*.xlsx"))[0]
lines = subprocess.run([mer, "data", "annotations", "--json", sheet], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
clips = [json.loads(line) for line in lines]

first = clips[0]
frames = os.path.join(folder, "CASME2", "Cropped", f"sub{first['subject']}", first["clip"])
os.rename(frames, frames + NAME)
first["clip"] += NAME
with open(os.path.splitext(sheet)[0] + ".csv", "w", newline="") as file:
    rows = csv.writer(file)
    rows.writerow(["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion"])
    for clip in clips:
        units = "+".join(map(str, clip["actionUnits"]))
        rows.writerow([clip["subject"], clip["clip"], clip["onset"], clip["apex"], clip["offset"], units + ("+" + UNIT if clip is first else ""), clip["emotion"]])
    rows.writerow([first["subject"], "EP99_99", 1, 2, 3, "4", EMOTION])
os.remove(sheet)
# No set knows that emotion, so its clip is left out, and the pages name it with the reason.
subprocess.run([mer, "data", "prepare", "--data", folder, "--dataset", "casme2", "--unusable", "drop"], check=True, stdout=subprocess.DEVNULL)
print(first["clip"], EMOTION, UNIT, sep="\n")
