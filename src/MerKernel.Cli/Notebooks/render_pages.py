"""Renders executed notebooks as pages with nbconvert: render_pages.py TEMPLATES < JOB. The job is JSON:

{"plotly": base64 of gzipped plotly.js, "pages": [{"notebook": file or notebook, "target": file}]}

A page that is younger than its notebook and this template is left as it is.

One line of JSON a page on stdout: {"target", "title", "errors"}."""
import base64
import json
import os
import re
import sys

import nbformat
from bs4 import BeautifulSoup, Comment
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html

import mathml


def markdown(source):
    """Markdown as HTML, its equations as MathML, its links to notebooks as links to their pages."""
    page = markdown2html(source)
    if "$" not in page and ".ipynb" not in page:
        return page
    soup = BeautifulSoup(page, "html.parser")
    for link in soup.find_all("a", href=re.compile(r"^[\w-]+\.ipynb$")):
        link["href"] = link["href"].removesuffix("ipynb") + "html"
    for text in soup.find_all(string=re.compile(r"\$")):
        if not isinstance(text, Comment) and not text.find_parent(["code", "pre"]):
            text.replace_with(BeautifulSoup(mathml.drawn(str(text)), "html.parser"))
    return str(soup)


def latex_equation(tex):
    """LaTeX of an output as an equation of its own."""
    return f"$${tex.strip().strip('$').strip()}$$"


def svg_base64(svg):
    """A drawing as the data of a picture, in which no script runs."""
    if "xmlns=" not in svg:
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return base64.b64encode(svg.encode()).decode()


def contents(notebook):
    """Headings in order, with the anchors that nbconvert gives them."""
    for cell in (c for c in notebook.cells if c.cell_type == "markdown"):
        for heading in BeautifulSoup(markdown2html(cell.source), "html.parser").find_all(["h1", "h2", "h3"]):
            for mark in heading.find_all(class_="anchor-link"):
                mark.decompose()
            yield {"level": int(heading.name[1]), "id": heading.get("id", ""), "text": heading.get_text().strip()}


def is_fresh(source, target):
    if not isinstance(source, str) or not os.path.exists(target):
        return False
    template = [os.path.join(folder, name) for folder, _, names in os.walk(sys.argv[1]) for name in names]
    return os.path.getmtime(target) > max(map(os.path.getmtime, [source, __file__, mathml.__file__, *template]))


def render(exporter, page, plotly):
    source, target = page["notebook"], page["target"]
    notebook = nbformat.read(source, as_version=4) if isinstance(source, str) else nbformat.from_dict(source)
    headings = list(contents(notebook))
    html = [o["data"]["text/html"] for cell in notebook.cells for o in cell.get("outputs", []) if "text/html" in o.get("data", {})]
    charts = any("csharpJupyterPlotly;" in h for h in html)
    errors = sum(o.output_type == "error" for cell in notebook.cells if "raises-exception" not in cell.metadata.get("tags", [])
                 for o in cell.get("outputs", []))
    title = next((h["text"] for h in headings if h["level"] == 1), os.path.splitext(os.path.basename(target))[0])
    if not is_fresh(source, target):
        body, _ = exporter.from_notebook_node(notebook, {"page": {
            "title": title, "contents": [h for h in headings if h["level"] > 1], "plotly": plotly if charts else ""}})
        with open(target + ".new", "w", encoding="utf-8") as file:
            file.write(body)
        os.replace(target + ".new", target)
    print(json.dumps({"target": target, "title": title, "errors": errors}), flush=True)


job = json.load(sys.stdin)
exporter = HTMLExporter(template_name="report", extra_template_basedirs=[sys.argv[1]])
for name, filter in ("markdown_with_equations", markdown), ("latex_equation", latex_equation), ("svg_base64", svg_base64):
    exporter.register_filter(name, filter)
for page in job["pages"]:
    render(exporter, page, job["plotly"])
