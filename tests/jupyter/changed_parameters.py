"""Notebooks as a reader changes them: other epochs, width, frames, augmentation and loss take effect, and unchanged ones find what the tables stored.

changed_parameters.py MER_DLL. The last line is 'N passed, N failed'."""
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import nbformat

mer = ["dotnet", sys.argv[1]]
out = pathlib.Path(tempfile.mkdtemp())
passed = failed = 0


def check(name, good, seen):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'passed' if good else 'FAILED'}  {name}" + ("" if good else f"\n        {str(seen)[:1500]}"), flush=True)


def run(name, **parameters):
    """The code cells of the executed notebook."""
    given = [text for key, value in parameters.items() for text in ("-p", f"{key}={value}")]
    seen = subprocess.run([*mer, "notebooks", "run", name, "-p", "profile=tiny", *given, "--out", str(out)], capture_output=True, text=True, env=os.environ)
    check(f"{name} runs with {parameters or 'nothing changed'}", seen.returncode == 0, seen.stdout[-1500:] + seen.stderr[-1500:])
    file = out / f"{name}.ipynb"
    return [cell for cell in nbformat.read(file, 4).cells if cell.cell_type == "code"] if file.exists() else []


def text(cells, source):
    """What the first cell with a line of code printed and showed, without markup."""
    outputs = next((cell.outputs for cell in cells if source in cell.source), [])
    shown = [o.get("text") or "".join(o.get("data", {}).get("text/html") or o.get("data", {}).get("text/plain") or "") for o in outputs]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", "".join(shown)))


changed = {"epochs": 1, "widthDivisor": 16, "inputSize": 48, "flip": 0, "rotation": 0, "padding": 0, "labelSmoothing": 0.1}
for name, cell in (("02-one-fold", "for (var epoch = 0;"), ("13-table3", "table.Run();"), ("17-table7", "table.Run();")):
    cells = run(name, **changed)
    said = text(cells, "study.Settings()")
    wanted = ["epochs 1 instead of 2", "width divisor 16 instead of 32", "input size 48 instead of 32", "flip probability 0 instead of 0.5", "label smoothing 0.1 instead of"]
    check(f"{name} says what was changed", all(w in said for w in wanted), said)
    if name == "02-one-fold":
        check("the loop in the cell has one epoch", "epoch 1 of 1" in text(cells, cell), text(cells, cell))
        check("with other values too it is the library's fold, to the last bit", "Every epoch (1) agrees to the last bit." in text(cells, "var apart ="), text(cells, "var apart ="))
    else:
        check(f"{name} shows what was measured, and the paper's numbers next to it", "94.35" in text(cells, cell), text(cells, cell))

# What the main job stores, a notebook with its own rows in code finds.
stored = subprocess.run([*mer, "reproduce", "--profile", "tiny", "--tables", "4", "--no-reports"], capture_output=True, text=True, env=os.environ)
check("the main job runs Table 4", stored.returncode == 0, stored)
trained = text(run("14-table4"), "table.Run();")
check("unchanged, the notebook trains none of its folds again", "folds trained in" not in trained and "Independent attention" in trained, trained)

# Pages of a run that starts from a backbone: a Swin under timm's names, made of a fresh network's by renaming.
root = pathlib.Path(__file__).parents[2]
fresh, backbone = out / "fresh.safetensors", out / "swin-of-mine.safetensors"
subprocess.run([*mer, "model", "export", "--size", "32", "--width-divisor", "32", "--window", "4", "--out", str(fresh)], check=True, capture_output=True)
data = fresh.read_bytes()
length, = struct.unpack("<Q", data[:8])
header, kept = {}, b""
for name, entry in json.loads(data[8:8 + length]).items():
    if name.startswith("position."):
        begin, end = entry["data_offsets"]
        header[name.removeprefix("position.")] = {**entry, "data_offsets": [len(kept), len(kept) + end - begin]}
        kept += data[8 + length + begin:8 + length + end]
renamed = json.dumps(header).encode()
backbone.write_bytes(struct.pack("<Q", len(renamed)) + renamed + kept)
pages = root / "results" / "reports" / "tiny-synthetic-swin-of-mine"
shutil.rmtree(pages, ignore_errors=True)
started = subprocess.run([*mer, "reproduce", "--profile", "tiny", "--tables", "5", "--init-backbone", str(backbone)], capture_output=True, text=True, env=os.environ)
check("a run from a backbone ends with pages in a folder of its own", started.returncode == 0 and f"Open {pages}/index.html" in started.stdout and (pages / "15-table5.html").exists(), started)
cells = [cell for cell in nbformat.read(pages / "15-table5.ipynb", 4).cells if cell.cell_type == "code"]
check("its notebook trains no fold again and names the file", "folds trained in" not in text(cells, "table.Run();") and "start from swin-of-mine.safetensors" in text(cells, "study.HowItRan()"), (text(cells, "table.Run();"), text(cells, "study.HowItRan()")))
shutil.rmtree(pages, ignore_errors=True)

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
