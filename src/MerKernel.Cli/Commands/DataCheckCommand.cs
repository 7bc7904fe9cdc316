using System.Collections.Immutable;
using System.CommandLine;
using MerKernel.Data;
using Spectre.Console;

namespace MerKernel.Cli.Commands;

/// <summary>mer data check: sheet and disk compared, counts next to the published ones.</summary>
static class DataCheckCommand
{
    public static Command Create()
    {
        var options = new DataOptions();
        var command = new Command("check", "Compare coding sheet and frames, and the counts with the published ones.  Example: mer data check --data FOLDER");
        options.AddChoicesTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var complete = true;
            foreach (var id in options.Datasets(parsed))
            {
                var choices = options.Choices(parsed, id);
                var report = ProgressLine.Around("checking", progress => DatasetCheck.Run(choices.Source(options.Root(parsed), id), choices.Preparation(DatasetDescription.In(options.Root(parsed), id), options.Preparation(parsed)), progress, cancellation));
                Write(report);
                complete &= report.Complete;
            }
            return complete ? 0 : 1;
        }, cancellation));
        return command;
    }

    static void Write(CheckReport report)
    {
        var layout = report.Layout;
        Console.WriteLine($"{layout.Description.Title}{(layout.Synthetic ? ", synthetic" : "")}: {Path.GetFileName(report.Sheet.Path)} (edition {report.Sheet.Edition}, SHA-256 {report.Sheet.Sha256[..12]}), frames in {layout.Frames}");
        foreach (var finding in report.Findings.OrderByDescending(f => f.Severity))
            Console.WriteLine($"  {finding.Severity.ToString().ToLowerInvariant(),-8} {finding.Clip}: {finding.Text}");
        var classes = layout.Description.Classes;
        var usable = $"usable {(classes.Name == "five" ? "five-class clips" : $"clips of {classes.Classes.Length} classes")}: {report.Subjects.Values.Sum()} of {report.Subjects.Count} subjects";
        Console.WriteLine(report.Published is not { } published ? $"{usable}; no counts are published"
            : $"{usable}; published: {published.Total}{(published.People > 0 ? $" of {published.People}" : "")} ({published.Source})");
        Compare("class", report.Classes.AddRange(classes.Classes.Where(c => !report.Classes.ContainsKey(c)).Select(c => KeyValuePair.Create(c, 0))), report.Published?.Classes ?? ImmutableSortedDictionary<string, int>.Empty);
        Compare("subject", report.Subjects, report.Published?.Subjects ?? ImmutableSortedDictionary<string, int>.Empty);
    }

    static void Compare(string what, ImmutableSortedDictionary<string, int> here, ImmutableSortedDictionary<string, int> published)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns(what, "here", "published");
        foreach (var name in here.Keys.Union(published.Keys).Order(StringComparer.Ordinal))
        {
            var expected = published.IsEmpty ? "not published" : $"{published.GetValueOrDefault(name)}";
            table.AddRow(name, $"{here.GetValueOrDefault(name)}", expected);
        }
        AnsiConsole.Write(table);
    }
}
