using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>How well a run's detectors find the commonest action units.</summary>
public static class DetectedUnitTable
{
    /// <summary>F1 of each of the ten commonest units with its interval, and the mean.</summary>
    /// <param name="folds">A run with predicted action units.</param>
    /// <param name="data">Its data set, which has the coders' units.</param>
    public static TextTable Of(IReadOnlyList<FoldPrediction> folds, MerDataset data)
    {
        var coded = data.Clips.ToDictionary(c => c.Id, c => (IReadOnlySet<int>)c.ActionUnits.Select(u => u.Number).Where(ActionUnits.Used.Contains).ToHashSet());
        var people = data.Clips.Select(c => c.Id).Zip(FoldProtocol.PeopleOf(data)).ToDictionary();
        var scores = UnitScore.Of([.. folds.Where(f => f.ActionUnits is not null).SelectMany(f => f.Clips.Select((clip, i) => (people[clip], coded[clip], (IReadOnlySet<int>)f.ActionUnits!.Value[i].ToHashSet())))]);
        return TextTable.Of($"Action units as detectors find them\n{data.Id.Title()}{(data.Synthetic ? " (synthetic)" : "")}", ["unit", ">clips", ">share of clips", ">F1", ">95 % interval"],
            scores.Select(s => (IEnumerable<string>)[s.Unit == 0 ? "mean" : $"AU {s.Unit}", s.Unit == 0 ? "" : $"{s.Clips}", Figures.Fraction(s.BaseRate), Figures.Fraction(s.F1), Figures.Fraction(s.Interval)]),
            "Each clip's units are found by a detector that learned from the other subjects. Guessing a unit as often as it occurs has its share of clips as F1.");
    }
}
