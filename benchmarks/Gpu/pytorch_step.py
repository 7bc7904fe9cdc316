#!/usr/bin/env python3
"""A training step of the paper's network in PyTorch on a GPU: eager, channels last, compiled. The network is the one ./mer parity compares with.

    pytorch_step.py FOLDER_OF_NETWORK_PY [--device cuda|cpu] [--size 224] [--width 1] [--window 7] [--clips 16,32] [--compile] [--out FILE]

Each figure is printed and added to FILE as a line of JSON at once.
"""
import argparse
import json
import sys
import time

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("network")
parser.add_argument("--device", default="cuda")
parser.add_argument("--size", type=int, default=224)
parser.add_argument("--width", type=int, default=1)
parser.add_argument("--window", type=int, default=7)
parser.add_argument("--clips", default="16,32")
parser.add_argument("--steps", type=int, default=15)
parser.add_argument("--compile", action="store_true")
parser.add_argument("--out")
options = parser.parse_args()
sys.path.insert(0, options.network)
from network import Network  # noqa: E402

device = torch.device(options.device)
gpu = device.type == "cuda"


class DrawnDepth(nn.Module):
    """Stochastic depth that draws where the network lies, as PyTorch's own does."""

    def __init__(self, rate):
        super().__init__()
        self.keep = 1 - rate

    def forward(self, x):
        if not self.training or self.keep == 1:
            return x
        return x * torch.empty(x.shape[0], 1, 1, 1, dtype=x.dtype, device=x.device).bernoulli_(self.keep).div_(self.keep)


def figure(what, value, unit):
    print(f"pytorch   {what:<66} {value:12.5g} {unit}", flush=True)
    if options.out:
        with open(options.out, "a") as file:
            file.write(json.dumps({"part": "pytorch", "what": what, "value": value, "unit": unit}) + "\n")


def wait():
    if gpu:
        torch.cuda.synchronize()


def measure(name, clips, bf16, tf32, last, mode=None):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    torch.manual_seed(1)
    network = Network(size=options.size, width=options.width, window=options.window)
    block = 0
    for module in network.modules():
        if hasattr(module, "stochastic_depth"):
            module.stochastic_depth = DrawnDepth(0.1 * block / 9)
            block += 1
    layout = torch.channels_last if last else torch.contiguous_format
    network.to(device, memory_format=layout).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-5, weight_decay=0.6, **({"fused": True} if gpu else {}))
    shape = (clips, 3, options.size, options.size)
    onset = torch.randn(shape, device=device).to(memory_format=layout)
    apex = onset + 0.3 * torch.randn(shape, device=device).to(memory_format=layout)
    units = (torch.rand(clips, 21, device=device) < 0.2).float()
    labels = torch.randint(0, 5, (clips,), device=device)
    run = network
    if mode is not None:
        run = torch.compile(network, mode=mode)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            logits = run(onset, apex, units)["logits"]
        torch.nn.functional.cross_entropy(logits.float(), labels).backward()
        optimizer.step()

    started = time.perf_counter()
    for _ in range(4):
        step()
    wait()
    if mode is not None:
        figure(f"{clips} clips, {name}, first four steps", time.perf_counter() - started, "s")
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        for _ in range(options.steps):
            step()
        wait()
        best = min(best, (time.perf_counter() - started) / options.steps)
    figure(f"{clips} clips, {name}", 1000 * best, "ms")
    figure(f"{clips} clips, {name}", clips / best, "clips/s")
    if gpu and mode is None and bf16 and clips == 16:
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU, torch.profiler.ProfilerActivity.CUDA]) as profile:
            step()
            wait()
        events = [e for e in profile.events() if e.device_type == torch.autograd.DeviceType.CUDA]
        figure(f"{clips} clips, {name}, operations on the GPU", len(events), "")
        figure(f"{clips} clips, {name}, their time together", sum(e.time_range.elapsed_us() for e in events) / 1000, "ms")
        together = {}
        for e in events:
            count, time_ = together.get(e.name, (0, 0))
            together[e.name] = (count + 1, time_ + e.time_range.elapsed_us() / 1000)
        for kernel, (count, time_) in sorted(together.items(), key=lambda item: -item[1][1])[:25]:
            print(f"pytorch   {time_:8.3f} ms {count:5d} x {kernel[:150]}", flush=True)


print("PyTorch", torch.__version__, flush=True)
for clips in map(int, options.clips.split(",")):
    if options.compile:
        measure("bf16, channels last, compiled", clips, True, True, True, "default")
        measure("bf16, compiled, reduce-overhead", clips, True, True, True, "reduce-overhead")
    else:
        measure("fp32", clips, False, False, False)
        measure("TF32", clips, False, True, False)
        if gpu:  # PyTorch 1.13 cannot on a processor
            measure("bf16", clips, True, True, False)
            measure("bf16, channels last", clips, True, True, True)
