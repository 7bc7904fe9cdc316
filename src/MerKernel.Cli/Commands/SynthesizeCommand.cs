using System.CommandLine;
using System.Diagnostics;
using MerKernel.Data;
using MerKernel.Synthetic;

namespace MerKernel.Cli.Commands;

/// <summary>mer data synthesize: the synthetic data sets, written as the holder of a licence has the real files.</summary>
public static class SynthesizeCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var size = new Option<LookAlikeSize>("--size") { Description = "tiny, small, medium (the real sets' subject and clip counts with short clips) or full (with clips of their length)", DefaultValueFactory = _ => LookAlikeSize.Small };
        var dataset = new Option<string>("--dataset") { Description = "all (casme2 and samm), or one of casme2, samm, smic, mmew, casme3, casme3-c, dfme; the last five are never larger than small", DefaultValueFactory = _ => "all" };
        dataset.AcceptOnlyFromAmong("casme2", "samm", "smic", "mmew", "casme3", "casme3-c", "dfme", "all");
        var subjects = new Option<int?>("--subjects") { Description = "only the first so many subjects of each set, for example 4 of the full ones for a rehearsal (default: all)" };
        var seed = new Option<int>("--seed") { Description = "seed of every random draw", DefaultValueFactory = _ => LookAlikeOptions.Small.Seed };
        var raw = new Option<bool>("--raw") { Description = "also write CASME II's uncropped frames" };
        var workers = new Option<int>("--workers") { Description = "clips rendered side by side", DefaultValueFactory = _ => Environment.ProcessorCount };
        var output = new Option<DirectoryInfo>("--out") { Description = "folder that gets CASME2/ and SAMM/", Required = true };
        var command = new Command("synthesize", "Write synthetic data sets in the form of CASME II and SAMM; an interrupted call is resumed.  Example: mer data synthesize --out data/synthetic")
        {
            size, subjects, dataset, seed, raw, workers, output,
        };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(subjects) is < 1 and var few) throw new UserErrorException($"--subjects {few} makes no data; give 1 or more.");
            var options = new LookAlikeOptions
            {
                Size = parsed.GetValue(size),
                Seed = parsed.GetValue(seed),
                Subjects = parsed.GetValue(subjects),
                RawFrames = parsed.GetValue(raw),
                Workers = Math.Max(1, parsed.GetValue(workers)),
            };
            foreach (var id in Chosen(parsed.GetValue(dataset)!))
            {
                var clock = Stopwatch.StartNew();
                var summary = ProgressLine.Around("rendering", bar =>
                    LookAlike.Write(id, options, parsed.GetValue(output)!.FullName, bar is null ? null : new Relay(bar), cancellation));
                Console.WriteLine(Describe(summary, clock.Elapsed));
            }
            return Task.FromResult(0);
        });
        return command;
    }

    static DatasetId[] Chosen(string name) => name == "all" ? [.. DatasetNames.Paper] : [DatasetNames.Named(name)];

    static string Describe(LookAlikeSummary s, TimeSpan elapsed) =>
        $"{s.Folder}: synthetic data set in the form of {s.Dataset.Title()}, {s.Clips} clips of {s.Subjects} subjects, {s.Frames} frames, "
        + (s.Rendered == 0 ? "there already" : $"{elapsed.TotalSeconds:0} s");

    sealed class Relay(IProgress<PreparationProgress> bar) : IProgress<LookAlikeProgress>
    {
        public void Report(LookAlikeProgress value) => bar.Report(new(value.Done, value.Total, value.Clip));
    }
}
