using System.Runtime.InteropServices;
using MerKernel.Baselines;
using MerKernel.Training;

namespace MerKernel.Reports;

/// <summary>
/// The metadata of a model card and a reproduction statement: read off the run store, nothing typed in.
/// </summary>
public sealed record StudyFacts
{
    /// <summary>The profile.</summary>
    public required Profile Profile { get; init; }

    /// <summary>Seeds of the runs.</summary>
    public required ImmutableArray<int> Seeds { get; init; }

    /// <summary>Parameters of the full network at the profile's size.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiply-accumulates of the full network for one clip.</summary>
    public required long Macs { get; init; }

    /// <summary>Validation subjects of each fold.</summary>
    public int HeldOutSubjects { get; init; }

    /// <summary>The sources of the data sets: sheet, preparation, clips left out.</summary>
    public ImmutableArray<DatasetManifest> Manifests { get; init; } = [];

    /// <summary>The data sets.</summary>
    public required ImmutableArray<DatasetFacts> Datasets { get; init; }

    /// <summary>Every experiment of the tables and their controls, and how many folds it has in all.</summary>
    public required ImmutableArray<(Method Method, RunInfo Info, int Subjects)> Runs { get; init; }

    /// <summary>The rows of the tables.</summary>
    public required ImmutableArray<ResultRow> Rows { get; init; }

    /// <summary>The machine the statement was written on: processor, cores, operating system, runtime.</summary>
    public required string Machine { get; init; }

    /// <summary>The options of the mer reproduce that computes it.</summary>
    public string Options { get; init; } = "";

    /// <summary>Whether each fold leaves out a whole data set.</summary>
    internal bool LeavesOutSets => Datasets is [{ Dataset: DatasetId.CrossDataset }];

    /// <summary>Gathers the metadata of a workbench.</summary>
    public static StudyFacts Of(Workbench bench)
    {
        var ids = bench.Datasets;
        var datasets = ids.Select(id => DatasetFacts.Of(bench.Dataset(id))).ToImmutableArray();
        var size = NetworkSize.Of(bench.Experiment(Tables.Full, ids[0]), bench.Store.Derived);
        var catalogue = new RunCatalogue(bench.Store);
        var rows = Scoring.Rows(bench);
        return new StudyFacts
        {
            Profile = bench.Profile,
            Seeds = bench.Seeds,
            Parameters = size.Parameters,
            Macs = size.Macs,
            HeldOutSubjects = bench.HeldOutSubjects,
            Manifests = [.. ids.Select(id => bench.Dataset(id).Manifest).OfType<DatasetManifest>()],
            Datasets = datasets,
            Runs = [.. from work in Tables.Work(Tables.All, ids)
                       where bench.Lacks(work.Method, work.Dataset) is null
                       from seed in bench.Seeds
                       select (work.Method, catalogue.Of(bench.Experiment(work.Method, work.Dataset, seed)),
                           bench.Dataset(work.Dataset).Subjects.Length)],
            Rows = rows,
            Options = RunOptions.Of(bench, rows, bench.DataFolder is null && datasets.All(d => d.Synthetic) ? null
                : "FOLDER", bench.Backbone is { } file ? Path.GetFileName(file) : null),
            Machine = $"{Provenance.Machine}; {RuntimeInformation.FrameworkDescription}",
        };
    }
}

/// <summary>A model card (after Mitchell et al., 2019) of the full network, from a run store.</summary>
public static class ModelCard
{
    /// <summary>The card as Markdown.</summary>
    public static string ToMarkdown(StudyFacts study)
    {
        var text = new StringBuilder("# Model card: full network\n\n");
        foreach (var notice in study.Datasets.Select(d => DataNotice.For(d.Synthetic, study.Profile.Name)).Distinct())
            text.Append($"> **{notice}**\n\n");
        text.Append(CultureInfo.InvariantCulture, $"""
            ## What it is

            A two-stream network for micro-expression recognition: continuous vertical attention on the difference of apex and onset, a Swin transformer on both
            frames, and the coders' 21 action units. {study.Parameters:N0} parameters at the {study.Profile.Name} profile ({study.Profile.Model.InputSize}-pixel frames, width 1/{study.Profile.Model.WidthDivisor} of the paper's).

            ## What it is for

            Research on the method: comparing networks and protocols on published micro-expression data sets.
            Not for judging people. {Tested(study)}; it was never tested on anything else, and what a
            face shows is no proof of what a person feels or intends. Use on employees, pupils, applicants, travellers or suspects is out of scope, and in parts of the world unlawful.

            ## What it was trained and tested on


            """);
        foreach (var d in study.Datasets)
            text.Append(
                $"- {d.Title ?? d.Dataset.Title()} ({DataNotice.Brief(d.Synthetic, study.Profile.Name)}): {d.Clips.Length} clips of {d.ClipsByPerson.Length} subjects; " +
                    $"{string.Join(", ", d.Classes.Select((name, label) => $"{name} {d.Clips.Count(c => c.Label == label)}"))}.\n");
        text.Append(study.LeavesOutSets
            ? "\nTested leave one data set out: each set is classified by a network that never saw any of it.\n"
            : "\nTested leave one subject out: each subject is classified by a network that never saw that subject.\n");
        text.Append("\n## How well it does\n\n");
        text.Append($"Computed by mer reproduce {study.Options}; this card was written by MerKernel " +
            $"{Provenance.Library} on: {study.Machine}.\n\n");
        text.Append(Scores(study).ToMarkdown());
        text.Append("## What to know before using it\n\n");
        if (study.Datasets.Any(d => d.HasActionUnits))
            text.Append("""
            - The action units are the human coders' annotation of the very clip that is classified. The lookup row above uses them and no image; a network that is given the units shows that the images add something only where it is above that row.

            """);
        text.Append("""
            - An epoch chosen on the test subject is an upper bound and no estimate of what the network does on a new person.
            - The classes are imbalanced, so accuracy favours the common ones; UF1 and UAR do not.
            - Both published data sets hold few subjects, recorded in one laboratory each. Differences between groups of people cannot be measured with them.
            - The dlib landmark model that aligns real faces was trained on data that exclude commercial use.

            """);
        return text.ToString();
    }

    static string Tested(StudyFacts study) => study.Datasets.All(d => d.Synthetic)
        ? "It classifies drawn faces, whose onset and apex are known"
        : "It classifies clips recorded in a laboratory whose onset and apex a coder has marked";

    static TextTable Scores(StudyFacts study)
    {
        Method?[] shown = [Tables.Full, .. Tables.Controls];
        // Table 2 and its rules: every table shows the same figures for these rows.
        var lines = study.Rows.Where(r =>
            r.Table.Number == 2 && (r.Method is not null ? shown.Contains(r.Method) : r.Kind == RowKind.Baseline))
            .GroupBy(r => (r.Dataset, r.Label, r.Kind, r.Protocol));
        return new("", ["data set", "row", "protocol", ">accuracy", ">UF1", ">UAR"], [.. from line in lines
            let head = line.First()
            // Rules know no seed.
            let measured = line.Where(r => r.Score is not null).DistinctBy(r => r.Protocol is null ? 0 : r.Seed)
                .Select(r => r.Score!).ToList()
            let scores = measured.Count > 0 ? ResultTable.Scores(measured) : ["not run", "", ""]
            select (ImmutableArray<TextTable.Cell>)[head.Title, head.Method?.Name ?? head.Label,
                head.ProtocolLabel, .. scores]])
        {
            Notes = [$"In brackets: 95 % interval by bootstrap over subjects.{(study.Seeds.Length > 1
                ? $" ±: mean and standard deviation between the seeds {string.Join(", ", study.Seeds)}; in brackets " +
                    "then from the lowest to the highest end of the seeds' intervals." : "")}"],
        };
    }
}

/// <summary>A reproduction statement after the machine-learning reproducibility checklist, from a run store.</summary>
public static class ReproductionStatement
{
    /// <summary>The statement as Markdown.</summary>
    public static string ToMarkdown(StudyFacts study)
    {
        var text = new StringBuilder("# Reproduction statement\n\n");
        foreach (var notice in study.Datasets.Select(d => DataNotice.For(d.Synthetic, study.Profile.Name)).Distinct())
            text.Append($"> **{notice}**\n\n");
        var (t, m) = (study.Profile.Training, study.Profile.Model);
        text.Append("## Claims\n\nTables 1 to 7 of the paper: the full network's accuracy and F1 on CASME II and " +
            $"SAMM, and the contribution of each of its parts. {OtherSystems(study)}\n\n## Data\n\n");
        foreach (var d in study.Datasets)
        {
            text.Append(
                $"- {d.Title ?? d.Dataset.Title()}: {Origin(d)}; " +
                    $"{d.Clips.Length} clips, {d.ClipsByPerson.Length} subjects, {d.Classes.Length} classes ({string.Join(", ", d.Classes.Select((name, label) => $"{name} {d.Clips.Count(c => c.Label == label)}"))}); scored: {d.ScoredClips}.\n");
            if (study.Manifests.FirstOrDefault(m => m.Dataset == d.Dataset) is { } manifest)
                text.Append(Preparation(manifest));
        }
        text.Append(CultureInfo.InvariantCulture, $"""

            Splits: leave one {(study.LeavesOutSets ? "data set" : "subject")} out{HeldOut(study)}. Every fold is checked for leaks before and after training: clips or subjects on both sides, identical frames under different subjects,
            class weights from test clips, augmented test clips.

            ## Network and training

            {study.Parameters:N0} parameters in the full network and {Figures.Macs(study.Macs)} per clip; {m.InputSize}-pixel frames, width 1/{m.WidthDivisor} of the paper's. Layer by layer: mer model summary; in words: src/MerKernel/Models/README.md.
            AdamW, learning rate {t.LearningRate}, weight decay {t.WeightDecay}, factor {t.LearningRateDecay} after each of the first {t.DecayEpochs} epochs; {t.Epochs} epochs; batch {t.BatchSize}, an update every {(t.AccumulationSteps == 1 ? "batch" : $"{t.AccumulationSteps} batches")}. Cross entropy without class weights.
            Augmentation of training pairs: flip with probability {t.Augmentation.FlipProbability}, rotation within ±{t.Augmentation.MaxRotationDegrees} degrees, crop with padding {t.Augmentation.CropPadding} (at 224 pixels){(t.FrameJitter ? ", frames near onset and apex" : "")}.
            {Choice(study)} {Start(study)} {SeedsOf(study)}

            ## Computation


            """);
        text.Append($"Written by MerKernel {Provenance.Library} on: {study.Machine}.\n\n");
        text.Append(TextTable.Of("",
            ["data set", "network", ">seed", "experiment", ">folds", ">computing time", "device"],
            study.Runs.Where(r => r.Info.Folds > 0).Select(r => (string[])
                [r.Info.Experiment.Dataset.Title(), r.Method.Name, $"{r.Info.Experiment.Seed}", r.Info.Hash,
                    $"{r.Info.Folds} of {r.Subjects}", Time(r.Info.Seconds),
                    string.Join(", ", r.Info.Devices)])).ToMarkdown());
        var done = study.Runs.Sum(r => r.Info.Folds);
        text.Append(
            $"Computing time in all: {Time(study.Runs.Sum(r => r.Info.Seconds))} for {done} folds, summed over folds that ran side by side{(done == 0 ? "" : $"; {Time(study.Runs.Sum(r => r.Info.Seconds) / done)} per fold on average")}. Each fold was trained once with each seed.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"""
            ## Code

            mer reproduce {study.Options} computes everything above and mer cards writes this statement. Dependencies with versions and licences: environment.md. The tests: mer test; the comparison with PyTorch: mer parity.

            ## Results

            The tables are in tables.md: {(study.Rows.All(r => r.IsComparable) ? "the paper's figures next to those measured" : "the paper's figures apart from those measured, which are of other data, classes or networks")}, each of the latter with a 95 % interval by bootstrap over subjects ({Resamples:N0} resamples), and which differences the data support (permutation test by subject, Holm's correction).


            """);
        foreach (var (name, meaning) in MetricGuide.Scores.Take(3)) text.Append($"- {name}: {meaning}.\n");
        text.Append("\n## Not reproduced, and why\n\n");
        foreach (var gap in Gaps(study)) text.Append($"- {gap}\n");
        return text.ToString();
    }

    static string Origin(DatasetFacts data) => data.Synthetic
        ? "synthetic data, rendered by this project, no person's face"
        : data.Dataset == DatasetId.Own ? "recordings that are not published here"
        : "the published recordings, by licence from their authors";

    const int Resamples = 10_000;

    /// <summary>Sheet, preparation and clips left out of a data set.</summary>
    static string Preparation(DatasetManifest manifest)
    {
        var repaired = manifest.Clips.Count(c => c.Notes.Length > 0);
        var dropped = manifest.Dropped.GroupBy(d => d.Reason).OrderByDescending(g => g.Count())
            .Select(g => $"{g.Count()} ({g.Key})").ToList();
        // Its text is part of the fingerprint and stays; a list of no errata or no clips says nothing here.
        var chosen = manifest.Preparation.Split("; ").Where(p => p.Trim() is not ("errata" or "left out"));
        return $"  - Sheet {manifest.Sheet} (SHA-256 {Short(manifest.SheetSha256)}), frames in {manifest.Frames}, " +
            $"fingerprint {Short(manifest.Fingerprint)}; preparation: {string.Join("; ", chosen)}.\n" +
            $"  - Clips of the sheet left out: {(dropped.Count == 0 ? "none" : string.Join(", ", dropped))}; clips " +
            $"with a remark or a repair: {repaired}. Clip by clip: data.json next to each run.\n";
    }

    static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;

    static string HeldOut(StudyFacts study) => study.HeldOutSubjects == 0
        ? ""
        : $"; of the others {study.HeldOutSubjects} are validation subjects, to choose an epoch on";

    static string Start(StudyFacts study)
    {
        var loaded = study.Runs.Where(r => r.Info.Experiment is { StartsFrom: not null }
            or { Model: PretrainableOptions { Pretrained: not null } }).Select(r => r.Method.Name).Distinct().ToList();
        return loaded.Count == 0 ? "All weights start at random."
            : $"Weights read from files start {string.Join(", ", loaded)}; all others start at random.";
    }

    static string SeedsOf(StudyFacts study) => study.Seeds.Length == 1
        ? $"Seed {study.Seeds[0]} throughout; every draw comes from it."
        : $"Every experiment once with each of the seeds {string.Join(", ", study.Seeds)}; every draw of a run comes " +
          "from its seed.";

    static string OtherSystems(StudyFacts study) =>
        study.Runs.Any(r => r.Info.Folds > 0 && Tables.Numbered(1).Rows.Any(row => row.Method == r.Method
            && r.Method != Tables.Full))
            ? "Of Table 1's other methods, those whose networks are known are run as well, with the assumptions " +
              "about each under the table."
            : "Table 1's other methods were not run.";

    static string Choice(StudyFacts study) => study.Profile.Name == Profile.Paper.Name
        ? "The values are the paper's where it gives them, else the successor's published code's; none was tuned here."
        : $"The {study.Profile.Name} profile's size, learning rate and its decay, padding and number of epochs are " +
          "this project's choice, made to finish in minutes, by the accuracy over all folds of earlier versions of " +
          "the synthetic sets" + (study.Datasets.Any(d => d.Synthetic) ? ": scores on these are optimistic" : "") +
          ". The rest is the paper's or the successor's published code's.";

    static IEnumerable<string> Gaps(StudyFacts study)
    {
        foreach (var d in study.Datasets.Where(d => d.Synthetic))
            yield return $"{d.Title ?? d.Dataset.Title()}: the recordings need a licence and were not available, and " +
                "synthetic data take their place" + (DatasetNames.Paper.Contains(d.Dataset)
                    ? ", so the paper's claims on it are neither confirmed nor refuted." : ".");
        if (study.Profile.Name != Profile.Paper.Name)
            yield return $"The paper's size and training length: this is the {study.Profile.Name} profile.";
        foreach (var run in study.Runs.Where(r => r.Info.Folds < r.Subjects)
            .GroupBy(r => (r.Info.Experiment.Dataset, r.Info.Experiment.Seed, r.Info.Folds, r.Subjects)))
            yield return $"{run.Key.Dataset.Title()}, seed {run.Key.Seed}: {run.Key.Subjects - run.Key.Folds} of " +
                $"{run.Key.Subjects} folds were not run of {string.Join("; ", run.Select(r => r.Method.Name))}.";
        yield return "Quoted from the paper, because too little of them is published: " +
            $"{string.Join(", ", Tables.Numbered(1).Rows.Where(r => r.Method is null).Select(r => r.Label))} " +
            "(Table 1).";
        yield return "The paper does not say which epoch it scores. The published code of the successor scores each " +
            "subject at the epoch that is best on that subject; that rule is shown next to the last epoch and " +
            "labelled.";
        yield return "Which clips make the paper's 248 and 133: on CASME II the published log lacks 07/EP06_01; on " +
            "SAMM nothing says which three, and mer data prepare --clips paper assumes those of the subjects with " +
            "one clip.";
        yield return "Start from pre-trained weights: the paper does not mention any.";
        if (study.Seeds.Length == 1)
            yield return "The spread between seeds: each figure is of a single seed, and the interval over subjects " +
                "does not contain that spread; mer reproduce --seeds 1,2,3 measures it.";
    }

    static string Time(double seconds) => seconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s")
        : seconds < 7200 ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} h");
}

/// <summary>The options of a run on the command line.</summary>
static class RunOptions
{
    /// <summary>
    /// The options of the mer reproduce that computes the rows: with fewer it would train other networks.
    /// </summary>
    /// <param name="bench">The run.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="data">The folder of its data as it is to be written; null for synthetic data of its own.</param>
    /// <param name="backbone">The file of its outside weights as it is to be written.</param>
    public static string Of(Workbench bench, IEnumerable<ResultRow> rows, string? data, string? backbone)
    {
        // Of a table that was not asked for, those rows are there that another table shares.
        var tables = rows.GroupBy(r => r.Table.Number)
            .Where(t => t.All(r => r.Method is null or ReadMethod || r.Score is not null)).Select(t => t.Key).Order()
            .ToList();
        return string.Join(' ', new[]
        {
            $"--profile {bench.Profile.Name}",
            tables.Count > 0 && tables.Count < Tables.All.Length ? $"--tables {string.Join(',', tables)}" : null,
            $"--seeds {string.Join(',', bench.Seeds)} --precision {bench.Precision.Name()}",
            bench.HeldOutSubjects > 0 ? $"--held-out {bench.HeldOutSubjects}" : null,
            bench.Only is [var one] ? $"--dataset {one.Key()}" : null,
            bench.Parts is { } parts ? $"--sets {string.Join(',', parts.Select(p => p.Key()))}" : null,
            backbone is null ? null : $"--init-backbone {Shell.Word(backbone)}",
            bench.WeightsFolder is null ? null : "--weights FOLDER_OF_WEIGHTS",
            data is null ? null : $"--data {Shell.Word(data)}",
        }.OfType<string>());
    }
}
