#!/usr/bin/env python3
"""Compares the C# network with an independent PyTorch description, variant by variant. Run it with ./mer parity.

Three comparisons; the largest relative deviation of each stands in the table:
  forward     logits, F_M, F_POS and attention maps, in eval and in train mode (bar 1e-4, float32)
  gradients   of the cross entropy with respect to every parameter, train mode (bar 1e-3, float32)
  20 updates  parameters and BatchNorm statistics after 20 AdamW updates with decaying rate and two-batch accumulation (bar 1e-3)
At 224 pixels two clips must do: a BatchNorm over two clips leaves little but rounding of the gradient in float32, so that row is float64.
The updates run in float64 on both sides: in float32 a ReLU that lies within rounding of zero opens on one side only, and AdamW turns a
gradient that is nothing but rounding into a full step, so float32 runs part whatever the code says. What a parameter did is
measured against how far it moved, not against its size.
"""
import argparse
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import torch
from torch.nn import functional

import names
import safetensors_io
from network import VARIANTS, Network

BATCHES, UPDATES, ACCUMULATION = 4, 20, 2

# 40 pixels: odd maps in the position stream, padded and shifted windows. 224: the paper, too slow on a CPU for the updates.
SMALL = {"size": 40, "width": 4, "window": 4, "clips": 4}
PAPER = {"size": 224, "width": 1, "window": 7, "clips": 2}

BARS = {"forward": 1e-4, "gradients": 1e-3, "updates": 1e-3}

# What the last LayerNorm adds to every clip alike, the head's BatchNorm takes away: its exact gradient is zero on both sides.
WITHOUT_GRADIENT = {"position.norm.bias"}


def random_input(size, clips, seed=0):
    g = torch.Generator().manual_seed(seed)
    onset = torch.randn(BATCHES, clips, 3, size, size, generator=g)
    return {
        "onset": onset,
        "apex": onset + 0.3 * torch.randn(onset.shape, generator=g),
        "au": (torch.rand(BATCHES, clips, 21, generator=g) < 0.2).float(),
        "labels": torch.randint(0, 5, (BATCHES, clips), generator=g),
    }


class Side:
    """Our program's side: calls it and reads what it wrote."""

    def __init__(self, mer, folder):
        self.mer, self.folder = mer, pathlib.Path(folder)

    def call(self, *arguments):
        # One thread: on small maps OpenMP's waiting costs more than its work.
        one = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run([*self.mer, "model", *map(str, arguments)], capture_output=True, text=True, env=one)
        if done.returncode != 0:
            # An exit would end a worker of the pool without its result, which the pool waits for.
            raise RuntimeError(f"mer model {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def path(self, name):
        return self.folder / f"{name}.safetensors"


def load(network, weights):
    """Puts our weights into the description; every one of them must have its place."""
    translate = names.ours(network)
    state, used = network.state_dict(), set()
    for name, target in state.items():
        name = translate(name)
        if name is not None:
            target.copy_(weights[name].reshape(target.shape))
            used.add(name)
    if used != set(weights):
        raise RuntimeError(f"tensors without a counterpart: {sorted(used ^ set(weights))}")


def deviation(ours, theirs, scale=None):
    scale = theirs.abs().max().item() if scale is None else scale
    return (ours.double() - theirs.double()).abs().max().item() / max(scale, 1e-30)


class Worst:
    """The largest deviation and where it was."""

    def __init__(self):
        self.value, self.where = 0.0, ""

    def see(self, where, value):
        if not value <= self.value:  # NaN counts as worse
            self.value, self.where = value, where


def described(options, size, weights, network_input, factors, dtype):
    network = Network(size=size["size"], width=size["width"], window=size["window"], **options).to(dtype)
    load(network, weights)
    draws = iter(factors if factors is not None else [])

    def run(batch):
        if network.training and network.position is not None and network.position.kind == "swin":
            network.position.factors.clear()
            network.position.factors.extend(next(draws))
        return network(*(network_input[name][batch].to(dtype) for name in ("onset", "apex", "au")))

    return network, run


def compare_maps(worst, mode, theirs, record):
    for name, value in theirs.items():
        worst.see(f"{mode} {name}", deviation(record[f"{mode}/{name}"], value.detach()))


def compare_pass(options, size, weights, network_input, record):
    """Forward and gradients, in the record's element type."""
    network, run = described(options, size, weights, network_input, record.get("stochastic_depth"), record["eval/logits"].dtype)
    forward, gradients = Worst(), Worst()
    network.eval()
    with torch.no_grad():
        compare_maps(forward, "eval", run(0), record)
    network.train()
    out = run(0)
    compare_maps(forward, "train", out, record)
    functional.cross_entropy(out["logits"], network_input["labels"][0]).backward()
    translate = names.ours(network)
    theirs = {translate(name): p.grad for name, p in network.named_parameters() if translate(name)}
    largest = max(g.abs().max().item() for g in theirs.values())
    for name, gradient in theirs.items():
        ours = record[f"grad/{name}"].reshape(gradient.shape)
        if name in WITHOUT_GRADIENT:
            gradients.see(name, deviation(ours, gradient, largest))
        else:
            gradients.see(name, deviation(ours, gradient))
    return forward, gradients


def compare_updates(options, size, weights, network_input, record):
    """The state after the updates, float64."""
    network, run = described(options, size, weights, network_input, record.get("stochastic_depth"), torch.float64)
    network.train()
    run(0)  # the trace's own first pass in train mode: it moves the BatchNorm statistics
    optimizer = torch.optim.AdamW([p for n, p in network.named_parameters() if names.ours(network)(n)], lr=8e-4, weight_decay=0.6)
    for update in range(UPDATES):
        epoch = update * ACCUMULATION // BATCHES
        optimizer.param_groups[0]["lr"] = 8e-4 * 0.987 ** min(epoch, 50)
        optimizer.zero_grad()
        for i in range(update * ACCUMULATION, (update + 1) * ACCUMULATION):
            loss = functional.cross_entropy(run(i % BATCHES)["logits"], network_input["labels"][i % BATCHES])
            (loss / ACCUMULATION).backward()
        optimizer.step()
    worst = Worst()
    translate = names.ours(network)
    for name, value in network.state_dict().items():
        name = translate(name)
        if name is None:
            continue
        moved = (value - weights[name].reshape(value.shape)).abs().max().item()
        worst.see(name, deviation(record[f"after/{name}"].reshape(value.shape), value, max(moved, 1e-6)))
    network.eval()
    with torch.no_grad():
        worst.see("logits after the updates", deviation(record["trained/logits"], run(0)["logits"]))
    return worst


def check_round_trip(side, options, arguments, size, weights, network_input):
    """Weights written here are read there, and the forward command agrees."""
    safetensors_io.write(side.path("theirs"), weights)
    single = {name: network_input[name][0] for name in ("onset", "apex", "au")}
    safetensors_io.write(side.path("single"), single)
    side.call("forward", "--weights", side.path("theirs"), "--input", side.path("single"), "--out", side.path("out"), "--features", *arguments)
    network, run = described(options, size, weights, network_input, None, torch.float32)
    network.eval()
    worst, record = Worst(), safetensors_io.read(side.path("out"))
    with torch.no_grad():
        for name, value in run(0).items():
            worst.see(f"forward command {name}", deviation(record[name], value))
    return worst


def check_backbones(mer):
    """ResNet-18 and Swin-B weights under torchvision's and timm's names arrive where they belong; returns what went wrong."""
    from torchvision.models import resnet18, swin_b

    torch.manual_seed(1)
    published = {"torchvision": {**resnet18().state_dict(), **swin_b().state_dict()}}
    translate = names.ours(Network(**VARIANTS["fpf"]))

    def expected_name(name):
        if name.startswith(("conv1.", "bn1.", "layer")):
            return f"motion.{name}"
        return translate(f"position.net.{name}") or name

    timm = {}
    for name, value in published["torchvision"].items():
        name = expected_name(name).removeprefix("motion.").removeprefix("position.")
        # timm since 0.9 merges patches at the start of the next stage.
        if ".downsample." in name and name.startswith("layers."):
            name = f"layers.{int(name.split('.')[1]) + 1}.{name.split('.', 2)[2]}"
        timm[name] = value
    published["timm"] = timm

    with tempfile.TemporaryDirectory() as folder:
        return next(filter(None, (check_backbone(Side(mer, folder), kind, state, published["torchvision"], expected_name)
                                  for kind, state in published.items())), None)


def check_backbone(side, kind, state, torchvision, expected_name):
    safetensors_io.write(side.path("backbone"), state)
    report = side.call("export", "--variant", "fpf", "--out", side.path("started"), "--init-backbone", side.path("backbone"))
    got = safetensors_io.read(side.path("started"))
    for name, value in torchvision.items():
        name = expected_name(name)
        if name in got and got[name].shape == value.shape and not torch.equal(got[name], value):
            return f"{kind}: {name} was not loaded"
    # 122 of ResNet-18 less its two of fc and its 20 counters of batches; patch embedding 4, ten blocks of 13, two mergings of 3.
    if f"loaded {100 + 4 + 130 + 6} tensors" not in report or "not used" not in report:
        return f"{kind}: {report.splitlines()[0]}"
    return None


def compare(job):
    """One row: the line to print and what lies past a bar."""
    mer, variant, size = job
    where = ["--variant", variant, "--size", size["size"], "--width-divisor", size["width"], "--window", size["window"]]
    network_input = random_input(size["size"], size["clips"])
    with tempfile.TemporaryDirectory() as folder:
        side = Side(mer, folder)
        safetensors_io.write(side.path("input"), network_input)
        side.call("export", "--seed", 1, "--out", side.path("weights"), *where)
        weights = safetensors_io.read(side.path("weights"))
        given = ["--weights", side.path("weights"), "--input", side.path("input"), "--out", side.path("record"), *where]

        side.call("trace", *given, "--updates", 0, *(["--double"] if size == PAPER else []))
        forward, gradients = compare_pass(VARIANTS[variant], size, weights, network_input, safetensors_io.read(side.path("record")))
        results = {"forward": forward, "gradients": gradients}
        if size != PAPER:
            side.call("trace", *given, "--updates", UPDATES, "--double")
            results["updates"] = compare_updates(VARIANTS[variant], size, weights, network_input, safetensors_io.read(side.path("record")))
            command = check_round_trip(side, VARIANTS[variant], where, size, weights, network_input)
            if not command.value <= forward.value:
                results["forward"] = command
    columns = [f"{results[k].value:.1e}" if k in results else "-" for k in BARS]
    line = (f"{variant:<18}{'%d px, 1/%d' % (size['size'], size['width']):<14}{columns[0]:>9}{columns[1]:>11}{columns[2]:>12}   "
            + "; ".join(r.where for r in results.values()))
    return line, [f"{variant}: {k} {r.value:.1e} at {r.where}" for k, r in results.items() if not r.value <= BARS[k]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mer", nargs="+", required=True, help="the program to compare with")
    parser.add_argument("--variants", nargs="+", choices=list(VARIANTS), help="default: every row of the tables")
    parser.add_argument("--paper-size", nargs="*", default=["full"], choices=list(VARIANTS),
                        help="variants whose forward and gradients are also compared at full width and 224 pixels (default: full)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="variants compared side by side")
    arguments = parser.parse_args()
    torch.set_num_threads(1)

    rows = [line.split("\t") for line in Side(arguments.mer, ".").call("list").splitlines()]
    if without := [key for key, kind, _ in rows if kind == "paper" and key not in VARIANTS]:
        sys.exit(f"tests/parity/network.py describes no {', '.join(without)}, which the tables have; add a line to VARIANTS")
    variants = arguments.variants or [key for key, _, _ in rows if key in VARIANTS]
    jobs = [(arguments.mer, v, SMALL) for v in variants] + [(arguments.mer, v, PAPER) for v in arguments.paper_size]
    failures, started = [], time.time()
    print(f"{'variant':<18}{'size':<14}{'forward':>9}{'gradients':>11}{'20 updates':>12}   largest deviation at")
    with multiprocessing.get_context("fork").Pool(arguments.workers) as pool:
        for line, problems in pool.imap(compare, jobs):
            print(line, flush=True)
            failures += problems
        problem = pool.apply(check_backbones, (arguments.mer,))
    print("not described, so not compared: " + ", ".join(key for key, kind, _ in rows if kind == "added" and key not in VARIANTS))
    print("backbones: ResNet-18 and Swin-B under torchvision's and timm's names " + (f"FAILED ({problem})" if problem else "arrive"))
    failures += [problem] if problem else []
    print(f"bars: forward {BARS['forward']:.0e}, gradients {BARS['gradients']:.0e}, 20 updates {BARS['updates']:.0e} of the movement; {time.time() - started:.0f} s")
    for failure in failures:
        print(f"past the bar: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
