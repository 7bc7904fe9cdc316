"""Equations of a page, from TeX to MathML, which browsers draw without a script: the commands that the notebooks use."""
import html
import re

SYMBOLS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "lambda": "λ", "mu": "μ", "sigma": "σ", "theta": "θ", "partial": "∂", "infty": "∞",
    "times": "×", "cdot": "·", "otimes": "⊗", "odot": "⊙", "oplus": "⊕", "in": "∈", "sum": "∑", "prod": "∏", "dots": "…", "ldots": "…", "cdots": "⋯", "le": "≤", "ge": "≥",
    "leq": "≤", "geq": "≥", "neq": "≠", "approx": "≈", "pm": "±", "to": "→", "rightarrow": "→", "mid": "∣", "{": "{", "}": "}", "%": "%", "_": "_",
}
NAMES = {"log", "ln", "exp", "max", "min", "arg", "tanh"}
SPACES = {"quad": "1em", "qquad": "2em", ";": ".28em", ",": ".17em", ":": ".22em", " ": ".28em", "!": "0"}
WITHOUT_EFFECT = {"textstyle", "displaystyle", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "left", "right"}
TOKEN = re.compile(r"\\(?:text|mathrm)\{[^{}]*\}|\\[A-Za-z]+|\\.|[A-Za-z]+|\d+(?:\.\d+)?|\S")
MATH = re.compile(r"\$\$(.+?)\$\$|\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d)", re.S)


def to_mathml(tex, display=False):
    """Raises ValueError where the TeX has a command that is not known."""
    tokens = TOKEN.findall(tex)
    nodes, rest = _row(tokens, 0)
    if rest != len(tokens):
        raise ValueError(f"a brace too many in {tex}")
    return f'<math{" display=" + chr(34) + "block" + chr(34) if display else ""}>{nodes}</math>'


def _row(tokens, at):
    """Atoms up to a closing brace or the end."""
    out = []
    while at < len(tokens) and tokens[at] != "}":
        atom, at = _scripted(tokens, at)
        out.append(atom)
    return "".join(out), at


def _scripted(tokens, at):
    base, at = _atom(tokens, at)
    scripts = {}
    while at < len(tokens) and tokens[at] in "_^":
        kind = tokens[at]
        scripts[kind], at = _argument(tokens, at + 1)
    if not scripts:
        return base, at
    limits = base in ("<mo>∑</mo>", "<mo>∏</mo>")
    name = ("munderover" if limits else "msubsup") if len(scripts) == 2 else {"_": "munder" if limits else "msub", "^": "mover" if limits else "msup"}[next(iter(scripts))]
    return f"<{name}>{base}{''.join(scripts[k] for k in '_^' if k in scripts)}</{name}>", at


def _atom(tokens, at):
    if at >= len(tokens):
        raise ValueError("something is missing at the end")
    token, at = tokens[at], at + 1
    if token == "{":
        inner, at = _row(tokens, at)
        return f"<mrow>{inner}</mrow>", at + 1
    if token[0] == "\\":
        return _command(token[1:], tokens, at)
    if token[0].isdigit():
        return f"<mn>{token}</mn>", at
    if token[0].isalpha():
        return f"<mi>{token}</mi>", at
    return f"""<mo{' stretchy="false"' if token in "()[]|" else ""}>{html.escape('−' if token == '-' else token)}</mo>""", at


def _argument(tokens, at):
    """What stands behind a command or a script sign: a group, or one character and no more."""
    if at < len(tokens) and tokens[at][0].isalnum() and len(tokens[at]) > 1:
        tokens[at:at + 1] = [tokens[at][0], tokens[at][1:]]
    return _atom(tokens, at)


def _command(name, tokens, at):
    if name in ("frac", "tfrac", "dfrac"):
        above, at = _argument(tokens, at)
        below, at = _argument(tokens, at)
        return f"<mfrac>{above}{below}</mfrac>", at
    if name == "bar":
        inner, at = _argument(tokens, at)
        return f'<mover accent="true">{inner}<mo stretchy="false">¯</mo></mover>', at
    if name == "sqrt" and tokens[at:at + 1] != ["["]:
        inner, at = _argument(tokens, at)
        return f"<msqrt>{inner}</msqrt>", at
    if name.startswith(("text{", "mathrm{")):
        return f"<mtext>{html.escape(name[name.index('{') + 1:-1]).replace(' ', chr(0xA0))}</mtext>", at
    if name in WITHOUT_EFFECT:
        return "", at
    if name in SPACES:
        return f'<mspace width="{SPACES[name]}"/>', at
    if name in NAMES:
        return f"<mi>{name}</mi>", at
    if name in SYMBOLS:
        return (f"<mi>{SYMBOLS[name]}</mi>" if SYMBOLS[name].isalpha() else f"<mo>{SYMBOLS[name]}</mo>"), at
    raise ValueError(f"\\{name} is not known")


def drawn(text):
    """A text of a page with its equations as MathML, escaped; one that cannot be read stays as it is, which mer test-pages complains of."""
    out, end = [], 0
    for found in MATH.finditer(text):
        try:
            equation = to_mathml(found[1] or found[2], display=found[1] is not None)
        except ValueError:
            continue
        out += [html.escape(text[end:found.start()], quote=False), equation]
        end = found.end()
    return "".join(out) + html.escape(text[end:], quote=False)
