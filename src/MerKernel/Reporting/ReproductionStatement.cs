using System.Globalization;
using System.Text;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Reporting;

/// <summary>A reproduction statement after the machine-learning reproducibility checklist, from a run store.</summary>
public static class ReproductionStatement
{
    /// <summary>The statement as Markdown.</summary>
    public static string ToMarkdown(StudyFacts study)
    {
        var text = new StringBuilder("# Reproduction statement\n\n");
        foreach (var notice in study.Datasets.Select(d => DataNotice.For(d.Synthetic, study.Profile.Name)).Distinct()) text.Append($"> **{notice}**\n\n");
        var (t, m) = (study.Profile.Training, study.Profile.Model);
        text.Append("## Claims\n\nTables 1 to 7 of the paper: the full network's accuracy and F1 on CASME II and SAMM, and the contribution of each of its parts. Of Table 1, the other methods' numbers are quoted and not run.\n\n## Data\n\n");
        foreach (var d in study.Datasets)
        {
            var note = study.Rows.FirstOrDefault(r => r.Dataset == d.Dataset)?.Sample.Note(d.Dataset);
            text.Append($"- {d.Dataset.Title()}: {(d.Synthetic ? "synthetic look-alike, rendered by this project, no person's face" : "the published recordings, by licence from their authors")}; " +
                $"{d.Clips.Length} clips, {d.Clips.Select(c => c.Subject).Distinct().Count()} subjects, {d.Classes.Length} classes; scored: {note}.\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"""

            Splits: leave one subject out. Every fold is checked for leaks before and after training: clips or subjects on both sides, identical frames under different subjects,
            statistics or weights from test clips, augmented test clips.

            ## Network and training

            {study.Parameters:N0} parameters in the full network; {m.InputSize}-pixel frames, width 1/{m.WidthDivisor} of the paper's.
            AdamW, learning rate {t.LearningRate}, weight decay {t.WeightDecay}, factor {t.LearningRateDecay} after each of the first {t.DecayEpochs} epochs; {t.Epochs} epochs; batch {t.BatchSize}, an update every {t.AccumulationSteps} batch(es).
            {Choice(study)} {SeedsOf(study)}

            ## Computation


            """);
        text.Append($"Written on: {study.Machine}.\n\n| data set | network | seed | experiment | folds | computing time | device |\n|---|---|---:|---|---:|---:|---|\n");
        foreach (var run in study.Runs)
            text.Append($"| {run.Dataset.Title()} | {run.Variant.Name} | {run.Seed} | {run.Hash} | {run.Done} of {run.Folds} | {Time(run.Seconds)} | {string.Join(", ", run.Devices)} |\n");
        text.Append($"\nComputing time in all: {Time(study.Runs.Sum(r => r.Seconds))}, summed over folds that ran side by side.\n\n");
        text.Append("## Results\n\nThe tables stand in tables.md: paper beside measured, each figure with a 95 % interval by bootstrap over subjects, and which differences the data support. Scores: accuracy, macro F1 and mean recall of the confusion matrix pooled over folds.\n\n## What was not reproduced, and why\n\n");
        foreach (var gap in Gaps(study)) text.Append($"- {gap}\n");
        return text.ToString();
    }

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
        foreach (var run in study.Runs.Where(r => r.Done < r.Folds))
            yield return $"{run.Variant.Name} on {run.Dataset.Title()}, seed {run.Seed}: {run.Folds - run.Done} of {run.Folds} folds were not run.";
        yield return "The other methods of Table 1: quoted from the paper.";
        yield return "The paper does not say which epoch it scores. The published code of the successor scores each subject at the epoch that is best on that subject; that rule is shown beside the last epoch and labelled.";
        yield return "Which clips make the paper's 248 and 133: see mer tables --clips paper for what is known.";
        yield return "Start from pre-trained weights: the paper does not mention any; all weights start at random.";
        if (study.Seeds.Length == 1)
            yield return "The spread between seeds: a single seed stands behind each figure, and the interval over subjects does not contain that spread; mer reproduce --seeds 1,2,3 measures it.";
    }

    static string Time(double seconds) => seconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s")
        : seconds < 7200 ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min") : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} h");
}
