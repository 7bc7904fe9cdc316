"""The nearest set of action units, leave one subject out, by the standard library alone: trains nothing, shows the round trip.

    ./mer folds --dataset casme2 --csv > folds.csv
    python3 round_trip.py folds.csv > predictions.csv
    ./mer score predictions.csv --dataset casme2 --as "Python look-up"
"""
import csv
import sys
from collections import Counter


def distance(a, b):
    """Jaccard distance of two sets of action units."""
    return 1 - len(a & b) / len(a | b) if a | b else 0


def units(clip):
    return set(filter(None, clip["action_units"].split("+")))


clips = list(csv.DictReader(open(sys.argv[1], newline="")))
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(["clip", "fold", "predicted"])
for clip in clips:
    train = [c for c in clips if c["fold"] != clip["fold"]]  # whoever trains, trains here
    nearest = min(distance(units(clip), units(c)) for c in train)
    votes = Counter(c["label"] for c in train if distance(units(clip), units(c)) == nearest)
    often = Counter(c["label"] for c in train)
    label = max(votes, key=lambda l: (votes[l], often[l], -int(l)))
    out.writerow([clip["clip"], clip["fold"], label])
