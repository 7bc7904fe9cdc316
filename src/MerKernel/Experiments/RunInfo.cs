using System.Collections.Frozen;
using MerKernel.Models;

namespace MerKernel.Experiments;

/// <summary>
/// A stored experiment at a glance; the scores are of its stored folds, 0 to 1, and null without folds.
/// </summary>
public sealed record RunInfo
{
    /// <summary>Its <see cref="ExperimentHash"/>.</summary>
    public required string Hash { get; init; }

    /// <summary>The experiment.</summary>
    public required Experiment Experiment { get; init; }

    /// <summary>The profile that the fewest options differ from, and the options that do.</summary>
    public required RunWords Words { get; init; }

    /// <summary>Stored folds.</summary>
    public required int Folds { get; init; }

    /// <summary>Subjects of its data; null where the data's manifest is missing.</summary>
    public required int? AllFolds { get; init; }

    /// <summary>Clips of the stored folds.</summary>
    public required int Clips { get; init; }

    /// <summary>Accuracy at the final epoch.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Macro F1 at the final epoch.</summary>
    public double? UF1 { get; init; }

    /// <summary>Accuracy at the epoch chosen on the test subject.</summary>
    public double? BestTestAccuracy { get; init; }

    /// <summary>Macro F1 at the epoch chosen on the test subject.</summary>
    public double? BestTestUF1 { get; init; }

    /// <summary>Computing time of the stored folds, added up.</summary>
    public required double Seconds { get; init; }

    /// <summary>When the last of them was finished (UTC).</summary>
    public DateTime? Finished { get; init; }

    /// <summary>Devices they ran on.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];
}

/// <summary>An experiment in words: the nearest profile's full network, and the differences from it.</summary>
/// <param name="Profile">Name of the profile that the fewest options differ from.</param>
/// <param name="Text">
/// The nearest variant's name and the options that differ from it: 'horizontal attention, learning rate 0.002'.
/// </param>
public sealed record RunWords(string Profile, string Text)
{
    /// <summary>
    /// Every profile's variants with their options; read once, since a long list compares each run with all of them.
    /// </summary>
    static readonly Lazy<
        ImmutableArray<(Profile Profile, Change Change, FrozenDictionary<string, string> Options)>> Known = new(() =>
            [.. from p in (Profile[])[Experiments.Profile.Small, Experiments.Profile.Medium, Experiments.Profile.Paper,
                    Experiments.Profile.Tiny]
                from c in Tables.Changes
                select (p, c, Described(c.Of(p.Model) with { Training = p.Training }).ToFrozenDictionary())]);

    /// <summary>Describes an experiment; seed and data are left to whoever shows them.</summary>
    public static RunWords Of(Experiment experiment)
    {
        var options = Described(experiment);
        var (ours, users) = (experiment.Model is MerNetOptions, IsUsers(experiment.Model));
        // A user's network does not bear the change's name, which would tell where its action units come from.
        var (profile, change, plain) = Known.Value.Where(k => !users || k.Change == Tables.Full).MinBy(k =>
            options.Count(o => k.Options.GetValueOrDefault(o.Key) != o.Value));
        // Another network has nothing in common with ours but size and classes.
        return new(profile.Name, string.Join(", ", OptionDifference.Between(plain, options)
            .Where(d => ours || !IsModel(d.Name)).Select(d => $"{d.Words} {d.Second}")
            .Prepend(ours ? change.Name : $"{experiment.Model.NetworkName}{(users ? Own(options) : "")}")));
    }

    static bool IsUsers(ModelOptions model) =>
        model is IStranger || model.GetType().Assembly != typeof(RunWords).Assembly;

    /// <summary>
    /// All options of a user's network: its class, which knows the defaults, may be of another program.
    /// </summary>
    static string Own(ImmutableSortedDictionary<string, string> options) =>
        string.Concat(options.Where(o => IsModel(o.Key) && o.Key is not ("model.network" or "model.inputSize")
            && (o.Key, o.Value) != ("model.version", "none"))
            .Select(o => $", {OptionDifference.InWords(o.Key)} {o.Value}"));

    static bool IsModel(string option) => option.StartsWith("model.", StringComparison.Ordinal);

    static ImmutableSortedDictionary<string, string> Described(Experiment experiment) =>
        OptionDifference.Options(experiment).RemoveRange(["dataset", "datasetFingerprint", "seed", "model.classes"]);
}
