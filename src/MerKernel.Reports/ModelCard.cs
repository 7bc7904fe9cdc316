using System.Globalization;
using System.Text;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>A model card (after Mitchell et al., 2019) of the full network, from a run store.</summary>
public static class ModelCard
{
    /// <summary>The card as Markdown.</summary>
    public static string ToMarkdown(StudyFacts study)
    {
        var text = new StringBuilder("# Model card: full network\n\n");
        foreach (var notice in study.Datasets.Select(d => DataNotice.For(d.Synthetic, study.Profile.Name)).Distinct()) text.Append($"> **{notice}**\n\n");
        text.Append(CultureInfo.InvariantCulture, $"""
            ## What it is

            A two-stream network for micro-expression recognition: continuous vertical attention on the difference of apex and onset, a Swin transformer on both
            frames, and the coders' 21 action units. {study.Parameters:N0} parameters at the {study.Profile.Name} profile ({study.Profile.Model.InputSize}-pixel frames, width 1/{study.Profile.Model.WidthDivisor} of the paper's).

            ## What it is for

            Research on the method: comparing networks and protocols on published micro-expression data sets.
            Not for judging people. It classifies clips recorded in a laboratory whose onset and apex a coder has marked; it was never tested on anything else, and what a
            face shows is no proof of what a person feels or intends. Use on employees, pupils, applicants, travellers or suspects is out of scope, and in parts of the world unlawful.

            ## What it was trained and tested on


            """);
        foreach (var d in study.Datasets)
            text.Append($"- {d.Dataset.Title()} ({DataNotice.Brief(d.Synthetic, study.Profile.Name)}): {d.Clips.Length} clips of {d.Clips.Select(c => c.Subject).Distinct().Count()} subjects; " +
                $"{string.Join(", ", d.Classes.Select((name, label) => $"{name} {d.Clips.Count(c => c.Label == label)}"))}.\n");
        text.Append("\nTested leave one subject out: each subject is classified by a network that never saw that subject.\n\n## How well it does\n\n");
        text.Append(Scores(study).ToMarkdown());
        text.Append("""
            ## What to know before using it

            - The action units are the human coders' annotation of the very clip that is classified. The lookup row above uses them and no image; a network must beat it to have learned anything from the face.
            - An epoch chosen on the test subject is an upper bound and no estimate of what the network does on a new person.
            - The classes are imbalanced, so accuracy favours the common ones; UF1 and UAR do not.
            - Both published data sets hold few subjects, recorded in one laboratory each. Differences between groups of people cannot be measured with them.
            - The dlib landmark model that aligns real faces was trained on data that exclude commercial use.

            """);
        return text.ToString();
    }

    static TextTable Scores(StudyFacts study)
    {
        Method?[] shown = [Tables.Full, .. Tables.Controls];
        // Table 2 and its rules: every table shows the same figures for these rows.
        var lines = study.Rows.Where(r => r.Table.Number == 2 && (r.Method is not null ? shown.Contains(r.Method) : r.Kind == RowKind.Baseline)).GroupBy(r => (r.Dataset, r.Label, r.Kind, r.Protocol));
        return new("", ["data set", "row", "protocol", ">accuracy", ">UF1", ">UAR"], [.. from line in lines
            let head = line.First()
            let measured = line.Where(r => r.Score is not null).Select(r => r with { Paper = null }).ToList()
            let scores = measured.Count > 0 ? ResultTable.Scores(measured) : ["not run", "", ""]
            select (ImmutableArray<TextTable.Cell>)[head.Dataset.Title(), head.Method?.Name ?? head.Label, head.ProtocolLabel, .. scores]])
        {
            Notes = [$"In brackets: 95 % interval by bootstrap over subjects.{(study.Seeds.Length > 1 ? $" ±: mean and standard deviation between the seeds {string.Join(", ", study.Seeds)}." : "")}"],
        };
    }
}
