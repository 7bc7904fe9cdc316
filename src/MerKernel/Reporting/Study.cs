using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Training;
using Microsoft.AspNetCore.Html;
using TorchSharp;

namespace MerKernel.Reporting;

/// <summary>What a notebook starts from: a workbench, the protocols side by side, and pages that show what it ran.</summary>
public sealed class Study : IDisposable
{
    /// <summary>Profile, data and run store.</summary>
    public required Workbench Bench { get; init; }

    /// <summary>Seeds; the first is shown in full.</summary>
    public ImmutableArray<int> Seeds => Bench.Seeds;

    /// <summary>Epoch protocols side by side; rows are compared under the first.</summary>
    public required ImmutableArray<EpochProtocol> Protocols { get; init; }

    /// <summary>Where missing folds are trained.</summary>
    public required torch.Device Device { get; init; }

    /// <summary>Opens a study.</summary>
    /// <param name="profile">small, or another profile's name.</param>
    /// <param name="data">Folder with CASME2/ and SAMM/; null looks in data/, then makes look-alikes.</param>
    /// <param name="protocol">Epoch protocol to show beside the final epoch, or several with commas, such as "last-5, best-test", to show those instead.</param>
    /// <param name="seeds">Seeds of weights, batches and augmentation; the first is shown in full, all of them as mean and deviation.</param>
    /// <param name="device">cpu, or cuda or cuda:1 where there is one.</param>
    /// <param name="precision">fp32 or bf16; null is fp32 on a processor and bf16 on a GPU.</param>
    /// <param name="heldOut">Training subjects held out of each fold to choose the epoch on; without a number, 2 under the held-out protocol and else none.</param>
    /// <exception cref="UserErrorException">A name is not known, or the device is not there.</exception>
    public static Study Open(string profile = "small", string? data = null, string protocol = "best-test", IEnumerable<int>? seeds = null, string device = "cpu", string? precision = null, int? heldOut = null)
    {
        var chosen = seeds is null ? [1] : seeds.Distinct().ToImmutableArray();
        if (chosen.IsEmpty) throw new UserErrorException("seeds is empty; name at least one, for example seeds = [1].");
        var named = protocol.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(EpochProtocol.Named).ToList();
        return new Study
        {
            Bench = new Workbench
            {
                Profile = Profile.Named(profile), DataFolder = data, Seeds = chosen, HeldOutSubjects = heldOut ?? (named.OfType<HeldOutSubjects>().Any() ? 2 : 0),
                Device = device, Precision = PrecisionNames.Named(precision, device),
            },
            Protocols = [.. (named.Count > 1 ? named : named.Prepend(EpochProtocol.Default)).Distinct()],
            Device = ComputeDevice.Named(device),
        };
    }

    /// <summary>The data sets of the paper that are there.</summary>
    public ImmutableArray<DatasetId> Datasets => Bench.Datasets;

    /// <summary>The full network's experiment on a data set.</summary>
    public Experiment Full(DatasetId dataset) => Bench.Experiment(Variants.Full, dataset);

    /// <summary>The folds of an experiment, once every one of them is stored; trains nothing.</summary>
    public IReadOnlyList<FoldPrediction>? Stored(Experiment experiment) =>
        Bench.Store.TryReadAll(ExperimentHash.Of(experiment), Bench.Dataset(experiment.Dataset).Subjects);

    /// <summary>One of the paper's tables with its rows as changes of the full network.</summary>
    /// <param name="number">Number of the table.</param>
    /// <param name="rows">Each row's label and what it changes. A label of the paper's table brings its published numbers; any other is a row of your own.</param>
    public StudyTable Table(int number, params IReadOnlyList<(string Label, Func<Experiment, Experiment> Change)> rows) => new(this, PaperTables.Numbered(number), rows);

    /// <summary>Trains and scores the points of a sweep on the first few subjects; folds that are stored are not trained again.</summary>
    /// <param name="sweep">What is varied.</param>
    /// <param name="points">The points, <see cref="Sweep.Grid"/> or <see cref="Sweep.Random"/>; null takes the grid.</param>
    /// <param name="subjects">How many subjects are left out in turn.</param>
    public SweepResult Run(Sweep sweep, IEnumerable<SweepPoint>? points = null, int subjects = 3)
    {
        var (chosen, leftOut) = ((points ?? sweep.Grid()).ToImmutableArray(), Bench.Dataset(sweep.Start.Dataset).Subjects.Take(subjects).ToImmutableArray());
        Train(chosen.Select(p => p.Experiment), leftOut);
        return new SweepResult(this, sweep, chosen, leftOut);
    }

    /// <summary>Trains the missing folds of experiments, several side by side; progress on one line.</summary>
    /// <param name="experiments">The experiments.</param>
    /// <param name="subjects">Only the folds that leave out one of these subjects; null trains all.</param>
    /// <param name="weights">Where to keep the networks' weights; a fold without kept weights is trained again. Null keeps none.</param>
    /// <exception cref="UserErrorException">A fold failed twice.</exception>
    public void Train(IEnumerable<Experiment> experiments, IReadOnlyCollection<string>? subjects = null, FoldWeights? weights = null)
    {
        foreach (var set in experiments.Distinct().GroupBy(e => e.Dataset))
        {
            var progress = new ProgressText(set.Key.Title());
            var engine = new LosoEngine(Bench.Store) { Device = Device, Progress = progress, Weights = weights, Subjects = subjects };
            var failures = engine.Run(set, Bench.Dataset(set.Key));
            progress.Done();
            if (failures.Count > 0)
                throw new UserErrorException($"{failures.Count} folds on {set.Key.Title()} failed twice, the first of subject {failures[0].Job.Subject}: {failures[0].Error.Message}. The others are stored; running the cell again tries these once more.");
        }
    }

    /// <summary>Which data and which size of network the numbers of this notebook come from.</summary>
    public IHtmlContent Notice => HtmlText.Notice(Datasets.Select(d => DataNotice.For(Bench.Dataset(d).Synthetic, Bench.Profile.Name)).Distinct());

    /// <summary>A few words on a data set for a subtitle.</summary>
    public string Brief(DatasetId dataset) => $"{dataset.Title()}: {DataNotice.Brief(Bench.Dataset(dataset).Synthetic, Bench.Profile.Name)}, n = {Bench.Dataset(dataset).Clips.Length} clips of {Bench.Dataset(dataset).Subjects.Length} subjects";

    /// <summary>How this notebook ran: data, profile, seed, hardware, time, commit.</summary>
    public IHtmlContent HowItRan() => RunFacts.Of(this).ToHtml();

    /// <inheritdoc/>
    public void Dispose() => Bench.Dispose();
}
