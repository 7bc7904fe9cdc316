using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Tests.Evaluation;

namespace MerKernel.Tests.Reporting;

/// <summary>
/// A made-up study of two subjects, small enough to score by hand: 'full' and 'no-au' are run, the rest is not.
/// </summary>
static class SampleTables
{
    // Labels 0 0 1 | 0 2. The final epoch of 'full' gets 2 + 1 of 5 right, its best epochs 3 + 2.
    static readonly FoldPrediction[] FullRun = [Folds.Of("s1", "001", "001", "000"), Folds.Of("s2", "02", "02", "00")];

    static readonly FoldPrediction[] WithoutUnits = [Folds.Of("s1", "001", "222"), Folds.Of("s2", "02", "11")];

    public static readonly DatasetFacts CasmeII = new(DatasetId.CasmeII, Synthetic: true, ["a", "b", "c"],
    [
        new("s1/0", "s1", 0, [12]), new("s1/1", "s1", 0, [12, 6]), new("s1/2", "s1", 1, [4]),
        new("s2/0", "s2", 0, [12]), new("s2/1", "s2", 2, [1, 2]),
    ]);

    public static Scoring Scoring => new()
    {
        Datasets = [CasmeII],
        Profile = "small",
        Seeds = [7],
        Runs = (method, dataset, _) => (method.Key, dataset) switch
        {
            ("full", DatasetId.CasmeII) => new RunResult("abc123", FullRun),
            ("no-au", DatasetId.CasmeII) => new RunResult("def456", WithoutUnits),
            _ => null,
        },
    };
}
