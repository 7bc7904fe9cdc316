using System.CommandLine;
using MerKernel.Data;
using MerKernel.Synthesis;

namespace MerKernel.Cli.Commands;

/// <summary>mer data synthesize: writes the synthetic look-alikes.</summary>
public static class SynthesizeCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var size = new Option<LookAlikeSize>("--size") { Description = "small (about 15 s) or full (the real sets' subject and clip counts)", DefaultValueFactory = _ => LookAlikeSize.Small };
        var dataset = new Option<string>("--dataset") { Description = "which look-alike to write", DefaultValueFactory = _ => "all" };
        dataset.AcceptOnlyFromAmong("casme2", "samm", "all");
        var seed = new Option<int>("--seed") { Description = "seed of every random draw", DefaultValueFactory = _ => LookAlikeOptions.Small.Seed };
        var raw = new Option<bool>("--raw") { Description = "also write CASME II's uncropped frames" };
        var workers = new Option<int>("--workers") { Description = "clips rendered side by side", DefaultValueFactory = _ => Environment.ProcessorCount };
        var output = new Option<DirectoryInfo>("--out") { Description = "folder that gets CASME2/ and SAMM/", Required = true };
        var command = new Command("synthesize", "Write synthetic look-alikes of CASME II and SAMM, e.g. mer data synthesize --size small --out data/synthetic")
        {
            size, dataset, seed, raw, workers, output,
        };
        command.SetAction((arguments, cancel) => Task.Run(() =>
        {
            var options = new LookAlikeOptions
            {
                Size = arguments.GetValue(size),
                Seed = arguments.GetValue(seed),
                RawFrames = arguments.GetValue(raw),
                Workers = Math.Max(1, arguments.GetValue(workers)),
            };
            foreach (var id in Chosen(arguments.GetRequiredValue(dataset)))
                Report(LookAlike.Write(id, options, arguments.GetRequiredValue(output).FullName, cancel: cancel));
        }, cancel));
        return command;
    }

    static IEnumerable<DatasetId> Chosen(string name) => name switch
    {
        "casme2" => [DatasetId.CasmeII],
        "samm" => [DatasetId.Samm],
        _ => [DatasetId.CasmeII, DatasetId.Samm],
    };

    static void Report(LookAlikeSummary summary) => Console.WriteLine(
        $"{summary.Folder}: synthetic look-alike of {summary.Dataset}, {summary.Subjects} subjects, {summary.Clips} clips, {summary.Frames} frames"
        + (summary.Rendered == 0 ? " (was there already)" : ""));
}
