#!/usr/bin/python3
"""Outputs of every kind in a notebook are on its page: drawings as pictures, equations drawn, scripts named and not run."""
import base64
import json
import pathlib
import subprocess
import sys
import tempfile

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

root = pathlib.Path(__file__).resolve().parents[2] / "src" / "MerKernel.Cli" / "Notebooks"
DECLARED = '<?xml version="1.0" encoding="utf-8"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
BARE = '<svg width="9" height="9"><circle r="4"/></svg>'


def shown(**data):
    data = {kind.replace("_", "/").replace("svg", "svg+xml"): value for kind, value in data.items()}
    return new_code_cell("1", outputs=[new_output("display_data", {"text/plain": "plain text", **data})])


meant = new_code_cell("throw", metadata={"tags": ["raises-exception"]}, outputs=[new_output("error", ename="E", evalue="meant", traceback=[])])
notebook = new_notebook(cells=[
    new_markdown_cell("# Outputs\n\n<!-- costs $5 or 6$ -->and $x^2$"),
    shown(image_svg=DECLARED), shown(image_svg=BARE), shown(text_latex="$$\\frac{1}{2}$$"), shown(text_latex="y_1"),
    shown(text_markdown="with $z^3$"), shown(application_javascript="alert(1)"), meant,
])
with tempfile.TemporaryDirectory() as folder:
    page = pathlib.Path(folder, "outputs.html")
    job = {"plotly": "", "pages": [{"notebook": notebook, "target": str(page)}]}
    run = subprocess.run([sys.executable, root / "render_pages.py", root / "templates"], input=json.dumps(job), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["errors"] == 0, run.stdout
    text = page.read_text()
    drawings = [DECLARED, BARE.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"')]
    for expected in [f"data:image/svg+xml;base64,{base64.b64encode(d.encode()).decode()}" for d in drawings] + [
            "<msup><mi>x</mi><mn>2</mn></msup>", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>",
            "<msub><mi>y</mi><mn>1</mn></msub>", "<msup><mi>z</mi><mn>3</mn></msup>", "<!-- costs $5 or 6$ -->"]:
        assert expected in text, expected
    assert "alert(1)" not in text and text.count("<pre>plain text</pre>") == 1
    print(subprocess.run([root.parents[2] / "mer", "test-pages", page], check=True, capture_output=True, text=True).stdout.strip())
print("every output on its page")
