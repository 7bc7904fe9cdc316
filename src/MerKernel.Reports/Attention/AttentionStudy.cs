using System.Collections.Concurrent;
using MerKernel.Interpretability;
using MerKernel.Models;
using MerKernel.Reports.Pictures;
using MerKernel.Synthetic;
using MerKernel.Training;
using OpenCvSharp;
using Plotly.NET;
using TorchSharp;

namespace MerKernel.Reports.Attention;

/// <summary>
/// Looks into trained networks: each is the full network with a change, trained on some folds whose weights are kept.
/// Everything but the embeddings is shown on clips of the subject left out, which the network never saw.
/// </summary>
public sealed class AttentionStudy
{
    readonly Dictionary<string, Experiment> _networks;
    readonly ConcurrentDictionary<(string Label, string Subject), ImmutableArray<ClipExplanation>> _explained = [];
    MeanFace? _face;
    ImmutableArray<float[]> _motion;

    /// <summary>Names the networks to look into; <see cref="Run"/> trains them.</summary>
    /// <param name="study">Profile, data, seeds, device.</param>
    /// <param name="set">The data set, casme2 or samm.</param>
    /// <param name="folds">How many subjects are left out in turn, from the first on.</param>
    /// <param name="showFaces">
    /// Whether frames are shown; null shows them only for synthetic data, because the licences of CASME II and SAMM
    /// allow few subjects' faces to be published.
    /// </param>
    /// <param name="networks">
    /// Each network's label and its change of the full one; the first is the full network itself.
    /// </param>
    public AttentionStudy(Study study, string set, int folds, bool? showFaces,
        params IReadOnlyList<(string Label, Func<Experiment, Experiment> Change)> networks)
    {
        Study = study;
        Dataset = DatasetNames.Named(set);
        ShowsFaces = showFaces ?? Data.Synthetic;
        Subjects = [.. Data.Subjects.Take(Math.Max(1, folds))];
        Labels = [.. networks.Select(n => n.Label)];
        if (Labels.IsEmpty) throw new UserErrorException("No network was named; name at least one.");
        Study.DemandLabels(Labels);
        _networks = networks.ToDictionary(n => n.Label, n => n.Change(study.Full(Dataset)));
        if (_networks.FirstOrDefault(n => n.Value.Model is not MerNetOptions) is { Key: { } other })
            throw new UserErrorException($"'{other}' is no variant of the paper's network, and has no maps that are " +
                "known here; leave it out.");
        if (_networks.FirstOrDefault(n => n.Value.ActionUnits is not (ActionUnitSource.Annotated
            or ActionUnitSource.None)) is { Key: { } otherUnits })
            throw new UserErrorException($"'{otherUnits}' sees other action units than the coders', with which " +
                "clips are explained here; leave it out.");
    }

    /// <summary>
    /// Trains networks without kept weights, looks into every network, and finds the parts of the face and the
    /// movement.
    /// </summary>
    /// <exception cref="UserErrorException">A fold failed twice, or no face was found.</exception>
    public void Run()
    {
        Study.Train(_networks.Values, Subjects, Study.Bench.Weights);
        _face = MeanFace.Of(Study, Dataset);
        _motion = FindMotion();
        // One math thread each, as in training: the networks are many and their batches small.
        using var one = new OneMathThread();
        Parallel.ForEach(Labels.SelectMany(label => Subjects.Select(subject => (label, subject))), network =>
        {
            torch.set_num_threads(1);
            _explained[network] = Explain(_networks[network.label], network.subject);
        });
    }

    /// <summary>Where it started from.</summary>
    public Study Study { get; }

    /// <summary>The data set.</summary>
    public DatasetId Dataset { get; }

    /// <summary>The prepared data.</summary>
    public MerDataset Data => Study.Bench.Dataset(Dataset);

    /// <summary>Whether frames are shown.</summary>
    public bool ShowsFaces { get; }

    /// <summary>The subjects left out in turn.</summary>
    public ImmutableArray<string> Subjects { get; }

    /// <summary>Labels of the networks, the full one first.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>Where the parts of the face lie.</summary>
    public MeanFace Face => _face ?? throw NotRun();

    /// <summary>The clips of the subjects left out: indices into the data set.</summary>
    public ImmutableArray<int> TestClips => [.. Subjects.SelectMany(ClipsOf)];

    /// <summary>A few words on the data, for subtitles.</summary>
    public string Brief => $"{Dataset.Title()}: {DataNotice.Brief(Data.Synthetic, Study.Bench.Profile.Name)}, seed " +
        $"{Study.Seeds[0]}, n = {TestClips.Length} clips of the {Subjects.Length} subjects left out in turn";

    /// <summary>
    /// A network's explanations of clips it was not trained on, in the order of <see cref="TestClips"/>.
    /// </summary>
    public ImmutableArray<ClipExplanation> Of(string label) => [.. ByFold(label).SelectMany(clips => clips)];

    /// <summary>The same fold by fold: one network each.</summary>
    public ImmutableArray<ImmutableArray<ClipExplanation>> ByFold(string label) =>
        [.. Subjects.Select(subject => ClipsOf(subject).Select(i => Everyone(label, subject)[i]).ToImmutableArray())];

    /// <summary>One fold's explanations of every clip of the data set, trained on or not.</summary>
    public ImmutableArray<ClipExplanation> Everyone(string label, string subject) =>
        _explained.TryGetValue((label, subject), out var clips) ? clips
        : _explained.IsEmpty ? throw NotRun()
        : throw new UserErrorException(Labels.Contains(label)
            ? $"No fold here leaves out subject '{subject}'; the subjects are {string.Join(", ", Subjects)}."
            : $"There is no network '{label}' here; the networks are {string.Join(", ", Labels)}.");

    /// <summary>The networks that were named, or all; each must have the maps that are asked for.</summary>
    ImmutableArray<string> Named(IReadOnlyList<string> labels, string maps = "",
        Func<ClipExplanation, bool>? has = null)
    {
        ImmutableArray<string> named = labels.Count == 0 ? Labels : [.. labels];
        return named.FirstOrDefault(label => has?.Invoke(Of(label)[0]) == false) is not { } without ? named
            : throw new UserErrorException($"'{without}' has no {maps}; leave it out.");
    }

    ImmutableArray<string> Vertical(params IReadOnlyList<string> labels) =>
        Named(labels, "weights of rows", clip => !clip.Vertical.IsEmpty);

    ImmutableArray<string> WithPosition(IReadOnlyList<string> labels) =>
        Named(labels, "position stream", clip => clip.ApexRollout is not null);

    /// <summary>The clips of a subject: indices into the data set.</summary>
    public IEnumerable<int> ClipsOf(string subject) =>
        Enumerable.Range(0, Data.Clips.Length).Where(i => Data.Clips[i].Subject == subject);

    /// <summary>For each class the first clip left out; places within <see cref="TestClips"/>.</summary>
    public ImmutableArray<int> Examples => [.. Enumerable.Range(0, TestClips.Length)
        .DistinctBy(i => Data.Labels[TestClips[i]]).OrderBy(i => Data.Labels[TestClips[i]])];

    /// <summary>
    /// For each test clip how far every place moves, [S * S]: on synthetic data the true displacement of the skin; on
    /// real data, where the truth is not known, the optical flow between onset and apex.
    /// </summary>
    public ImmutableArray<float[]> Motion => _motion.IsDefault ? throw NotRun() : _motion;

    /// <summary>The networks and their explanations of the clips.</summary>
    public IHtmlContent Show() => NetworkPage.Table(this);

    /// <summary>The vertical maps of each block over the clips of one example a class.</summary>
    public Picture Maps(params IReadOnlyList<string> labels) => WeightPage.Pictures(this, Named(labels));

    /// <summary>Mean weight of each row in each block, with its deviation between clips.</summary>
    public GenericChart RowProfiles(params IReadOnlyList<string> labels) =>
        RowProfileChart.Networks(this, Vertical(labels));

    /// <summary>Mean weight of each row in each block, emotion by emotion.</summary>
    public GenericChart RowProfilesByEmotion(string label) => RowProfileChart.Emotions(this, Vertical(label)[0]);

    /// <summary>How much of the vertical attention falls on each part of the face, next to an even map.</summary>
    public IHtmlContent FaceParts(params IReadOnlyList<string> labels) => WeightPage.FaceParts(this, Vertical(labels));

    /// <summary>How the maps vary: by clip, row or column, channel.</summary>
    public IHtmlContent Spread(params IReadOnlyList<string> labels) => WeightPage.Spread(this, Named(labels));

    /// <summary>Attention rollout of position streams.</summary>
    public Picture Rollouts(params IReadOnlyList<string> labels) => RolloutPage.Pictures(this, WithPosition(labels));

    /// <summary>Where the rollouts of position streams look.</summary>
    public IHtmlContent RolloutFigures(params IReadOnlyList<string> labels) =>
        RolloutPage.Table(this, WithPosition(labels));

    /// <summary>Grad-CAM on F_M next to the true movement.</summary>
    public Picture ClassMaps(string label) => ClassMapPage.Pictures(this, label);

    /// <summary>Whether Grad-CAM falls on the movement.</summary>
    public IHtmlContent ClassMapFigures(params IReadOnlyList<string> labels) => ClassMapPage.Table(this, Named(labels));

    /// <summary>The head's features in their two main directions, by emotion and by subject.</summary>
    public GenericChart Embeddings(params IReadOnlyList<string> labels) => EmbeddingChart.Of(this, Named(labels));

    /// <summary>Whether clips of an emotion, or of a subject, lie together in the head's features.</summary>
    public IHtmlContent Neighbours(params IReadOnlyList<string> labels) => NetworkPage.Neighbours(this, Named(labels));

    /// <summary>Conclusions from the figures above.</summary>
    public IHtmlContent Conclusion(string continuous, string independent, string vit, string withoutUnits) =>
        HtmlText.Paragraphs(AttentionConclusions.Of(this, continuous, independent, vit, withoutUnits));

    /// <summary>How a map varies, measured in each fold and averaged.</summary>
    internal MapSpread SpreadOf(string label, Func<ClipExplanation, float[,]> map) =>
        MapSpread.MeanOf([.. ByFold(label).Select(clips => MapSpread.Of([.. clips.Select(map)]))]);

    /// <summary>
    /// Mean over networks, each of which counts once, since its clips share its weights; and standard deviation between
    /// the clips of a fold: networks differ too, and that is another matter.
    /// </summary>
    internal static (double Mean, double WithinFolds) Summary(IReadOnlyList<IReadOnlyList<ClipExplanation>> folds,
        Func<ClipExplanation, double> of)
    {
        var values = folds.Select(clips => clips.Select(of).ToArray()).ToArray();
        var count = values.Sum(v => v.Length);
        return (values.Average(v => v.Average()),
            Math.Sqrt(values.Sum(v => v.Sum(x => (x - v.Average()) * (x - v.Average()))) / count));
    }

    /// <summary>
    /// The picture below a map: the clip's difference image, or where no face may be shown the landmarks of the mean
    /// face.
    /// </summary>
    internal Mat Under(int clip)
    {
        if (!ShowsFaces) return Face.Outline(Data.Size);
        using Mat onset = MapPicture.Frame(Data, Data.OnsetFrames[clip][0]),
            apex = MapPicture.Frame(Data, Data.ApexFrames[clip][0]);
        return InspectionSheet.Difference(onset, apex);
    }

    /// <summary>A network's position stream, 'Swin (vertical)'; its label where that names the stream.</summary>
    internal string StreamOf(string label) => $"{((MerNetOptions)_networks[label].Model).Position}" is var stream
        && label.Contains(stream, StringComparison.OrdinalIgnoreCase) ? label : $"{stream} ({label})";

    /// <summary>A clip's name, class and predicted class.</summary>
    internal string Caption(string label, int place)
    {
        var (clip, predicted) = (TestClips[place], Of(label)[place].Predicted);
        var truth = Data.Labels[clip];
        return $"{Data.Clips[clip].Id}, {Data.Classes[truth]}" +
            $"{(predicted == truth ? ", recognised" : $", taken for {Data.Classes[predicted]}")}; AU " +
            $"{string.Join("+", Data.Clips[clip].ActionUnits.Select(u => u.Number))}";
    }

    static UserErrorException NotRun() => new("The networks were not looked into yet; call Run() first.");

    ImmutableArray<float[]> FindMotion()
    {
        if (!Data.Synthetic || SyntheticSet.OptionsOf(Dataset, Study.Bench.Source(Dataset).Root) is not { } options)
            return [.. TestClips.Select(FlowOf)];
        var truth = SyntheticSet.Truth(Dataset, options).ToDictionary(c => c.Id);
        return [.. TestClips.Select(clip =>
            TrueMotion.Of(Dataset, options, truth[Data.Clips[clip].Id], Data.Size).Cast<float>().ToArray())];
    }

    float[] FlowOf(int clip)
    {
        using Mat onset = MapPicture.Frame(Data, Data.OnsetFrames[clip][0]),
            apex = MapPicture.Frame(Data, Data.ApexFrames[clip][0]), flow = InspectionSheet.Flow(onset, apex);
        return [.. flow.AsSpan<Vec2f>().ToArray().Select(v => MathF.Sqrt(v.Item0 * v.Item0 + v.Item1 * v.Item1))];
    }

    ImmutableArray<ClipExplanation> Explain(Experiment experiment, string subject)
    {
        var units = Data.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits)).ToArray();
        using var scope = torch.NewDisposeScope();
        using var network = (MerNet)Study.Bench.Weights.Load(experiment, subject);
        using var pairs = new PairSource(Data, Data.Labels, units, torch.CPU);
        var batch = pairs.Exact([.. Enumerable.Range(0, Data.Clips.Length)]);
        return Explainer.Explain(network, batch.Clips.Onset, batch.Clips.Apex, batch.Clips.ActionUnits, batch.Labels);
    }
}
