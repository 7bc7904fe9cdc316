"""A Slurm on this machine for as long as a with block lasts: own munge, controller, nodes, folder; no systemd, nothing of the system's own Slurm is touched."""
import os
import shutil
import signal
import socket
import subprocess
import time

CONFIG = """ClusterName=mertest
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/%n
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
ReturnToService=2
SlurmdTimeout=60
SlurmdParameters=config_overrides
KillWait=5
{nodes}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class OwnSlurm:
    """nodes: name to a command that the node's daemon is started through, for example to hide a folder from it. processors: of nodes that have more than one."""

    def __init__(self, folder, nodes, memory=3500, processors={}):
        self.folder, self.nodes, self.memory, self.processors = folder, nodes, memory, processors
        self.daemons = {}
        self.environment = dict(os.environ, SLURM_CONF=f"{folder}/slurm.conf")

    def __enter__(self):
        try:
            return self._start()
        except BaseException:
            self.__exit__()
            raise

    def _start(self):
        host = socket.gethostname()
        port, *ports = free_ports(1 + len(self.nodes))
        os.makedirs(f"{self.folder}/state")
        # munge insists on folders that only its user may write to.
        os.chmod(self.folder, 0o755)
        lines = [f"NodeName={n} NodeHostname={host} NodeAddr=127.0.0.1 Port={p} CPUs={self.processors.get(n, 1)} RealMemory={self.memory} State=UNKNOWN" for n, p in zip(self.nodes, ports)]
        with open(f"{self.folder}/slurm.conf", "w") as file:
            file.write(CONFIG.format(host=host, port=port, folder=self.folder, nodes="\n".join(lines)))
        with open(f"{self.folder}/munge.key", "wb") as file:
            os.fchmod(file.fileno(), 0o400)
            file.write(os.urandom(128))
        self.start("munged", ["munged", "--foreground", f"--socket={self.folder}/munge.socket", f"--key-file={self.folder}/munge.key",
                              f"--pid-file={self.folder}/munged.pid", f"--log-file={self.folder}/munged.log", f"--seed-file={self.folder}/munged.seed", "--force"])
        wait_for("munge", lambda: os.path.exists(f"{self.folder}/munge.socket"))
        self.start_controller()
        for name in self.nodes:
            os.makedirs(f"{self.folder}/{name}")
            self.start_node(name)
        wait_for("the nodes", self.all_idle)
        return self

    def all_idle(self):
        for name, daemon in self.daemons.items():
            if daemon.poll() is not None:
                with open(f"{self.folder}/{name}.out") as said:
                    raise RuntimeError(f"{name} ended with {daemon.returncode} instead of starting: {said.read()[-500:].strip()}")
        return sum(line == "idle" for line in self.call("sinfo", "-h", "-N", "-o", "%T", check=False).split()) == len(self.nodes)

    def start(self, name, command):
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        log = open(f"{self.folder}/{name}.out", "ab")
        self.daemons[name] = subprocess.Popen(command, env=dict(self.environment, PATH=path), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)

    def start_controller(self):
        self.start("slurmctld", ["slurmctld", "-D", "-f", f"{self.folder}/slurm.conf"])

    def start_node(self, name):
        self.start(name, [*self.nodes[name], "slurmd", "-D", "-N", name, "-f", f"{self.folder}/slurm.conf"])

    def stop(self, name, how=signal.SIGTERM):
        daemon = self.daemons.pop(name)
        daemon.send_signal(how)
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()

    def call(self, *command, check=True):
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def __exit__(self, *_):
        if "slurmctld" in self.daemons and os.path.exists(f"{self.folder}/slurm.conf"):
            subprocess.run(["scancel", "--full", "--signal=KILL", "--user=root"], env=self.environment, capture_output=True, timeout=60)
            subprocess.run(["scancel", "--user=root"], env=self.environment, capture_output=True, timeout=60)
        for name in [n for n in self.daemons if n not in ("munged", "slurmctld")] + ["slurmctld", "munged"]:
            if name in self.daemons:
                self.stop(name)
        # Whatever a daemon left behind names this folder in its environment or arguments.
        for process in processes(self.folder):
            if process != os.getpid():
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        shutil.rmtree(self.folder, ignore_errors=True)


def processes(text):
    """Ids of processes, but for this one's ancestors, whose arguments contain a text."""
    ancestors, process = set(), os.getpid()
    while process > 1:
        ancestors.add(process)
        with open(f"/proc/{process}/stat") as file:
            process = int(file.read().rsplit(")", 1)[1].split()[1])
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) not in ancestors:
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    if text.encode() in file.read().replace(b"\0", b" "):
                        found.append(int(entry))
            except OSError:
                pass
    return found


def wait_for(what, condition, seconds=900):
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not after {seconds} s")
        time.sleep(0.2)
    return result
