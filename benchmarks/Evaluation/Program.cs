// How long the statistics of one table row take: 26 subjects, 249 clips, 5 classes, as CASME II has them. Goal:
// a bootstrap of 10,000 resamples in under a second. Best of five, after one call that is not counted.
//
//     dotnet run -c Release --project benchmarks/Evaluation
using System.Diagnostics;
using MerKernel.Evaluation;

const int Subjects = 26, Clips = 249, Classes = 5;
var random = new Random(1);
var labels = Enumerable.Range(0, Clips).Select(_ => random.Next(Classes)).ToArray();
var (full, other) = (Run(0.7), Run(0.6));
var (a, b) = (Matrices(full), Matrices(other));

Time("10,000 resamples of accuracy, UF1 and UAR",
    () => SubjectBootstrap.Of(a, [Metrics.Accuracy, Metrics.UF1, Metrics.Uar]));
Time("10,000 paired resamples of UF1", () => PairedBootstrap.Of(full, other, Classes, Metrics.UF1));
Time("10,000 permutations of UF1 by subject", () => SubjectPermutation.P(a, b, Metrics.UF1));
Time("McNemar's exact test", () => McNemar.P(full, other));

// Decisions that are right with a probability, else at random.
FoldOutcome[] Run(double right) =>
    [.. Enumerable.Range(0, Clips).GroupBy(clip => clip % Subjects).Select(subject => new FoldOutcome
    {
        Subject = $"{subject.Key:00}",
        Clips = [.. subject.Select(clip => $"{subject.Key:00}/{clip}")],
        Labels = [.. subject.Select(clip => labels[clip])],
        Predictions = [.. subject.Select(clip => random.NextDouble() < right ? labels[clip] : random.Next(Classes))],
    })];

static ConfusionMatrix[] Matrices(FoldOutcome[] folds) => [.. folds.Select(f => f.Matrix(Classes))];

static void Time(string what, Action work)
{
    work();
    var best = Enumerable.Range(0, 5).Min(_ =>
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed;
    });
    Console.WriteLine($"{what}: {best.TotalMilliseconds:0.0} ms");
}
