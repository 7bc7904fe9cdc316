"""Jupyter's own nbclient, and nbconvert --execute after it, run a notebook with twelve kinds of cell in the C# kernel; every output is compared with what the cell says.

twelve_kinds_of_cell.py MERKERNEL_DLL, with JUPYTER_PATH naming the folder of the kernelspec csharp-mer. The last line is 'N passed, N failed'."""
import base64
import re
import struct
import subprocess
import sys

import nbformat
from nbclient import NotebookClient

library = sys.argv[1]
TABLE = "/^<table><thead><tr><td><span>Name</span></td><td><span>Uf1</span></td></tr></thead><tbody><tr><td>full</td><td><div class=\"dni-plaintext\"><pre>0.5</pre>/"


def stream(name, text):
    return lambda o: o.output_type == "stream" and o.name == name and o.text == text


def picture(width, height):
    """The output's PNG has this size in pixels."""
    return lambda o: base64.b64decode(o.data["image/png"])[12:24] == b"IHDR" + struct.pack(">II", width, height)


def data(kind, mime, expected, also=lambda o: True):
    """expected: a text, or a pattern between slashes."""
    def check(output):
        if output.output_type != kind or mime not in output.data or "text/plain" not in output.data or not also(output):
            return False
        found = output.data[mime]
        return re.search(expected[1:-1], found) is not None if expected.startswith("/") and expected.endswith("/") and len(expected) > 2 else found == expected
    return check


def error(name, place):
    return lambda o: o.output_type == "error" and o.ename == name and any(place in line for line in o.traceback)


CELLS = {
    "an expression": ("6 * 7", [data("execute_result", "text/plain", "42")]),
    "streams": ('Console.WriteLine("out"); Console.Error.WriteLine("err");', [stream("stdout", "out\n"), stream("stderr", "err\n")]),
    "a declaration": ("record Row(string Name, double Uf1);", []),
    "a table of records": ('new[] { new Row("full", 0.5) }.DisplayTable();', [data("display_data", "text/html", TABLE)]),
    "a display that is updated": ('var shown = display("before"); await Task.Delay(50); shown.Update("after");', [data("display_data", "text/plain", "after")]),
    "markup": ('HTML("<b>bold</b>")', [data("execute_result", "text/html", "<b>bold</b>")]),
    "markdown": ("#!markdown\n**bold**", [data("display_data", "text/markdown", "**bold**")]),
    "a timed await": ("#!time\nawait Task.Delay(30);", [data("display_data", "text/plain", r"/^Wall time: \d\d+(\.\d+)?ms$/")]),
    "a compile error": ("int a = 1;\nint b = a + missing;", [error("CompilationError", "In[9]:2:13: CS0103")]),
    "an exception": ("void Fail()\n{\n    throw new InvalidOperationException(\"why\");\n}\nFail();", [error("System.InvalidOperationException", "In[10]:3")]),
    "a package with a chart": ('#r "nuget: Plotly.NET, 6.0.0"\n#r "nuget: Plotly.NET.CSharp, 0.14.0"\n'
                               'Plotly.NET.CSharp.Chart.Line<int, double, string>(new[] { 1, 2 }, new[] { 3.0, 4.0 })',
                               [data("display_data", "text/plain", "/Plotly.NET, 6.0.0/"),
                                data("display_data", "text/html", '/^<script data-loads="plotly.js">(?s:.)*DecompressionStream/'),
                                data("execute_result", "text/html", r'/(?s)height:600px"><img src="data:image/png;base64,.*alt="Plotly chart: scatter, 2 points".*"y":\[3\.0,4\.0\]/', picture(900, 900))]),
    "a library with native parts": (f'#r "{library}"\nusing TorchSharp;\ntorch.zeros(3, 8, 16, dtype: torch.uint8)', [data("execute_result", "image/png", "/^iVBORw0KGgo/", lambda o: o.metadata["image/png"]["alt"] == o.data["text/plain"] == "Tensor [3, 8, 16] Byte on cpu")]),
}

def compare(client, executed):
    """Prints a line for each cell; gives how many had other outputs."""
    wrong = 0
    for cell, (name, (_, checks)) in zip(executed.cells, CELLS.items()):
        good = len(cell.outputs) == len(checks) and all(check(output) for check, output in zip(checks, cell.outputs))
        wrong += not good
        print(f"{'passed' if good else 'FAILED'}  {client}: {name}" + ("" if good else f"\n        {str(cell.outputs)[:1500]}"))
    return wrong


notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source, _ in CELLS.values()])
notebook.metadata["kernelspec"] = {"name": "csharp-mer", "display_name": "C# (MER)", "language": "C#"}
written = nbformat.writes(notebook)
NotebookClient(notebook, timeout=300, kernel_name="csharp-mer", allow_errors=True).execute()
failed = compare("nbclient", notebook)
converted = subprocess.run([sys.executable, "-m", "nbconvert", "--stdin", "--stdout", "--to", "notebook", "--execute", "--allow-errors", "--ExecutePreprocessor.timeout=300"],
                           input=written, capture_output=True, text=True)
failed += compare("nbconvert", nbformat.reads(converted.stdout, 4)) if converted.returncode == 0 else len(CELLS)
if converted.returncode != 0:
    print(converted.stderr[-1500:])
print(f"{2 * len(CELLS) - failed} passed, {failed} failed")
sys.exit(failed > 0)
