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
        var command = new Command("prepare", "align all clips and keep them in the cache; may be interrupted and goes on");
        options.AddSourceTo(command);
        options.AddPreparationTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            foreach (var source in options.Sources(parsed))
            {
                var clock = Stopwatch.StartNew();
                var preparation = options.Preparation(parsed, source.Id);
                using var data = ProgressLine.Around("preparing", progress => DatasetLoader.Load(source, preparation, progress, cancellation));
                Write(data, clock.Elapsed, preparation);
            }
        }, cancellation));
        return command;
    }

    static void Write(MerDataset data, TimeSpan elapsed, PreparationOptions options)
    {
        var manifest = data.Manifest!;
        foreach (var clip in manifest.Clips.Where(c => c.Notes.Length > 0)) Console.WriteLine($"  {clip.Clip}: {string.Join("; ", clip.Notes)}");
        foreach (var clip in manifest.Dropped) Console.WriteLine($"  left out: {clip.Clip}: {clip.Reason}");
        Console.WriteLine($"{data.Id.Title()}{(data.Synthetic ? " look-alike (synthetic)" : "")}: {data.Clips.Length} clips of {data.Subjects.Length} subjects, {data.Frames.size(0)} frames of {data.Size} px, {elapsed.TotalSeconds:0.0} s");
        Console.WriteLine($"classes: {string.Join(", ", data.Classes.Select((name, label) => $"{name} {data.Labels.Count(l => l == label)}"))}");
        Console.WriteLine($"manifest: {Path.Combine(options.CacheFolder, "sets", data.Fingerprint + ".json")}");
    }
}
