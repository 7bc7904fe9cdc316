"""Runs the corpus of cells in this kernel and in .NET Interactive, and compares what each cell does.

compare.py KERNEL_DLL INTERACTIVE [--table FILE]     INTERACTIVE: the tool's program, as `dotnet tool restore` knows it or a path.
A cell of corpus.txt begins with '## feature'; a line '#~ reason' after it says that the kernels differ, and why ours does what it does. Compared are whether a cell
fails and how, what it writes, and the words of what it shows: markup and styles are each kernel's own. A difference without a reason fails, a reason without one too.
The last line is 'N passed, N failed'."""
import html
import json
import os
import pathlib
import queue
import re
import shutil
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

HELPERS = {
    "helper.csx": "int FromScript(int n) => 10 * n;\n",
    "helper.cs": "int Triple(int n) => 3 * n;\n",
    "helper.dib": "#!markdown\n\n*dib*\n\n#!csharp\n\nint Quadruple(int n) => 4 * n;\n",
    "helper.ipynb": json.dumps({"cells": [
        {"cell_type": "code", "metadata": {}, "source": ["var seven = 7;"], "outputs": [], "execution_count": None},
        {"cell_type": "markdown", "metadata": {}, "source": ["# Heading"]},
        {"cell_type": "code", "metadata": {}, "source": ["string Shout(string s) => s.ToUpperInvariant();"], "outputs": [], "execution_count": None},
    ], "metadata": {"kernelspec": {"name": ".net-csharp", "language": "C#", "display_name": ".NET (C#)"}}, "nbformat": 4, "nbformat_minor": 5}),
}


def corpus():
    """(feature, reason or None, code) of each cell."""
    cells = []
    for block in re.split(r"^## ", (pathlib.Path(__file__).parent / "corpus.txt").read_text(), flags=re.M)[1:]:
        feature, _, code = block.partition("\n")
        reason = None
        if code.startswith("#~ "):
            reason, _, code = code[3:].partition("\n")
        cells.append((feature, reason, code.removesuffix("\n")))
    return cells


class Kernel:
    def __init__(self, argv, folder):
        self.manager = KernelManager()
        self.manager._kernel_spec = KernelSpec(argv=argv, display_name="kernel", language="C#", interrupt_mode="message")
        self.log = open(folder / "kernel.log", "w")
        # A tool of this repository's manifest is found from here only; the cells' files lie elsewhere.
        self.manager.start_kernel(stdout=self.log, stderr=self.log, env={**os.environ, "LANG": "C.UTF-8", "DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_INTERACTIVE_SKIP_FIRST_TIME_EXPERIENCE": "1"})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.run(f'System.IO.Directory.SetCurrentDirectory("{folder}");')

    def run(self, code, seconds=90):
        """What a cell did: how it ended, what it wrote, what it showed."""
        request = self.client.execute(code, allow_stdin=True, stop_on_error=False)
        seen = {"end": "ok", "stdout": "", "stderr": "", "shown": []}
        until = time.time() + seconds
        while time.time() < until:
            try:
                self.client.get_stdin_msg(timeout=0.001)
                self.client.input("answered")
            except queue.Empty:
                pass
            try:
                message = self.client.get_iopub_msg(timeout=0.05)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                seen[content["name"]] += content["text"]
            elif kind in ("display_data", "update_display_data", "execute_result"):
                seen["shown"].append(words(content["data"]))
            elif kind == "error":
                seen["end"] = error(content, seen["stderr"])
            elif kind == "status" and content["execution_state"] == "idle":
                break
        else:
            seen["end"] = "no end"
        # Compilers' remarks are no output of the cell.
        seen["stderr"] = "" if re.search(r"(error|warning) (CS|DNI)\d+|CodeAnalysis.Diagnostic", seen["stderr"]) else seen["stderr"]
        for name in ("stdout", "stderr"):
            seen[name] = seen[name].strip()
        return seen

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.log.close()


def words(data):
    """The words of a bundle, whatever its markup."""
    if "text/html" not in data:
        text = data.get("text/latex") or data.get("text/markdown") or data.get("text/plain") or next(iter(data.values()), "")
        text = re.sub(r"[*#$\\(\\)]" if "text/markdown" in data or "text/latex" in data else r"(?!)", "", str(text))
    else:
        text = re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]*>", " ", data["text/html"], flags=re.S)
    # Times, and the number of the cell in the name that the compiler gives an anonymous type: ours counts those that declare something.
    text = re.sub(r"(AnonymousType\d+#)\d+", r"\1N", re.sub(r"\d+([.,]\d+)?ms", "N ms", html.unescape(text)))
    return re.sub(r"\s+", " ", text).strip()


def error(content, stderr):
    """An error as both kernels have it: compiler codes, or exception and message, or just a refusal."""
    text = f"{content['ename']}: {content['evalue']}\n{stderr}"
    codes = sorted(set(re.findall(r"error (CS\d+)|\d+: (CS\d+)", text)))
    if codes:
        return "compiler " + " ".join(sorted({a or b for a, b in codes}))
    found = re.search(r"([A-Za-z_.+0-9]*Exception|Submission#\d+\+\w+|\bBroken): ([^\n]*?)( \(In\[\d+\]:\d+\))?(\n|$)", text)
    return f"{found[1].split('+')[-1].split('.')[-1]}: {found[2]}" if found else "refused"


def run(argv, cells):
    folder = pathlib.Path(tempfile.mkdtemp())
    for name, text in HELPERS.items():
        (folder / name).write_text(text)
    kernel = Kernel(argv, folder)
    try:
        return [kernel.run(code) for _, _, code in cells]
    finally:
        kernel.end()
        shutil.rmtree(folder)


def main():
    program, interactive = sys.argv[1], sys.argv[2]
    cells = corpus()
    ours = run(["dotnet", os.path.abspath(program), "{connection_file}"], cells)
    theirs = run([*interactive.split(), "jupyter", "--http-local-only", "{connection_file}"], cells)
    passed = failed = 0
    rows, same = [], 0
    for (feature, reason, _), a, b in zip(cells, ours, theirs):
        differs = a != b
        same += not differs
        # A cell without an end in ours is no difference by choice.
        good = differs == (reason is not None) and a["end"] != "no end"
        passed, failed = passed + good, failed + (not good)
        if not good:
            print(f"FAILED  {feature}: " + ("differs without a reason" if differs else f"no longer differs: {reason}"))
            for name in a if differs else []:
                if a[name] != b[name]:
                    print(f"        {name}: ours {str(a[name])[:300]!r}\n        {' ' * len(name)}  theirs {str(b[name])[:300]!r}")
        if differs and reason:
            rows.append(f"| {feature} | {reason} |")
    print(f"{len(cells)} cells: {same} the same, {len(cells) - same} different")
    if "--table" in sys.argv:
        path = pathlib.Path(sys.argv[sys.argv.index("--table") + 1])
        table = f"{len(cells)} cells, one per feature: {same} do the same in both, {len(cells) - same} differ by choice:\n\n| feature | difference and reason |\n|---|---|\n" + "\n".join(rows)
        path.write_text(re.sub(r"(<!-- corpus -->\n).*?(<!-- /corpus -->)", lambda m: m[1] + table + "\n" + m[2], path.read_text(), flags=re.S))
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
