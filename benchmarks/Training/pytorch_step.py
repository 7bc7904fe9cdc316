#!/usr/bin/env python3
"""PyTorch's side of the training-step benchmark: the network that ./mer parity compares with, in steps of forward, loss, backward and AdamW.

Answers each line "N" on standard input with the seconds that N steps took, so that both sides can take turns in one run.
"""
import argparse
import os
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "parity"))
from network import Network  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--size", type=int)
parser.add_argument("--width", type=int)
parser.add_argument("--window", type=int)
parser.add_argument("--clips", type=int)
parser.add_argument("--threads", type=int)
parser.add_argument("--channels-last", action="store_true")
parser.add_argument("--bf16", action="store_true")
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(1)
network = Network(size=options.size, width=options.width, window=options.window).train()
layout = torch.channels_last if options.channels_last else torch.contiguous_format
network.to(memory_format=layout)
if options.bf16:
    # Its CPU autocast does not run LayerNorm on bfloat16 input with float32 weights.
    for module in network.modules():
        if isinstance(module, torch.nn.LayerNorm):
            module.forward = lambda x, run=module.forward: run(x.float())
optimizer = torch.optim.AdamW(network.parameters(), lr=1e-5, weight_decay=0.6, foreach=True)
shape = (options.clips, 3, options.size, options.size)
onset = torch.randn(shape).to(memory_format=layout)
apex = onset + 0.3 * torch.randn(shape).to(memory_format=layout)
units = (torch.rand(options.clips, 21) < 0.2).float()
labels = torch.randint(0, 5, (options.clips,))
# Stochastic depth as in training: a factor for each branch and clip.
rates = torch.tensor([0.1 * block / 9 for block in range(10) for _ in range(2)]).view(-1, 1)


def step():
    keep = 1 - rates
    network.position.factors.clear()
    network.position.factors.extend(((torch.rand(20, 2 * options.clips) < keep) / keep).unbind(0))
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
        logits = network(onset, apex, units)["logits"]
    torch.nn.functional.cross_entropy(logits.float(), labels).backward()
    optimizer.step()


print(torch.__version__, flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    for _ in range(int(line)):
        step()
    print(time.perf_counter() - started, flush=True)
