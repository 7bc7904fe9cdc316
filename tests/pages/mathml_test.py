#!/usr/bin/python3
"""Equations of pages: each is worked by hand from the TeX, and every one in the notebooks can be drawn."""
import glob
import json
import pathlib
import re
import sys
import xml.dom.minidom

root = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(root / "src" / "MerKernel.Cli" / "Notebooks"))
import mathml

BY_HAND = {
    r"F_M": "<msub><mi>F</mi><mi>M</mi></msub>",
    r"\frac{1}{hw}": "<mfrac><mrow><mn>1</mn></mrow><mrow><mi>hw</mi></mrow></mfrac>",
    r"F_M^{k,i}": "<msubsup><mi>F</mi><mi>M</mi><mrow><mi>k</mi><mo>,</mo><mi>i</mi></mrow></msubsup>",
    r"\sum_k x": "<munder><mo>∑</mo><mi>k</mi></munder><mi>x</mi>",
    r"\sigma(x) < 2": '<mi>σ</mi><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo><mo>&lt;</mo><mn>2</mn>',
    r"\bar z^*": '<msup><mover accent="true"><mi>z</mi><mo stretchy="false">¯</mo></mover><mo>*</mo></msup>',
    r"\frac12": "<mfrac><mn>1</mn><mn>2</mn></mfrac>",
    r"10^23": "<msup><mn>10</mn><mn>2</mn></msup><mn>3</mn>",
    r"x_pos": "<msub><mi>x</mi><mi>p</mi></msub><mi>os</mi>",
    r"\text{top-1 of }": "<mtext>top-1\u00a0of\u00a0</mtext>",
    r"a \quad\text{or} b": '<mi>a</mi><mspace width="1em"/><mtext>or</mtext><mi>b</mi>',
}
for tex, expected in BY_HAND.items():
    assert mathml.to_mathml(tex) == f"<math>{expected}</math>", (tex, mathml.to_mathml(tex))
assert mathml.drawn("a < b, $F$, 5$ or 6$") == "a &lt; b, <math><mi>F</mi></math>, 5$ or 6$"
for tex in r"$$\unknown$$", r"$$\sqrt[3]{x}$$":
    assert mathml.drawn(tex) == tex

count = 0
for notebook in sorted(glob.glob(str(root / "notebooks" / "*.ipynb"))):
    for cell in json.load(open(notebook))["cells"]:
        text = re.sub(r"```.*?```|`[^`]*`", "", "".join(cell["source"]), flags=re.S) if cell["cell_type"] == "markdown" else ""
        for found in mathml.MATH.finditer(text):
            # Well-formed, or the parser says where it is not.
            xml.dom.minidom.parseString(mathml.to_mathml(found[1] or found[2], found[1] is not None))
            count += 1
print(f"{len(BY_HAND)} equations as worked by hand, {count} of the notebooks can be drawn")
