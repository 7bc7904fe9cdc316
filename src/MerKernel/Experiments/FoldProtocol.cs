using MerKernel.Data;
using MerKernel.Evaluation;
using static TorchSharp.torch;

namespace MerKernel.Experiments;

/// <summary>
/// The part left out of a fold. A single data set is always tested leave one subject out; a protocol over several makes
/// one data set of them, in which the part left out takes the place of the subject, so that training, storage, leak
/// check and scores are those of <see cref="LosoEngine"/>.
/// </summary>
/// <param name="Id">The data set that the protocol makes.</param>
/// <param name="Name">Its name, in a few words.</param>
public abstract record FoldProtocol(DatasetId Id, string Name)
{
    /// <summary>
    /// The three classes of the Grand Challenge, every subject of every set left out in turn (MEGC 2019, composite
    /// database evaluation).
    /// </summary>
    public static FoldProtocol Composite { get; } = new Composite();

    /// <summary>The three classes of the Grand Challenge, a whole set left out in turn.</summary>
    public static FoldProtocol LeaveOneDatasetOut { get; } = new LeaveOneDatasetOut();

    /// <summary>Every protocol over several data sets.</summary>
    public static ImmutableArray<FoldProtocol> All { get; } = [Composite, LeaveOneDatasetOut];

    /// <summary>The sets of MEGC 2019, of which those that are there are taken.</summary>
    public static ImmutableArray<DatasetId> Usual { get; } = [DatasetId.CasmeII, DatasetId.Samm, DatasetId.Smic];

    /// <summary>The protocol that makes a data set; null for a data set with files of its own.</summary>
    public static FoldProtocol? Of(DatasetId id) => All.FirstOrDefault(p => p.Id == id);

    /// <summary>The part left out with a clip, and the clip's name below it.</summary>
    protected abstract (string LeftOut, string Name) Fold(Clip clip);

    /// <summary>
    /// The person of a clip that <see cref="Of(IReadOnlyList{MerDataset})"/> has renamed; no two sets share one.
    /// </summary>
    public abstract string PersonOf(Clip clip);

    /// <summary>
    /// The person of every clip of a data set, which is its subject unless a protocol leaves out more than a person.
    /// </summary>
    public static ImmutableArray<string> PeopleOf(MerDataset data) =>
        [.. data.Clips.Select(c => Of(data.Id)?.PersonOf(c) ?? c.Subject)];

    /// <summary>How many people a data set is of.</summary>
    public static int CountPeople(MerDataset data) => PeopleOf(data).Distinct().Count();

    /// <summary>
    /// Decisions person by person: people, not folds, are what intervals and tests draw and exchange. They are the same
    /// unless a fold leaves out a whole data set, whose clips are named 'casme2/01/EP02_01f'.
    /// </summary>
    /// <param name="id">The data set.</param>
    /// <param name="folds">Its folds' decisions.</param>
    public static ImmutableArray<FoldOutcome> ByPerson(DatasetId id, ImmutableArray<FoldOutcome> folds) =>
        id != DatasetId.CrossDataset ? folds
            : [.. from fold in folds
                  from person in fold.Clips.Select(PersonOf).Distinct()
                  select fold.Only(clip => PersonOf(clip) == person) with { Subject = person }];

    /// <inheritdoc cref="ByPerson(DatasetId, ImmutableArray{FoldOutcome})"/>
    public static ProtocolOutcome ByPerson(DatasetId id, ProtocolOutcome outcome)
    {
        if (id != DatasetId.CrossDataset) return outcome;
        var folds = ByPerson(id, outcome.Folds);
        return outcome with
        {
            Folds = folds,
            F1Folds = outcome.F1Folds.SequenceEqual(outcome.Folds) ? folds : ByPerson(id, outcome.F1Folds)
        };
    }

    /// <summary>Demands that no two parts show the same people: a fold would train on those it leaves out.</summary>
    /// <exception cref="UserErrorException">Two are SMIC's, whose cameras filmed the same sessions.</exception>
    internal static void DemandOthers(IEnumerable<DatasetId> parts)
    {
        if (parts.GroupBy(DatasetSigns.FamilyOf).FirstOrDefault(g => g.Count() > 1) is { } same)
            throw new UserErrorException($"{string.Join(" and ", same.Select(id => id.Title()))} show the same " +
                "people: a fold would leave somebody out of one and train on that person in the other. Name one of " +
                "them with --sets.");
    }

    /// <summary>The person in the name of a clip of several sets: its set and its subject.</summary>
    internal static string PersonOf(string clip) => clip[..clip.IndexOf('/', clip.IndexOf('/') + 1)];

    /// <summary>One data set of several. It owns their frames and disposes of them with its own.</summary>
    /// <param name="parts">The sets, prepared in the same classes and size, in the order of their clips.</param>
    /// <exception cref="UserErrorException">There are fewer than two, or their classes differ.</exception>
    public MerDataset Of(IReadOnlyList<MerDataset> parts)
    {
        if (parts.Count < 2)
            throw new UserErrorException($"The protocol '{Name}' needs two data sets at least; " +
                $"{(parts.Count == 0 ? "none" : parts[0].Title + " alone")} is there. Name others with --sets.");
        var first = parts[0];
        if (parts.FirstOrDefault(p => !p.Classes.SequenceEqual(first.Classes) || p.Size != first.Size) is { } other)
            throw new UserErrorException($"{first.Title} and {other.Title} are not prepared alike " +
                $"({string.Join(", ", first.Classes)} against {string.Join(", ", other.Classes)}); they cannot be " +
                "one data set.");
        DemandOthers([.. parts.Select(p => p.Id)]);
        int[] rows = [.. parts.Select(p => p.FrameCount)];
        int[] starts = [.. rows.Select((_, i) => rows.Take(i).Sum())];
        ImmutableArray<ImmutableArray<int>> Shifted(Func<MerDataset, ImmutableArray<ImmutableArray<int>>> frames) =>
            [.. parts.SelectMany((p, i) =>
                frames(p).Select(clip => clip.Select(row => starts[i] + row).ToImmutableArray()))];
        var fingerprint = Sha.Of(string.Join('\n', parts.Select(p => p.Fingerprint).Prepend(Id.ToString())));
        return new MerDataset
        {
            Id = Id,
            Title = $"{Id.Title()} ({string.Join(", ", parts.Select(p => p.Title))})",
            Synthetic = parts.Any(p => p.Synthetic),
            Fingerprint = fingerprint,
            Classes = first.Classes,
            Clips = [.. parts.SelectMany(p => p.Clips).Select(Renamed)],
            Labels = [.. parts.SelectMany(p => p.Labels)],
            LazyFrames = new(() =>
            {
                using var scope = NewDisposeScope();
                var all = cat([.. parts.Select((p, i) => p.Frames.narrow(0, 0, rows[i]))]).DetachFromDisposeScope();
                foreach (var part in parts) part.Dispose();
                return all;
            }),
            Size = first.Size,
            OnsetFrames = Shifted(p => p.OnsetFrames),
            ApexFrames = Shifted(p => p.ApexFrames),
            Manifest = parts.All(p => p.Manifest is not null)
                ? Manifest([.. parts.Select(p => (p, p.Manifest!))], fingerprint) : null,
            CacheFolder = first.CacheFolder,
            Source = parts.All(p => p.Source is not null) ? new JoinedSource([.. parts.Select(p => p.Source!)]) : null,
        };
    }

    Clip Renamed(Clip clip)
    {
        var (leftOut, name) = Fold(clip);
        return clip with { Subject = leftOut, Name = name };
    }

    DatasetManifest Manifest(IReadOnlyList<(MerDataset Part, DatasetManifest Manifest)> parts, string fingerprint) =>
        new()
        {
            Dataset = Id,
            Synthetic = parts.Any(p => p.Manifest.Synthetic),
            Fingerprint = fingerprint,
            Sheet = string.Join(" + ", parts.Select(p => p.Manifest.Sheet)),
            SheetSha256 = string.Join(" + ", parts.Select(p => p.Manifest.SheetSha256)),
            Frames = string.Join(" + ", parts.Select(p => p.Manifest.Frames)),
            Preparation = string.Join(" | ", parts.Select(p => p.Manifest.Preparation)),
            Clips = [.. parts.SelectMany(p =>
                p.Manifest.Clips.Zip(p.Part.Clips, (prepared, clip) => prepared with { Clip = Renamed(clip).Id }))],
            Dropped = [.. parts.SelectMany(p =>
                p.Manifest.Dropped.Select(d => d with { Clip = $"{p.Part.Id.Key()}:{d.Clip}" }))],
        };

    /// <summary>Further data of the clips of several sets.</summary>
    sealed class JoinedSource(ImmutableArray<IClipSource> parts) : IClipSource
    {
        public Tensor Sequence(int count) => Joined(p => p.Sequence(count));

        public Tensor KeyFrames(int between) => Joined(p => p.KeyFrames(between));

        public Tensor Landmarks() => Joined(p => p.Landmarks());

        Tensor Joined(Func<IClipSource, Tensor> of)
        {
            var tensors = parts.Select(of).ToList();
            try
            {
                return cat(tensors);
            }
            finally
            {
                tensors.ForEach(t => t.Dispose());
            }
        }
    }
}

/// <summary>The composite of MEGC 2019: subjects of all sets are the folds ('casme2-01').</summary>
public sealed record Composite() : FoldProtocol(DatasetId.Composite, "composite, one subject left out")
{
    /// <inheritdoc/>
    protected override (string LeftOut, string Name) Fold(Clip clip) =>
        ($"{clip.Dataset.Key()}-{clip.Subject}", clip.Name);

    /// <inheritdoc/>
    public override string PersonOf(Clip clip) => clip.Subject;
}

/// <summary>
/// Each set is left out as a whole and tested by a network that saw none of its people, cameras or coders ('casme2').
/// </summary>
public sealed record LeaveOneDatasetOut() : FoldProtocol(DatasetId.CrossDataset, "one data set left out")
{
    /// <inheritdoc/>
    protected override (string LeftOut, string Name) Fold(Clip clip) =>
        (clip.Dataset.Key(), $"{clip.Subject}/{clip.Name}");

    /// <inheritdoc/>
    public override string PersonOf(Clip clip) => $"{clip.Subject}-{clip.Name[..clip.Name.IndexOf('/')]}";
}

/// <summary>How the clips of one data set fared under a protocol over several, or all of them together.</summary>
/// <param name="Dataset">The set; null for all together.</param>
/// <param name="Clips">Clips scored.</param>
/// <param name="People">People they are of.</param>
/// <param name="UF1">Macro F1 of their pooled confusion matrix.</param>
/// <param name="Uar">Unweighted average recall.</param>
/// <param name="Accuracy">Accuracy.</param>
/// <param name="ApexMilliseconds">Median time from onset to apex; null where a frame rate is not known.</param>
public sealed record PartScore(DatasetId? Dataset, int Clips, int People, double UF1, double Uar, double Accuracy,
    double? ApexMilliseconds)
{
    /// <summary>Median time from onset to apex in milliseconds; null where a frame rate is not known.</summary>
    public static double? MedianTime(IReadOnlyCollection<Clip> clips)
    {
        double[] times = [.. clips.Select(c => c.ApexMilliseconds).OfType<double>().Order()];
        return times.Length < clips.Count ? null : (times[(times.Length - 1) / 2] + times[times.Length / 2]) / 2;
    }

    /// <summary>All clips first, then each data set in the order of its clips.</summary>
    /// <param name="data">The data set of <see cref="FoldProtocol.Of(IReadOnlyList{MerDataset})"/>.</param>
    /// <param name="outcome">Its folds at the chosen epochs; clips that are not in it are not counted.</param>
    /// <exception cref="ArgumentException">The data set is none that a protocol made.</exception>
    public static ImmutableArray<PartScore> Of(MerDataset data, ProtocolOutcome outcome)
    {
        var protocol = FoldProtocol.Of(data.Id)
            ?? throw new ArgumentException($"{data.Title} is one data set.", nameof(data));
        var clips = data.Clips.ToDictionary(c => c.Id);
        return [.. data.Clips.Select(c => c.Dataset).Distinct().Select(id => (DatasetId?)id).Prepend(null)
            .Select(part => Score(part)).OfType<PartScore>()];

        PartScore? Score(DatasetId? part)
        {
            ConfusionMatrix Pooled(ImmutableArray<FoldOutcome> folds) =>
                ConfusionMatrix.Sum(folds.Select(f => Of(f, part))
                    .Prepend(new FoldOutcome { Subject = "", Clips = [], Labels = [], Predictions = [] })
                    .Select(f => f.Matrix(data.Classes.Length)));
            var (pooled, forF1) = (Pooled(outcome.Folds), Pooled(outcome.F1Folds));
            if (pooled.Total == 0) return null;
            var scored = outcome.Folds.SelectMany(f => f.Clips).Distinct().Select(id => clips[id])
                .Where(c => part is null || c.Dataset == part).ToList();
            return new PartScore(part, scored.Count, scored.Select(protocol.PersonOf).Distinct().Count(),
                Metrics.UF1(forF1), Metrics.Uar(pooled), Metrics.Accuracy(pooled),
                MedianTime(scored));
        }

        FoldOutcome Of(FoldOutcome fold, DatasetId? part) =>
            part is null ? fold : fold.Only(clip => clips[clip].Dataset == part);
    }
}
