"""A small convolutional network on apex minus onset, leave one subject out, in PyTorch: its class scores after every epoch.

    ./mer folds --dataset casme2 --csv --frames frames.npy > folds.csv
    python3 loso_torch.py folds.csv frames.npy > predictions.csv
    ./mer score predictions.csv --dataset casme2 --as "Small CNN (PyTorch)"
"""
import csv
import sys
import numpy
import torch
from torch import nn

EPOCHS, SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 12, 1
torch.set_num_threads(1)  # the same bytes in every run
clips = list(csv.DictReader(open(sys.argv[1], newline="")))
frames = torch.from_numpy(numpy.load(sys.argv[2])).float() / 255  # [clips, onset and apex, 3, S, S]
difference = (frames[:, 1] - frames[:, 0]) / 0.05
labels = torch.tensor([int(c["label"]) for c in clips])
classes = [c for _, c in sorted({(int(c["label"]), c["class"]) for c in clips})]

out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["clip", "fold", "epoch", "seed"] + classes)
for fold in dict.fromkeys(c["fold"] for c in clips):
    test = torch.tensor([c["fold"] == fold for c in clips])
    torch.manual_seed(SEED)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 5, stride=2, padding=2), nn.BatchNorm2d(8), nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
        nn.AdaptiveAvgPool2d(6), nn.Flatten(), nn.Linear(16 * 36, len(classes)))
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.05)
    for epoch in range(1, EPOCHS + 1):
        net.train()
        for batch in torch.nonzero(~test).flatten()[torch.randperm(int((~test).sum()))].split(16):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(difference[batch]), labels[batch]).backward()
            optimizer.step()
        net.eval()
        with torch.no_grad():
            scores = net(difference[test])
        for clip, row in zip([c for c in clips if c["fold"] == fold], scores.tolist()):
            out.writerow([clip["clip"], fold, epoch, SEED] + [f"{s:.6g}" for s in row])
