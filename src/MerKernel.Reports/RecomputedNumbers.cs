using MerKernel.Baselines;
using MerKernel.Models;

namespace MerKernel.Reports;

/// <summary>
/// Where the numbers go: figures that others printed, or measured on data that are not ours to give, next to those that
/// this repository computes.
/// </summary>
public static class RecomputedNumbers
{
    /// <summary>One number.</summary>
    /// <param name="What">The quantity.</param>
    /// <param name="Printed">The number as printed; empty where nobody printed it.</param>
    /// <param name="Where">Who printed it, or its source.</param>
    /// <param name="Computed">The number as computed here; empty where that needs data that are not here.</param>
    /// <param name="By">The member that computes it.</param>
    public sealed record Number(string What, string Printed, string Where, string Computed, string By);

    const string Sheet = "coding sheet", Log = "training log of Svardfox/FaceSleuth, e4eead4",
        Measured = "measured once on the published sheet";

    /// <summary>Every number, as a table.</summary>
    /// <param name="study">Its data, where they are real, for numbers from the sheets.</param>
    public static TextTable Table(Study study) =>
        TextTable.Of("Printed numbers, computed again", ["number", ">printed", "where", ">here", "computed by"],
            All(study.Datasets.Select(id => study.Bench.Dataset(id)).Where(d => !d.Synthetic))
                .Select(n => (IEnumerable<string>)[n.What, n.Printed.Length > 0 ? n.Printed : "–", n.Where,
                    n.Computed.Length > 0 ? n.Computed : "needs the sheet", n.By]),
            "A dash: the log prints every epoch of every fold and no total. What needs a sheet is computed with " +
            "`data = \"FOLDER\"` in the parameters.");

    /// <summary>Every number.</summary>
    /// <param name="real">The real data sets that are at hand.</param>
    public static IEnumerable<Number> All(IEnumerable<MerDataset> real)
    {
        var known = real.ToDictionary(d => d.Id);
        return [.. Counts(), .. Replays(), .. LookUps(known), .. Parameters()];
    }

    static IEnumerable<Number> Counts()
    {
        yield return new("CASME II, subjects", "26", "paper, section 4.1", $"{PublishedLog.CasmeII.Length}",
            "folds of PublishedLog.CasmeII");
        foreach (var (name, printed, counts) in new[]
        {
            ("CASME II, sheet of 2014", 246, PublishedCounts.CasmeII2014),
            ("CASME II, sheet of 2019", 249, PublishedCounts.CasmeII2019), ("SAMM", 136, PublishedCounts.Samm)
        })
            yield return new($"{name}, five-class clips", $"{printed}", Sheet,
                $"{counts.Total} by " +
                $"subject{(counts.Classes.IsEmpty ? "" : $", {counts.Classes.Values.Sum()} by class")}",
                "PublishedCounts");
        foreach (var dataset in DatasetNames.Paper)
        {
            var size = PaperAudit.LikelySize(dataset);
            var accuracy = AuditReport.Paper(dataset);
            yield return new($"{dataset.Title()}, full network, share of {size} clips",
                $"{Figures.Printed(accuracy)} %", "paper, Table 2",
                Grim.Match(accuracy, size) is { } match ? $"{match.Correct} of {match.Total}" : $"no share of {size}",
                "Grim.Match");
        }
    }

    static IEnumerable<Number> Replays()
    {
        var comparable = PublishedLog.RanToTheEnd;
        var clips = comparable.Sum(f => f.TestClips);
        static Number Replay(string what, int correct, int clips, string by) => new($"successor on CASME II, {what}",
            "", Log, $"{correct} of {clips}, {Figures.Percent((double)correct / clips)} %", by);
        yield return Replay("each fold's best test epoch", PublishedLog.CorrectAtBestTestEpoch, PublishedLog.Clips,
            "PublishedLog.CorrectAtBestTestEpoch");
        yield return Replay($"the same, only the {comparable.Length} folds that ran to the end",
            comparable.Sum(f => f.Best.Accuracy.Correct), clips, "PublishedFold.Best");
        foreach (var epoch in new[] { 25, 50, 75, comparable[0].Epochs.Length })
            yield return Replay($"epoch {epoch} of those {comparable.Length} folds",
                PublishedLog.AtEpoch(comparable, epoch).Correct, clips, "PublishedLog.AtEpoch");
    }

    static IEnumerable<Number> LookUps(Dictionary<DatasetId, MerDataset> real)
    {
        string LookUp(DatasetId id, bool used) =>
            real.TryGetValue(id, out var data) ? $"{Figures.Percent(Share(data, used))} %" : "";
        yield return new("CASME II, look-up of the 21 action units", "81.9 to 82.3 % (ties; sheet of 2019)", Measured,
            LookUp(DatasetId.CasmeII, used: true), "AuLookup.Fit");
        yield return new("SAMM, look-up of the 21 action units", "96.3 %", Measured, LookUp(DatasetId.Samm, used: true),
            "AuLookup.Fit");
        yield return new("SAMM, look-up of all coded action units", "94.9 %", Measured,
            LookUp(DatasetId.Samm, used: false), "AuLookup.Fit");
    }

    /// <summary>
    /// The accuracy of a look-up of a data set's action units: of those that the network uses, or of all that were
    /// coded.
    /// </summary>
    static double Share(MerDataset data, bool used)
    {
        var facts = DatasetFacts.Of(data);
        if (!used)
            facts = facts with
            {
                Clips = [.. facts.Clips.Zip(data.Clips,
                    (known, clip) => known with { ActionUnits = [.. clip.ActionUnits.Select(u => u.Number)] })]
            };
        return Score.Of(LosoBaseline.Run(facts.Clips, AuLookup.Fit), facts.Classes.Length).Accuracy;
    }

    static IEnumerable<Number> Parameters()
    {
        static Number Of(Baseline system, ModelOptions model, string printed, double unit, string where)
        {
            var count = ModelSummary.Of(model, actionUnits: false).Parameters / unit;
            var digits = printed.Split(' ')[0].Split('.')[1].Length;
            return new($"{system.Name}, parameters on {model.Classes} classes", printed, where,
                count.ToString($"F{digits}", CultureInfo.InvariantCulture) + printed[printed.IndexOf(' ')..],
                "ModelSummary.Of");
        }
        yield return Of(StstNet.Baseline, new StstNetOptions { Classes = 3 }, "1.7 thousand", 1e3, "liong2019");
        yield return Of(OffApexNet.Baseline, new OffApexNetOptions { Classes = 3 }, "2.66 million", 1e6,
            "code of Off-TANet");
        yield return Of(Dssn.Baseline, new DssnOptions(), "0.97 million", 1e6, "khor2019");
        yield return Of(SssNet.Baseline, new SssNetOptions { Classes = 3 }, "1.35 million", 1e6,
            "code of tvaranka/meb");
    }
}
