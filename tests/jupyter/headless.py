"""Notebooks without a browser: mer notebooks run and mer kernel, as a user calls them, and jupyter's own list of kernels.

headless.py MER_DLL. The last line is 'N passed, N failed'."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import nbformat

mer = ["dotnet", sys.argv[1]]
folder = pathlib.Path(tempfile.mkdtemp())
passed = failed = 0


def check(name, good, seen):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'passed' if good else 'FAILED'}  {name}" + ("" if good else f"\n        {str(seen)[:1500]}"))


def run(*arguments, **environment):
    return subprocess.run([*mer, *arguments], capture_output=True, text=True, env={**os.environ, **environment})


def notebook(name, *cells):
    """The first cell holds the parameters; the kernel is .NET Interactive's, as in notebooks from elsewhere."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells],
                                    metadata={"kernelspec": {"name": ".net-csharp", "display_name": ".NET (C#)", "language": "C#"}})
    book.cells[0].metadata["tags"] = ["parameters"]
    path = folder / f"{name}.ipynb"
    nbformat.write(book, path)
    return str(path)


def outputs(name, where="out"):
    """What each code cell shows; a page that was not written fails its own check, and not the whole script."""
    path = folder / where / f"{name}.ipynb"
    if not path.exists():
        return [[f"{path} was not written"]]
    return [[o.get("text") or o.get("data", {}).get("text/plain") or o.get("ename") for o in c.outputs] for c in nbformat.read(path, 4).cells if c.cell_type == "code"]


out = ("--out", str(folder / "out"))
good = notebook("good", '#nullable enable annotations\nvar folds = 1;\nstring? data = null;\nint[] seeds = [1];\ndouble rate = 0.5;', '$"{folds + 1} {data} {seeds.Length} {rate}"')
seen = run("notebooks", "run", good, *out, "-p", "folds=3", "-p", "data=a folder", "-p", "seeds=1,2", "-p", "rate=0.25")
check("a notebook of .NET Interactive runs, with typed values for its parameters", seen.returncode == 0 and outputs("good")[-1] == ["4 a folder 2 0.25"], seen)
check("every cell shows with its time", re.search(r"\[1/3\] .*\d\.\d\d s(.|\n)*\[3/3\] .*\d\.\d\d s", seen.stdout), seen.stdout)
check("its page is written", "4 a folder 2 0.25" in (folder / "out" / "good.html").read_text(), "")
slow = notebook("slow", "var folds = 3;", 'for (var fold = 1; fold <= folds; fold++)\n{\n    Console.Write($"\\rfold {fold} of {folds}   ");\n    System.Threading.Thread.Sleep(1300);\n}')
seen = subprocess.run(["/usr/bin/python3", str(pathlib.Path(sys.argv[1]).parent / "run_notebook.py"), slow, str(folder / "slow-executed.ipynb"), str(folder), "csharp-mer"], capture_output=True, text=True)
told = [json.loads(line) for line in seen.stdout.splitlines() if line.startswith("{")]
check("a long cell shows its last line while it runs", "fold 2 of 3" in [e["text"] for e in told if e["event"] == "progress" and e["cell"] == 2], seen)
seen = run("notebooks", "run", good, *out, "-p", "fold=3")
check("an unknown parameter is refused", seen.returncode != 0 and "fold" in seen.stderr and "   at " not in seen.stderr, seen)

bad = notebook("bad", "var folds = 1;", 'throw new InvalidOperationException($"fold {folds}");', '"never"')
seen = run("notebooks", "run", bad, *out)
check("a failing cell ends the run with 1, its source and its error",
      seen.returncode == 1 and 'throw new InvalidOperationException($"fold {folds}");' in seen.stderr and "System.InvalidOperationException: fold 1" in seen.stderr, seen)
check("what ran before it is kept in failed/, and nothing after it ran", outputs("bad", "out/failed")[-2:] == [["System.InvalidOperationException"], []], outputs("bad", "out/failed"))
check("a failed run leaves no page where the finished ones lie", not list((folder / "out").glob("bad.*")), list((folder / "out").iterdir()))

seen = run("notebooks", "run", good, *out, "--kernel", ".net-csharp")
check("it runs in .NET Interactive too", seen.returncode == 0 and outputs("good")[-1] == ["2  1 0.5"] and "warning" not in str(outputs("good")), (seen, outputs("good")))

# README's fold, as it stands there, but on the tiny profile.
root = pathlib.Path(__file__).parents[2]
cell = re.search(r"## A fold in a cell.*?```csharp\n(.*?)```", (root / "README.md").read_text(), re.S).group(1)
fold = notebook("fold", "var nothing = 0;", cell.replace('"mer.csx"', f'"{root}/notebooks/mer.csx"').replace('"small"', '"tiny"').replace('"17"', '"01"'))
seen = run("notebooks", "run", fold, *out)
check("README's fold in a cell trains", seen.returncode == 0 and re.fullmatch(r"\d\s*", outputs("fold")[-1][0]), (seen, cell))

user = {"JUPYTER_DATA_DIR": str(folder / "data"), "JUPYTER_PATH": ""}
first, second = run("kernel", "install", **user), run("kernel", "install", **user)
specs = json.loads(subprocess.run(["/usr/bin/python3", "-m", "jupyter_client.kernelspecapp", "list", "--json"], capture_output=True, text=True, env={**os.environ, **user}).stdout)["kernelspecs"]
spec = lambda name: specs.get(name, {}).get("spec", {})
check("Jupyter lists both kernels, ours first, and one line says why",
      first.returncode == second.returncode == 0 and sorted([spec("csharp-mer")["display_name"], spec(".net-csharp")["display_name"]]) == ["C# (MER)", "C# in .NET Interactive"] and "interrupt stops a cell" in second.stdout, (first, second, specs))
programs = [next((a for a in spec(name).get("argv", []) if a.endswith(".dll")), "") for name in ("csharp-mer", ".net-csharp")]
check("their specs name programs that exist", all(os.path.isabs(p) and os.path.exists(p) for p in programs), programs)
check(".NET Interactive listens on this machine alone and ends with its client", "--http-local-only" in spec(".net-csharp")["argv"] and spec(".net-csharp")["argv"][1].endswith("interactive.sh"), spec(".net-csharp"))
listed = run("kernel", "list", **user)
check("mer kernel list names both", all(n in listed.stdout for n in ("csharp-mer", ".net-csharp", *programs)), listed)
gone = run("kernel", "uninstall", **user)
check("uninstalled they are gone", gone.returncode == 0 and not list((folder / "data").rglob("kernel.json")), gone)
own = folder / "data" / "kernels" / ".net-csharp" / "kernel.json"
own.parent.mkdir(parents=True)
own.write_text('{"argv": ["dotnet", "interactive", "jupyter", "{connection_file}"], "display_name": ".NET (C#)", "language": "C#"}')
left = run("kernel", "install", **user)
check("a .NET Interactive of the user's own keeps its name", left.returncode == 0 and "is kept" in left.stderr and ".NET (C#)" in own.read_text(), left)

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
