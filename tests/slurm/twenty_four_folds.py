"""Table 4 of the tiny profile, 24 folds, on a Slurm of this machine's own whose tasks and daemons are killed on the way; the tables and every fold
must be byte for byte those of a local run.

twenty_four_folds.py --root CHECKOUT --published FOLDER [--keep]. The last line is 'N passed, N failed'."""
import argparse
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from own_slurm import OwnSlurm, processes, wait_for

parser = argparse.ArgumentParser()
parser.add_argument("--root", required=True)
parser.add_argument("--published", required=True)
parser.add_argument("--keep", action="store_true", help="keep the folder, to look into its logs")
options = parser.parse_args()

work = tempfile.mkdtemp(prefix="mer-slurm-")
shared = f"{work}/shared"
os.makedirs(shared)
started = time.monotonic()
passed = failed = 0


def check(what, holds, found=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(f"[{time.monotonic() - started:5.1f} s] {'ok' if holds else 'FAILED'}: {what}{'' if holds else f' ({found})'}", flush=True)


def mer(*arguments, slurm=None, program=(f"{options.published}/mer",), status=0):
    environment = dict(slurm.environment if slurm else os.environ, MER_ROOT=shared)
    done = subprocess.run([*program, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode != status:
        raise RuntimeError(f"mer {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def tables(store, **how):
    return mer("tables", "--profile", "tiny", "--store", store, "--table", "4", "--json", **how)


def folds(store):
    return {os.path.relpath(p, store): open(p, "rb").read() for p in glob.glob(f"{store}/*/fold-*.json")}


def states(slurm, job):
    """State of each task of an array."""
    rows = [line.split("|") for line in slurm.call("squeue", "-h", "-t", "all", "-r", "-j", job, "-o", "%K|%T|%N", check=False).split()]
    return {int(task): (state, node) for task, state, node, *_ in rows if task.isdigit()}


def running(slurm, job, round_folder, but=(), on="sound"):
    """A task that runs on a sound node and whose program has started."""
    for task, (state, node) in states(slurm, job).items():
        if state == "RUNNING" and node.startswith(on) and task not in but and processes(f"submit task {round_folder} {task}"):
            return (task,)
    return None


def job_of(submission, what):
    import json
    return str(json.load(open(f"{submission}/submission.json"))["rounds"][-1][what])


try:
    # Local: the checkout's own build. The cluster runs the published folder.
    local, distant = f"{shared}/results/runs", f"{shared}/cluster-results/runs"
    build = ("dotnet", f"{options.root}/artifacts/bin/MerKernel.Cli/release_linux-x64/mer.dll")
    os.environ.setdefault("MER_NATIVE", f"{options.root}/artifacts/native")
    mer("reproduce", "--profile", "tiny", "--no-reports", "--store", local, program=build)
    # By the program that prepared the data: the published one has a landmark model of its own, so it prepares them again when it first trains.
    expected = tables(local, program=build)
    data = f"{shared}/data"
    # What a node sees whose mount is missing, whose copy of the program is damaged, whose memory something else uses.
    def behind(mount):
        return ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]

    settings = f"{options.published}/bin/mer.runtimeconfig.json"
    with open(f"{work}/settings", "w") as file:
        file.write(open(settings).read() + " ")
    with open(f"{work}/memory", "w") as file:
        file.write("MemAvailable:     204800 kB\n")
    nodes = {"bare": behind(f"mount -t tmpfs none {data}"), "torn": behind(f"mount --bind {work}/settings {settings}"),
             "full": behind(f"mount --bind {work}/memory /proc/meminfo"), "sound1": [], "sound2": []}

    with OwnSlurm(f"{work}/slurm", nodes, processors={"sound2": 2}) as slurm:
        grid = ["submit", "slurm", "--tables", "4", "--profile", "tiny", "--store", distant, "--checkpoint-every", "1", "--time", "0:30:00", "--mem", "1000M"]
        dry = mer(*grid, "--dry-run", slurm=slurm)
        check("a dry run prints scripts, folds and commands and submits nothing", all(t in dry for t in ("#SBATCH --array=0-23", "afterany", "independent", "sbatch --parsable")) and not os.path.exists(distant), dry)
        mer(*grid, slurm=slurm)
        submission, = glob.glob(f"{shared}/cluster-results/cluster/*")
        first, job = f"{submission}/round-1", job_of(submission, "arrayJob")

        killed, = wait_for("a task to kill", lambda: running(slurm, job, first))
        for process in processes(f"submit task {first} {killed}"):
            os.kill(process, signal.SIGKILL)
        check("a task's program is killed with SIGKILL", True)

        requeued, = wait_for("a task to requeue", lambda: running(slurm, job, first, {killed}))
        slurm.call("scontrol", "requeue", f"{job}_{requeued}")
        check("a task is requeued", True)

        last = open(f"{first}/folds.tsv").read().splitlines()[-1].split("\t")
        said = mer("submit", "cancel", "--store", distant, "--row", last[2], "--dataset", last[1], "--fold", last[5], slurm=slurm)
        check("one fold is cancelled by its name", "Cancelled 1 folds" in said, said)

        # Not while the daemon starts a task: Slurm misses such a one only when the node next registers, minutes later.
        wait_for("a task on the node", lambda: running(slurm, job, first, {killed, requeued}, on="sound1"))
        slurm.stop("sound1", signal.SIGKILL)
        slurm.start_node("sound1")
        check("a node's daemon is killed and started again", True)

        slurm.stop("slurmctld")
        slurm.start_controller()
        wait_for("the controller", lambda: "mer-tiny" in slurm.call("squeue", "-h", "-o", "%j", check=False))
        check("the controller is restarted and knows the array", True)

        wait_for("the dependent job", lambda: os.path.exists(f"{first}/finish.txt") and "ncomplete" in open(f"{first}/finish.txt").read())
        status = mer("submit", "status", "--store", distant, slurm=slurm)
        check("the status names the two folds that are missing, without accounting", "22 of 24 folds stored" in status and "2 ended without result" in status, status)
        check("nodes without the data, with other bytes and without memory say so once each, and the array avoids them",
              all(said in status for said in (f"bare does not see {data}", f"torn reads other bytes in {options.published}", "full has 200 MiB of memory free and a task needs 1000"))
              and sorted(os.listdir(f"{first}/nodes")) == ["bare.txt", "full.txt", "torn.txt"], status)
        check("the cancelled fold is called cancelled", "cancelled" in status, status)

        mer("submit", "resubmit", "--store", distant, slurm=slurm)
        second = f"{submission}/round-2"
        check("the resubmission has the two missing folds and no other", len(open(f"{second}/folds.tsv").read().splitlines()) == 3, second)
        wait_for("the tables", lambda: os.path.exists(f"{second}/finish.txt") and "Tables: " in open(f"{second}/finish.txt").read())
        status = mer("submit", "status", "--store", distant, slurm=slurm)
        check("where there are no notebooks the job says how to make pages later", "No pages were made" in open(f"{second}/finish.txt").read())
        check("all is stored", "24 of 24 folds stored" in status, status)
        again = mer(*grid, slurm=slurm)
        check("submitting again finds nothing to compute", "All 24 folds are stored" in again, again)

        # Three folds again, in one task that computes two of them side by side.
        row = sorted(glob.glob(f"{distant}/*/"))[0]
        for fold in glob.glob(f"{row}fold-*.json"):
            os.remove(fold)
        mer(*grid, "--cpus-per-task", "2", "--folds-per-task", "3", slurm=slurm)
        third = sorted(glob.glob(f"{shared}/cluster-results/cluster/*/round-1"))[-1]
        wait_for("the tables", lambda: os.path.exists(f"{third}/finish.txt") and "Tables: " in open(f"{third}/finish.txt").read())
        log = open(f"{third}/logs/0.txt").read()
        # Side by side: the second has begun before the first is stored.
        begun = [line.split("subject ")[1].split(":")[0] for line in log[:log.index(": stored after")].splitlines() if ": epoch 1 of" in line]
        check("a task with two processors computes two folds side by side", len(set(begun)) >= 2 and log.count(": stored after") == 3, log)

    stored, reference = folds(distant), folds(local)
    check("24 folds, each byte for byte the local run's", len(stored) == 24 and all(reference[name] == body for name, body in stored.items()), sorted(stored))
    check("the tables are byte for byte the local run's", tables(distant) == expected)
    check("no checkpoint is left", not glob.glob(f"{distant}/*/checkpoint-*"))
    check("no process of the Slurm is left", not processes(work), processes(work))
except Exception as error:
    check("the test runs to its end", False, error)
    for log in sorted(glob.glob(f"{work}/slurm/*.log") + glob.glob(f"{shared}/cluster-results/cluster/*/round-*/logs/*") + glob.glob(f"{shared}/cluster-results/cluster/*/round-*/finish.txt")):
        print(f"-- {log}\n" + "\n".join(open(log, errors="replace").read().splitlines()[-5:]))
finally:
    if not options.keep:
        shutil.rmtree(work, ignore_errors=True)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
