using System.Globalization;
using System.Text;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>A reproduction statement after the machine-learning reproducibility checklist, from a run store.</summary>
public static class ReproductionStatement
{
    /// <summary>The statement as Markdown.</summary>
    public static string ToMarkdown(StudyFacts study)
    {
        var text = new StringBuilder("# Reproduction statement\n\n");
        foreach (var notice in study.Datasets.Select(d => DataNotice.For(d.Synthetic, study.Profile.Name)).Distinct()) text.Append($"> **{notice}**\n\n");
        var (t, m) = (study.Profile.Training, study.Profile.Model);
        text.Append("## Claims\n\nTables 1 to 7 of the paper: the full network's accuracy and F1 on CASME II and SAMM, and the contribution of each of its parts. Of Table 1's other methods, those whose networks are known are run as well, with what was assumed of each under the table.\n\n## Data\n\n");
        foreach (var d in study.Datasets)
        {
            var note = study.Rows.FirstOrDefault(r => r.Dataset == d.Dataset)?.Sample.Note(d.Dataset);
            text.Append($"- {d.Dataset.Title()}: {(d.Synthetic ? "synthetic look-alike, rendered by this project, no person's face" : "the published recordings, by licence from their authors")}; " +
                $"{d.Clips.Length} clips, {d.Clips.Select(c => c.Subject).Distinct().Count()} subjects, {d.Classes.Length} classes ({string.Join(", ", d.Classes.Select((name, label) => $"{name} {d.Clips.Count(c => c.Label == label)}"))}); scored: {note}.\n");
            if (study.Manifests.FirstOrDefault(m => m.Dataset == d.Dataset) is { } manifest) text.Append(Preparation(manifest));
        }
        text.Append(CultureInfo.InvariantCulture, $"""

            Splits: leave one subject out{HeldOut(study)}. Every fold is checked for leaks before and after training: clips or subjects on both sides, identical frames under different subjects,
            statistics or weights from test clips, augmented test clips.

            ## Network and training

            {study.Parameters:N0} parameters in the full network and {study.Macs / 1e9:0.00} GMAC for a clip; {m.InputSize}-pixel frames, width 1/{m.WidthDivisor} of the paper's. Layer by layer: mer model summary; in words: src/MerKernel/Models/README.md.
            AdamW, learning rate {t.LearningRate}, weight decay {t.WeightDecay}, factor {t.LearningRateDecay} after each of the first {t.DecayEpochs} epochs; {t.Epochs} epochs; batch {t.BatchSize}, an update every {t.AccumulationSteps} batch(es). Cross entropy without class weights.
            Augmentation of training pairs: flip with probability {t.Augmentation.FlipProbability}, rotation within ±{t.Augmentation.MaxRotationDegrees} degrees, crop with padding {t.Augmentation.CropPadding} (at 224 pixels){(t.FrameJitter ? ", frames near onset and apex" : "")}.
            No search over hyper-parameters is part of this study. All weights start at random.
            {Choice(study)} {SeedsOf(study)}

            ## Computation


            """);
        text.Append($"Written on: {study.Machine}.\n\n");
        text.Append(TextTable.Of("", ["data set", "network", ">seed", "experiment", ">folds", ">computing time", "device"], study.Runs.Select(r => (string[])
            [r.Info.Experiment.Dataset.Title(), r.Method.Name, $"{r.Info.Experiment.Seed}", r.Info.Hash, $"{r.Info.Folds} of {r.Subjects}", Time(r.Info.Seconds), string.Join(", ", r.Info.Devices)])).ToMarkdown());
        var done = study.Runs.Sum(r => r.Info.Folds);
        text.Append($"Computing time in all: {Time(study.Runs.Sum(r => r.Info.Seconds))} for {done} folds, summed over folds that ran side by side{(done == 0 ? "" : $"; {Time(study.Runs.Sum(r => r.Info.Seconds) / done)} a fold on average")}. Each fold was trained once with each seed.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"""
            ## Code

            mer reproduce --profile {study.Profile.Name} --seeds {string.Join(',', study.Seeds)}{(study.HeldOutSubjects > 0 ? $" --held-out {study.HeldOutSubjects}" : "")} computes everything above and mer cards writes this statement. Dependencies with versions and licences: environment.md. The tests: mer test; the comparison with PyTorch: mer parity.

            ## Results

            The tables stand in tables.md: paper beside measured, each figure with a 95 % interval by bootstrap over subjects ({Resamples:N0} resamples), and which differences the data support (permutation test by subject, Holm's correction).


            """);
        foreach (var (name, meaning) in MetricGuide.Scores.Take(3)) text.Append($"- {name}: {meaning}.\n");
        text.Append("\n## What was not reproduced, and why\n\n");
        foreach (var gap in Gaps(study)) text.Append($"- {gap}\n");
        return text.ToString();
    }

    const int Resamples = 10_000;

    /// <summary>Sheet, preparation and clips left out of a data set.</summary>
    static string Preparation(DatasetManifest manifest)
    {
        var repaired = manifest.Clips.Count(c => c.Notes.Length > 0);
        var dropped = manifest.Dropped.GroupBy(d => d.Reason).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} ({g.Key})").ToList();
        return $"  - Sheet {manifest.Sheet} (SHA-256 {Short(manifest.SheetSha256)}), frames in {manifest.Frames}, fingerprint {Short(manifest.Fingerprint)}; preparation: {manifest.Preparation}.\n" +
            $"  - Clips of the sheet left out: {(dropped.Count == 0 ? "none" : string.Join(", ", dropped))}; clips with a remark or a repair: {repaired}. Clip by clip: data.json beside each run.\n";
    }

    static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;

    static string HeldOut(StudyFacts study) => study.HeldOutSubjects == 0 ? "" : $"; of the others {study.HeldOutSubjects} are held out of training, to choose an epoch on";

    static string SeedsOf(StudyFacts study) => study.Seeds.Length == 1
        ? $"Seed {study.Seeds[0]} throughout; every draw comes from it."
        : $"Every experiment once with each of the seeds {string.Join(", ", study.Seeds)}; every draw of a run comes from its seed.";

    static string Choice(StudyFacts study) => study.Profile.Name == Profile.Paper.Name
        ? "The values are the paper's where it gives them, else the published code's; none was tuned here."
        : $"The {study.Profile.Name} profile's size, learning rate and length are this project's choice, made to finish in minutes and not independently of the look-alikes; the rest is the paper's or the published code's.";

    static IEnumerable<string> Gaps(StudyFacts study)
    {
        foreach (var d in study.Datasets.Where(d => d.Synthetic))
            yield return $"{d.Dataset.Title()}'s recordings need a licence and were not available: a synthetic look-alike stands in, so the paper's claims on it are neither confirmed nor refuted.";
        if (study.Profile.Name != Profile.Paper.Name)
            yield return $"The paper's size and training length: this is the {study.Profile.Name} profile.";
        foreach (var (method, info, subjects) in study.Runs.Where(r => r.Info.Folds < r.Subjects))
            yield return $"{method.Name} on {info.Experiment.Dataset.Title()}, seed {info.Experiment.Seed}: {subjects - info.Folds} of {subjects} folds were not run.";
        yield return $"Quoted from the paper, because too little of them is published: {string.Join(", ", Tables.Numbered(1).Rows.Where(r => r.Method is null).Select(r => r.Label))} (Table 1).";
        yield return "The paper does not say which epoch it scores. The published code of the successor scores each subject at the epoch that is best on that subject; that rule is shown beside the last epoch and labelled.";
        yield return "Which clips make the paper's 248 and 133: see mer tables --clips paper for what is known.";
        yield return "Start from pre-trained weights: the paper does not mention any.";
        if (study.Seeds.Length == 1)
            yield return "The spread between seeds: a single seed stands behind each figure, and the interval over subjects does not contain that spread; mer reproduce --seeds 1,2,3 measures it.";
    }

    static string Time(double seconds) => seconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s")
        : seconds < 7200 ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min") : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} h");
}
