"""Executes a notebook with nbclient: run_notebook.py INPUT OUTPUT FOLDER KERNEL. Progress is one JSON object a line on stdout.

The output is written in every case, so that a failed notebook can be looked at; exit code 1 says that a cell failed."""
import json
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

source, output, folder, kernel = sys.argv[1:5]
notebook = nbformat.read(source, as_version=4)
code_cells = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]
started = {}


def tell(**event):
    print(json.dumps(event), flush=True)


def on_start(cell, cell_index):
    if cell_index in code_cells:
        started[cell_index] = time.monotonic()
        tell(event="start", cell=code_cells.index(cell_index) + 1, of=len(code_cells), source=cell.source)


def on_executed(cell, cell_index, execute_reply):
    if cell_index in started and execute_reply["content"]["status"] == "ok":
        tell(event="done", cell=code_cells.index(cell_index) + 1, seconds=time.monotonic() - started[cell_index])


class WatchedClient(NotebookClient):
    """Passes on the last line that a cell wrote, at most once a second: a cell that trains for minutes shows how far it is."""

    told = 0.0

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] == "stream" and cell_index in started and time.monotonic() - self.told >= 1:
            lines = [part.strip() for part in msg["content"]["text"].replace("\r", "\n").split("\n") if part.strip()]
            if lines:
                self.told = time.monotonic()
                tell(event="progress", cell=code_cells.index(cell_index) + 1, text=lines[-1])
        return super().process_message(msg, cell, cell_index)


# Without the times of each cell: the same results shall be the same file.
client = WatchedClient(notebook, timeout=None, startup_timeout=300, iopub_timeout=120, kernel_name=kernel, record_timing=False, resources={"metadata": {"path": folder}},
                       on_cell_start=on_start, on_cell_executed=on_executed)
status = 0
try:
    client.execute()
except CellExecutionError as error:
    # An earlier cell may have raised as it was meant to.
    tell(event="failed", source=notebook.cells[max(started)].source if started else "", error=f"{error.ename}: {error.evalue}")
    status = 1
except DeadKernelError:
    tell(event="failed", source="", error="the kernel died")
    status = 1
finally:
    nbformat.write(notebook, output)
sys.exit(status)
