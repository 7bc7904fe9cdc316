"""Scores of random predictions by scikit-learn (Debian: python3-sklearn), for MerKernel's metrics to be checked against.

    python3 tests/parity/metrics.py > tests/MerKernel.Tests/Evaluation/scikit-learn-scores.csv

Each line: number of classes, labels, predictions (a digit for each clip), then accuracy, macro F1, mean recall, weighted F1,
Cohen's kappa, and precision and recall of the last class.
"""

import random
import sys

import sklearn
from sklearn import metrics


def scores(labels, predictions, classes):
    last = classes - 1
    precision, recall, _, _ = metrics.precision_recall_fscore_support(labels, predictions, labels=range(classes), zero_division=0)
    return [
        metrics.accuracy_score(labels, predictions),
        # sklearn averages over the classes that occur among labels or predictions.
        metrics.f1_score(labels, predictions, average="macro", zero_division=0),
        metrics.balanced_accuracy_score(labels, predictions),
        metrics.f1_score(labels, predictions, average="weighted", zero_division=0),
        metrics.cohen_kappa_score(labels, predictions),
        precision[last],
        recall[last],
    ]


def main():
    draw = random.Random(20140508)
    print(f"# scikit-learn {sklearn.__version__}: classes,labels,predictions,accuracy,uf1,uar,weighted_f1,kappa,precision_of_last,recall_of_last")
    for case in range(40):
        classes = draw.choice([2, 3, 5])
        clips = draw.choice([6, 9, 30, 120])
        weights = [draw.random() + 0.05 for _ in range(classes)]
        labels = draw.choices(range(classes), weights, k=clips)
        skill = draw.random()
        predictions = [label if draw.random() < skill else draw.randrange(classes) for label in labels]
        if len(set(labels)) < 2 or case % 8 == 0:
            # Every class occurs at least once among the labels; some are then never predicted.
            labels[:classes] = range(classes)
            predictions = [min(p, classes - 2) for p in predictions]
        values = ",".join(repr(float(v)) for v in scores(labels, predictions, classes))
        print(f"{classes},{''.join(map(str, labels))},{''.join(map(str, predictions))},{values}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
