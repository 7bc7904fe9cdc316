using System.Collections.Frozen;
using MerKernel.Data;
using MerKernel.Models;

namespace MerKernel.Experiments;

/// <summary>An experiment in words: the nearest profile's full network, and what differs from it.</summary>
/// <param name="Profile">Name of the profile that the fewest options differ from.</param>
/// <param name="Text">The nearest variant's name and the options that differ from it: 'horizontal attention, learning rate 0.002'.</param>
public sealed record RunWords(string Profile, string Text)
{
    /// <summary>Every profile's variants with their options; read once, since a long list compares each run with all of them.</summary>
    static readonly Lazy<ImmutableArray<(Profile Profile, Change Change, FrozenDictionary<string, string> Options)>> Known = new(() =>
        [.. from p in (Profile[])[Experiments.Profile.Small, Experiments.Profile.Paper, Experiments.Profile.Tiny]
            from c in Tables.Changes
            select (p, c, Described(c.Of(p.Model) with { Training = p.Training }).ToFrozenDictionary())]);

    /// <summary>Describes an experiment; seed and data are left to whoever shows them.</summary>
    public static RunWords Of(Experiment experiment)
    {
        var options = Described(experiment);
        var (profile, change, plain) = Known.Value.MinBy(k => options.Count(o => k.Options.GetValueOrDefault(o.Key) != o.Value));
        // Another network has nothing in common with ours but size and classes.
        var ours = experiment.Model is MerNetOptions;
        return new(profile.Name, string.Join(", ", OptionDifference.Between(plain, options).Where(d => ours || !d.Name.StartsWith("model.", StringComparison.Ordinal))
            .Select(d => $"{d.Words} {d.Second}").Prepend(ours ? change.Name : experiment.Model.GetType().Name.Replace("Options", ""))));
    }

    static ImmutableSortedDictionary<string, string> Described(Experiment experiment) =>
        OptionDifference.Options(experiment).RemoveRange(["dataset", "datasetFingerprint", "seed", "model.classes"]);
}
