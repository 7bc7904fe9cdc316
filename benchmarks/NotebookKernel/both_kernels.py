"""This kernel and .NET Interactive side by side: how long one waits, alternating, in one run.

./mer kernel list; dotnet tool restore; /usr/bin/python3 benchmarks/NotebookKernel/both_kernels.py artifacts/jupyter-kernel/CSharpJupyter.dll "dotnet tool run dotnet-interactive --" [--rounds 3] [--table docs/kernel.md]
The medians of the rounds; memory is the resident set of the kernel's whole process tree."""
import os
import pathlib
import queue
import re
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager


class Kernel:
    def __init__(self, argv):
        self.manager = KernelManager()
        self.manager._kernel_spec = KernelSpec(argv=argv, display_name="kernel", language="C#", interrupt_mode="message")
        started = time.time()
        self.log = open(os.devnull, "w")
        self.manager.start_kernel(stdout=self.log, stderr=self.log, env={**os.environ, "DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_INTERACTIVE_SKIP_FIRST_TIME_EXPERIENCE": "1"})
        self.client = self.manager.client()
        self.client.start_channels()
        while True:
            self.client.kernel_info()
            try:
                self.client.get_shell_msg(timeout=0.02)
                break
            except queue.Empty:
                pass
        self.ready = time.time() - started
        self.client.wait_for_ready(timeout=60)

    def run(self, code):
        started = time.time()
        request, messages = self.client.execute(code), 0
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            if message["parent_header"].get("msg_id") != request:
                continue
            messages += message["msg_type"] == "stream"
            if message["msg_type"] == "error":
                raise SystemExit(f"{code}: {message['content']}")
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return time.time() - started, messages

    def complete(self, code):
        started = time.time()
        request = self.client.complete(code)
        while self.client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != request:
            pass
        return time.time() - started

    def memory(self):
        """MiB, of the process and those it started."""
        parents = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
            except OSError:
                pass
        tree, grown = {self.manager.provisioner.pid}, True
        while grown:
            more = {pid for pid, parent in parents.items() if parent in tree} - tree
            tree, grown = tree | more, bool(more)
        return sum(int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) for pid in tree) / 1024

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.log.close()


def measure(argv):
    kernel = Kernel(argv)
    seen = {"start to kernel_info, s": kernel.ready, "first cell, s": kernel.run("Enumerable.Range(1, 10).Sum()")[0]}
    seen["trivial cell, median of 20, ms"] = 1000 * statistics.median(kernel.run(f"var x{i} = {i}; x{i} + 1")[0] for i in range(20))
    kernel.complete("Console.Wri")
    seen["completion after the first, median of 10, ms"] = 1000 * statistics.median(kernel.complete("Console.Wri") for _ in range(10))
    kernel.run("for (var i = 0; i < 1000; i++) Console.WriteLine(i);")
    seen["1,000 lines, ms"], messages = kernel.run("for (var i = 0; i < 1000; i++) Console.WriteLine(i);")
    seen["1,000 lines, ms"] *= 1000
    loop = "long Sum() { long s = 0; for (var i = 0; i < 300_000_000; i++) s += i; return s; } Sum()"
    kernel.run(loop)
    seen["loop of 3e8 additions, s"] = kernel.run(loop)[0]
    for i in range(74):
        kernel.run(f"int F{i}(int a) => a + {i}; F{i}(1)")
    seen["memory after 100 cells, MiB"] = kernel.memory()
    kernel.end()
    return seen


def main():
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 3
    program = os.path.abspath(sys.argv[1])
    spec = ["/bin/sh", os.path.join(os.path.dirname(program), "watch.sh"), "dotnet", program, "{connection_file}"]
    other = [*sys.argv[2].split(), "jupyter", "--http-local-only", "{connection_file}"]
    seen = [(measure(other), measure(spec)) for _ in range(rounds)]
    lines = ["| | .NET Interactive | this kernel | ratio |", "|---|---|---|---|"]
    for name in seen[0][0]:
        a, b = (statistics.median(pair[i][name] for pair in seen) for i in (0, 1))
        lines.append(f"| {name} | {a:.3g} | {b:.3g} | {a / b:.1f} |")
    load, cores = pathlib.Path("/proc/loadavg").read_text().split()[0], os.cpu_count()
    text = "\n".join(lines) + f"\n\nMedians of {rounds} alternating rounds on {cores} cores; load {load} when they ended."
    print(text)
    if "--table" in sys.argv:
        path = pathlib.Path(sys.argv[sys.argv.index("--table") + 1])
        path.write_text(re.sub(r"(<!-- speed -->\n).*?(<!-- /speed -->)", lambda m: m[1] + text + "\n" + m[2], path.read_text(), flags=re.S))


main()
