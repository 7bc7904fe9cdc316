using System.CommandLine;
using MerKernel.Data;
using Spectre.Console;

namespace MerKernel.Cli.Commands;

/// <summary>mer data annotations FILE: a coding sheet's content, one line per clip.</summary>
static class DataAnnotationsCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "coding sheet (.xlsx, .xls or .csv)" };
        var json = new Option<bool>("--json") { Description = "one JSON object per clip and line" };
        var errata = DataOptions.WithoutErratum();
        var dataset = new Option<string?>("--dataset") { Description = $"what it is a sheet of: one of {string.Join(", ", DatasetNames.WithFiles.Select(DatasetNames.Key))} (default: casme2 or samm); own reads {OwnDataset.FileName} next to it" };
        var command = new Command("annotations", "Print every clip of a coding sheet.  Example: mer data annotations SHEET.xlsx --json") { file, json, errata, dataset };
        command.SetAction(parsed =>
        {
            var asked = parsed.GetValue(dataset) is { } name ? DatasetDescription.In(Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(file)!))!, CommonOptions.ParseDataset(name)) : null;
            var sheet = CodingSheet.Read(parsed.GetValue(file)!, Errata.Except(parsed.GetValue(errata) ?? []), asked: asked);
            if (asked is not null) sheet.MustBe(asked.Id);
            if (parsed.GetValue(json))
                foreach (var clip in sheet.Clips) Console.WriteLine(ClipJson.Line(clip));
            else WriteTable(sheet);
            foreach (var row in sheet.Dropped) Console.Error.WriteLine($"mer: row {row.Row} ({row.Clip}) is left out: {row.Reason}");
            foreach (var remark in sheet.Remarks) Console.Error.WriteLine($"mer: {remark}");
            return 0;
        });
        return command;
    }

    static void WriteTable(CodingSheetContents sheet)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("clip", "onset", "apex", "offset", "action units", "emotion", "notes");
        foreach (var c in sheet.Clips)
            table.AddRow([.. new[] { c.Id, $"{c.Onset}", $"{c.Apex}", $"{c.Offset}", string.Join(' ', c.ActionUnits.Select(u => u.Number)), c.Emotion, string.Join("; ", c.Notes) }.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
        var classes = sheet.Description.Classes;
        var five = sheet.Clips.Where(c => classes.LabelOf(c.Emotion) is not null).ToArray();
        Console.WriteLine($"{sheet.Clips.Length} clips, {five.Length} of the {(classes.Classes.Length == 5 ? "five" : classes.Classes.Length)} classes over {five.Select(c => c.Subject).Distinct().Count()} subjects");
    }
}
