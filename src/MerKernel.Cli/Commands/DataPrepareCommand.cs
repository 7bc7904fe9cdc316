using System.CommandLine;
using System.Diagnostics;
using MerKernel.Data;

namespace MerKernel.Cli.Commands;

/// <summary>mer data prepare: frames aligned and cached, so that a run reads tensors only.</summary>
static class DataPrepareCommand
{
    public static Command Create()
    {
        var options = new DataOptions();
        var command = new Command("prepare", "Align all clips into the cache and keep the choices for every other command; an interrupted call is resumed.  Example: mer data prepare --data FOLDER --unusable drop");
        options.AddChoicesTo(command);
        options.AddPreparationTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var root = options.Root(parsed);
            foreach (var id in options.Datasets(parsed))
            {
                var clock = Stopwatch.StartNew();
                var choices = options.Choices(parsed, id);
                var preparation = choices.Preparation(DatasetDescription.In(options.Root(parsed), id), options.Preparation(parsed));
                using var data = ProgressLine.Around("preparing", progress => DatasetLoader.Load(choices.Source(root, id), preparation, progress, cancellation));
                Write(data, clock.Elapsed, preparation);
                // Only choices that led to a data set are kept: one that failed would stop every other command too.
                if (options.Given(parsed).ToString().Length > 0) Keep(choices, root, id);
            }
        }, cancellation));
        return command;
    }

    static void Keep(DataChoices choices, string root, DatasetId id)
    {
        try
        {
            choices.Keep(root, id);
            Console.WriteLine($"every command and notebook on this folder follows from now on ({DataChoices.PathIn(root)}): {(DataChoices.Kept(root, id).ToString() is { Length: > 0 } kept ? kept : "the defaults")}");
        }
        catch (UserErrorException e)
        {
            Remark.Say($"{e.Message} The choices hold for this call only.");
        }
    }

    static void Write(MerDataset data, TimeSpan elapsed, PreparationOptions options)
    {
        var manifest = data.Manifest!;
        foreach (var clip in manifest.Clips.Where(c => c.Notes.Length > 0)) Console.WriteLine($"  {clip.Clip}: {string.Join("; ", clip.Notes)}");
        foreach (var clip in manifest.Dropped) Console.WriteLine($"  left out: {clip.Clip}: {clip.Reason}");
        Console.WriteLine($"{data.Title}{(data.Synthetic ? " (synthetic)" : "")}: {data.Clips.Length} clips of {data.Subjects.Length} subjects, {data.Frames.size(0)} frames of {data.Size} px, {elapsed.TotalSeconds:0.0} s");
        Console.WriteLine($"classes: {string.Join(", ", data.Classes.Select((name, label) => $"{name} {data.Labels.Count(l => l == label)}"))}");
        Console.WriteLine($"manifest: {Path.Combine(options.CacheFolder, "sets", data.Fingerprint + ".json")}");
    }
}
