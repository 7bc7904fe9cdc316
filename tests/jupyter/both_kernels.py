#!/usr/bin/python3
"""Runs every notebook on the tiny profile in the C# kernel and in .NET Interactive, and compares what each cell shows.

both_kernels.py [NOTEBOOK...] [--keep FOLDER]      Called in the checkout; NOTEBOOK as `mer notebooks run` takes it.
Compared are, cell by cell: text written, tables and other HTML letter for letter, each chart's JSON, sizes of pictures. Nothing may come on stderr in either, and no cell may
fail. ALLOWED names what may differ, each with its reason, and what is written over before comparing. The last line is 'N passed, N failed'."""
import base64
import concurrent.futures
import glob
import html
import json
import math
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNELS = "csharp", ".net-csharp"

# What depends on when and how fast a notebook ran; both sides are written over.
VARIES = [
    (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "DATE", "when it ran"),
    (r"\b\d\d:\d\d(:\d\d)?\b", "CLOCK", "how long training took"),
    (r"\b\d+([.,]\d+)? ?(ms|s|min|h|seconds|minutes)\b", "TIME", "how long something took"),
    (r"\b(\d+(\.\d+)?) clips/s\b", "N clips/s", "how fast something was"),
]
ALLOWED = {
    "script": ".NET Interactive's first cell shows a script that looks for its web server",
    "picture of a chart": "only the C# kernel draws a static picture of a chart, for pages where no script runs",
    "scalar": "a number or a truth value is plain text in the C# kernel and HTML with a style sheet in .NET Interactive",
    "tree": "a list of objects is one table in the C# kernel and a tree per element in .NET Interactive; the values are the same",
    "trained": "what the C# kernel trained is stored, so that .NET Interactive, which runs the notebook second, reads it and says nothing of training",
    "rounding": "a 32-bit number that each kernel computes for itself may differ by a hundred-thousandth: libtorch adds in another order",
    "words beside HTML": "the C# kernel adds a few words of plain text for clients that show no HTML",
}
# Text written by either that the other may lack.
STORED = re.compile(r"[^\n]*\d+ of \d+ folds trained in CLOCK\.\s*|[^\n]*\d+ stored folds of [^\n]*\n?")
FIGURE = re.compile(r"figure = (\{.*?\});\n", re.S)


def joined(text):
    return "".join(text) if isinstance(text, list) else str(text)


def written_over(text):
    for pattern, instead, _ in VARIES:
        text = re.sub(pattern, instead, text)
    return text


def words(markup):
    markup = re.sub(r"<style.*?</style>|<script.*?</script>", " ", markup, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", markup))).strip()


def size(png):
    return "picture %d x %d" % struct.unpack(">II", base64.b64decode(png[:64])[16:24])


def shown(data, seen):
    """A bundle as what must be the same: (kind, value)."""
    markup = joined(data["text/html"]) if "text/html" in data else None
    if markup and "dotnet-interactive-this-cell" in markup:
        seen.add("script")
        return None
    if markup and (figure := FIGURE.search(markup)):
        if "image/png" in data:
            seen.add("picture of a chart")
        # 0.0 and 0 are one number, which two writers write differently.
        chart = json.loads(figure[1], parse_float=lambda n: int(float(n)) if float(n).is_integer() else float(n))
        if not chart.get("frames"):
            chart.pop("frames", None)
        options = re.search(r"\{ responsive: true, \.\.\.(\{.*?\}) \}", markup)
        box = re.search(r'<div id="[^"]*" style="([^"]*)"', markup)
        return "chart", json.dumps([chart, json.loads(options[1]) if options else None, box and box[1]], sort_keys=True)
    if markup is None:
        image = data.get("image/png") or data.get("image/jpeg")
        if image:
            return "picture", size(joined(image)) + " " + written_over(joined(data.get("text/plain", "")))
        return "text", written_over(joined(data.get("text/plain", "")).strip())
    pictures = [size(p) for p in re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", markup)]
    if "dni-treeview" in markup:
        seen.add("tree")
        return "tree", sorted(map(written_over, (words(p) for p in re.findall(r"<pre>(.*?)</pre>", markup, re.S))))
    if "dni-plaintext" in markup:
        seen.add("scalar")
        return "text", written_over(words(markup))
    if joined(data.get("text/plain", "")).strip():
        seen.add("words beside HTML")
    return "html", written_over(re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", markup)) + " ".join(pictures)


def cell_outputs(cell, seen):
    """What a cell wrote, what it showed, and what it may not do."""
    wrote, values, wrong = "", [], []
    for output in cell["outputs"]:
        if output["output_type"] == "stream":
            if output["name"] == "stderr":
                wrong.append("stderr: " + joined(output["text"])[:300])
            else:
                wrote += joined(output["text"])
        elif output["output_type"] == "error":
            wrong.append(f"{output['ename']}: {output['evalue'][:300]}")
        elif (value := shown(output["data"], seen)) is not None:
            values.append(value)
    wrote = written_over(wrote)
    if STORED.search(wrote):
        seen.add("trained")
    return re.sub(r"\s+", " ", STORED.sub("", wrote)).strip(), values, wrong


def near(a, b):
    """Whether two charts are the same but for rounding."""
    if isinstance(a, bool) or isinstance(b, bool) or not isinstance(a, (int, float)) or not isinstance(b, (int, float)):
        if isinstance(a, dict) and isinstance(b, dict):
            return a.keys() == b.keys() and all(near(a[k], b[k]) for k in a)
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(map(near, a, b))
        return a == b
    return math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-7)


def same(ours, theirs, seen):
    if ours == theirs:
        return True
    if ours[0] == theirs[0] == "chart" and near(json.loads(ours[1]), json.loads(theirs[1])):
        seen.add("rounding")
        return True
    # Values of a list of objects: the table's cells are the tree's leaves.
    if theirs[0] == "tree" and ours[0] == "html":
        leaves = sorted(words(c) for c in re.findall(r"<td[^>]*>(.*?)</td>", ours[1], re.S))
        return bool(leaves) and all(leaf in theirs[1] for leaf in leaves if leaf)
    return False


def compare(name, ours, theirs):
    """(cells that are the same, complaints, reasons that were needed)."""
    seen, complaints, good = set(), [], 0
    mine, other = ([c for c in notebook["cells"] if c["cell_type"] == "code"] for notebook in (ours, theirs))
    if len(mine) != len(other):
        return 0, [f"{name}: {len(mine)} cells here, {len(other)} there"], seen
    for number, (a, b) in enumerate(zip(mine, other), 1):
        wrote_a, values_a, wrong_a = cell_outputs(a, seen)
        wrote_b, values_b, wrong_b = cell_outputs(b, seen)
        found = [f"C# kernel: {w}" for w in wrong_a] + [f".NET Interactive: {w}" for w in wrong_b]
        if wrote_a != wrote_b:
            found.append(f"wrote {wrote_a[-300:]!r} and {wrote_b[-300:]!r}")
        if len(values_a) != len(values_b):
            found.append(f"showed {[v[0] for v in values_a]} and {[v[0] for v in values_b]}")
        found += [f"{x[0]} and {y[0]} differ: {difference(x[1], y[1])}" for x, y in zip(values_a, values_b) if not same(x, y, seen)]
        complaints += [f"{name}, code cell {number} ({joined(a['source']).strip().splitlines()[0][:60] if joined(a['source']).strip() else ''}): {f}" for f in found]
        good += not found
    return good, complaints, seen


def difference(a, b):
    a, b = str(a), str(b)
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return f"...{a[max(0, at - 60):at + 90]!r} and ...{b[max(0, at - 60):at + 90]!r}"


def run(name, kernel, folder):
    """Runs a notebook in a kernel; gives it as executed, and a complaint where it ended badly."""
    done = subprocess.run([str(ROOT / "mer"), "notebooks", "run", name, "--kernel", kernel, "-p", "profile=tiny", "--out", str(folder / kernel)],
                          cwd=ROOT, capture_output=True, text=True)
    kept = folder / kernel / (pathlib.Path(name).stem + ".ipynb")
    notebook = json.loads(kept.read_text()) if kept.exists() else None
    return notebook, None if done.returncode == 0 else f"{name} in {kernel} ended with {done.returncode}: {(done.stderr or done.stdout)[-500:]}"


def check_itself():
    """The comparison must find what is wrong, and only that."""
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 8, 9) + b"\x08\x02\0\0\0").decode()
    chart = '<div id="plot-1" style="width:820px">%s</div>\n<script>(async () => {\n  const div = 1, figure = {"data":[{"y":[1,%s]}]%s};\n  plotly.newPlot(div, { responsive: true, ...{} });</script>'
    show = lambda data: {"output_type": "display_data", "data": data}
    text = lambda t, n="stdout": {"output_type": "stream", "name": n, "text": [t]}
    book = lambda *outputs: {"cells": [{"cell_type": "code", "source": ["x"], "outputs": list(outputs)}]}
    table = "<table><tr><td>%s</td></tr></table>"
    alike = [
        (text("trained in 00:12\n"), text("trained in 01:44\n")),
        (text("SAMM: 12 of 12 folds trained in 00:12.   \n59.4 %\n"), text("59.4 %\n")),
        (text("SAMM: 3 stored folds of Mine are read. After a change in\n59.4 %\n"), text("59.4 %\n")),
        (show({"text/html": chart % ("", 2, ',"frames":[]'), "image/png": png}), show({"text/html": chart % ("", 2, "")})),
        (show({"text/html": chart % ("", 2.0000002, "")}), show({"text/html": chart % ("", 2, "")})),
        (show({"text/plain": "0.5"}), show({"text/html": '<div class="dni-plaintext"><pre>0.5</pre></div><style>a</style>'})),
        (show({"image/png": png, "text/plain": "a face"}), show({"image/png": png, "text/plain": "a face"})),
        (show({"text/html": table % "0.5"}), show({"text/html": '<details class="dni-treeview"><pre>0.5</pre></details>'})),
    ]
    unlike = [
        (text("59.4 %"), text("59.5 %")), (text("a"), text("a", "stderr")), (text("a", "stderr"), text("a", "stderr")),
        (show({"text/html": chart % ("", 2, "")}), show({"text/html": chart % ("", 3, "")})),
        (show({"text/html": chart % ("", 2.001, "")}), show({"text/html": chart % ("", 2, "")})),
        (show({"text/html": chart % ("", 2, "")}), show({"text/html": "<p>a tree</p>"})),
        (show({"image/png": png}), show({"image/png": base64.b64encode(base64.b64decode(png).replace(b"\x09", b"\x0a")).decode()})),
        (show({"text/html": table % "59.4"}), show({"text/html": table % "59.5"})),
        (show({"text/html": table % "0.5"}), show({"text/html": '<details class="dni-treeview"><pre>0.6</pre></details>'})),
        (show({"text/html": "<table></table>"}), show({"text/html": '<details class="dni-treeview"><pre>0.5</pre></details>'})),
        (show({"text/plain": "1"}), {"output_type": "error", "ename": "E", "evalue": "e"}),
    ]
    for expected, pairs in ((False, alike), (True, unlike)):
        for a, b in pairs:
            assert bool(compare("self", book(a), book(b))[1]) == expected, (expected, a, b)


def judge(name, ours, theirs):
    """(cells that are the same, complaints, reasons that were needed) of a notebook as both kernels ran it."""
    (mine, wrong_a), (other, wrong_b) = ours, theirs
    good, found, seen = compare(os.path.basename(name), mine, other) if mine and other else (0, ["not executed"], set())
    return good, [w for w in (wrong_a, wrong_b) if w] + found, seen


def main():
    check_itself()
    arguments = sys.argv[1:]
    keep = arguments.index("--keep") if "--keep" in arguments else None
    folder = pathlib.Path(arguments[keep + 1] if keep is not None else tempfile.mkdtemp())
    if keep is not None:
        del arguments[keep:keep + 2]
    names = [n for n in sorted(glob.glob(str(ROOT / "notebooks" / "*.ipynb"))) if not arguments or any(a in os.path.basename(n) for a in arguments)]
    if not names:
        sys.exit(f"no notebook's name contains {' or '.join(arguments)}")
    # One behind the other through both kernels: what the first trains, the second reads.
    with concurrent.futures.ThreadPoolExecutor(1) as first, concurrent.futures.ThreadPoolExecutor(1) as second:
        ours = [first.submit(run, name, KERNELS[0], folder) for name in names]
        theirs = [second.submit(lambda name=name, before=before: (before.exception(), run(name, KERNELS[1], folder))[1]) for name, before in zip(names, ours)]
        passed = failed = 0
        needed = set()
        for name, a, b in zip(names, ours, theirs):
            good, complaints, seen = judge(name, a.result(), b.result())
            if complaints:
                # .NET Interactive dies at its start now and then, and a busy machine is late with a picture; what is different stays so.
                print(f"again   {os.path.basename(name)}: {complaints[0][:300]}", flush=True)
                good, complaints, seen = judge(name, run(name, KERNELS[0], folder), run(name, KERNELS[1], folder))
            needed |= seen
            passed, failed = passed + (not complaints), failed + bool(complaints)
            print(f"{'passed' if not complaints else 'FAILED'}  {os.path.basename(name)}: {good} cells the same in both kernels", flush=True)
            for complaint in complaints:
                print(f"        {complaint}", flush=True)
    for reason in sorted(needed):
        print(f"may differ: {ALLOWED[reason]}")
    print("written over: " + "; ".join(sorted({reason for _, _, reason in VARIES})))
    if keep is None:
        shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
