using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using MerKernel.Tests.Evaluation;

namespace MerKernel.Tests.Reporting;

public class KeptTableTests
{
    static readonly IReadOnlyList<FoldPrediction> Full = [Folds.Of("s1", "001", "011"), Folds.Of("s2", "02", "02"),
        Folds.Of("s3", "12", "10")];
    static readonly IReadOnlyList<FoldPrediction> Other = [Folds.Of("s1", "001", "110"), Folds.Of("s2", "02", "22"),
        Folds.Of("s3", "12", "12")];

    static string Shown(DerivedValues? derived, Func<string, IReadOnlyList<FoldPrediction>?> read, string state = "")
    {
        LabelledClip[] clips = [new("s1/0", "s1", 0, [4]), new("s1/1", "s1", 0, [12]), new("s1/2", "s1", 1, [12]),
            new("s2/0", "s2", 0, [4]), new("s2/1", "s2", 2, [1]), new("s3/0", "s3", 1, [1]), new("s3/1", "s3", 2, [4])];
        return JsonTables.Render(new Scoring
        {
            Derived = derived,
            Datasets = [new DatasetFacts(DatasetId.CasmeII, true, ["x", "y", "z"], [.. clips])],
            Profile = "small",
            Seeds = [1],
            Runs = (method, _, _) => method.Key is "full" or "no-au"
                ? new RunResult(new string(method.Key[0], 16), state, () => read(method.Key)) : null,
        }.Rows(Tables.All), allMetrics: true);
    }

    [Fact]
    public void Kept_scores_intervals_and_tests_are_those_computed_and_no_fold_is_read_for_them()
    {
        using var folder = new TemporaryFolder();
        foreach (var key in "fn") Directory.CreateDirectory(folder.File(new string(key, 16)));
        DerivedValues Opened() => new(folder.File("derived.tsv"));
        var computed = Shown(null, key => key == "full" ? Full : Other);

        var first = Opened();
        Assert.Equal(computed, Shown(first, key => key == "full" ? Full : Other));
        first.Save();
        Assert.Equal(computed, Shown(Opened(), key => throw new InvalidOperationException("read")));
        // Folds that changed are read; the comparison with them too.
        Assert.Equal(Shown(null, _ => Other), Shown(Opened(), _ => Other, "changed"));
    }

    [Fact]
    public void A_run_whose_fold_turns_out_damaged_is_shown_as_not_measured()
    {
        var rows = Shown(null, key => key == "full" ? Full : null);
        Assert.Contains("ffffffffffffffff", rows);
        Assert.DoesNotContain("nnnnnnnnnnnnnnnn", rows);
    }
}
