using System.Security.Cryptography;
using System.Text;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>What a table needs to know of a data set besides the runs.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Synthetic">True for look-alikes.</param>
/// <param name="Classes">Class names in label order.</param>
/// <param name="Clips">The clips that are scored, for the baselines without images.</param>
public sealed record DatasetFacts(DatasetId Dataset, bool Synthetic, ImmutableArray<string> Classes, ImmutableArray<LabelledClip> Clips)
{
    /// <summary>The facts of a loaded data set.</summary>
    public static DatasetFacts Of(MerDataset dataset) => new(dataset.Id, dataset.Synthetic, dataset.Classes,
        [.. dataset.Clips.Select((clip, i) => new LabelledClip(clip.Id, clip.Subject, dataset.Labels[i], Units(clip)))]);

    /// <summary>The facts without the clips that a sample set does not score.</summary>
    public DatasetFacts Of(SampleSet sample) => this with { Clips = [.. Clips.Where(c => sample.Scores(Dataset, c.Id))] };

    /// <summary>Another text for other clips, subjects, labels or action units.</summary>
    internal string State => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        Clips.Select(c => $"{c.Id} {c.Subject} {c.Label} {string.Join(' ', c.ActionUnits)}").Prepend(string.Join(' ', Classes))))))[..16];

    static ImmutableSortedSet<int> Units(Clip clip) =>
        [.. clip.ActionUnits.Select(u => u.Number).Where(n => ActionUnits.Used.Contains(n))];
}
