// How fast raw clips become tensors, and how fast the cache is read. Goals: 40 clips a second on 2 cores once the
// landmark model is loaded; the cache in under a second.
//
//     dotnet run -c Release --project benchmarks/DataPreparation [FOLDER]
//
// FOLDER gets the full CASME II look-alike with raw 640 x 480 frames (minutes, 1.5 GB) unless it is there already.
using System.Diagnostics;
using MerKernel.Data;
using MerKernel.Synthetic;

const int Workers = 2;
var root = Path.GetFullPath(args.Length > 0 ? args[0] : Path.Combine("data", "benchmark"));
Console.WriteLine($"look-alike in {root}");
LookAlike.Write(DatasetId.CasmeII, LookAlikeOptions.Full with { RawFrames = true }, root);

var cache = Directory.CreateTempSubdirectory("mer-benchmark-");
try
{
    var source = new DatasetSource(root, DatasetId.CasmeII) { Frames = FrameKind.Raw };
    var options = new PreparationOptions { CacheFolder = cache.FullName, Workers = Workers };
    // The model is loaded before the first clip is reported, so the rate from the first to the last report is that of
    // the clips alone.
    var reports = new Reports();
    using (var data = DatasetLoader.Load(source, options, (_, _) => reports.Add()))
        Console.WriteLine($"prepared: {data.Clips.Length} clips, {data.Frames.size(0)} frames of {data.Size} px, all " +
            $"faces found; first clip after {reports.First.TotalSeconds:0.0} s");
    var clips = reports.Count - 1;
    var processor = (reports.ProcessorLast - reports.ProcessorFirst) / clips;
    Console.WriteLine($"rate: {clips / (reports.Last - reports.First).TotalSeconds:0.0} clips a second with " +
        $"{Workers} workers; {processor.TotalMilliseconds:0} ms of processor time a clip, which is " +
        $"{Workers / processor.TotalSeconds:0} a second where {Workers} cores are free");
    for (var i = 0; i < 3; i++)
    {
        var clock = Stopwatch.StartNew();
        using var data = DatasetLoader.Load(source, options);
        Console.WriteLine($"from the cache: {clock.Elapsed.TotalSeconds:0.00} s ({data.Frames.numel() / 1e6:0} MB)");
    }
}
finally
{
    cache.Delete(recursive: true);
}

/// <summary>When the first and the last clip were finished, by the clock and by the processor.</summary>
sealed class Reports
{
    private readonly Stopwatch clock = Stopwatch.StartNew();

    public int Count { get; private set; }

    public TimeSpan First { get; private set; }

    public TimeSpan Last { get; private set; }

    public TimeSpan ProcessorFirst { get; private set; }

    public TimeSpan ProcessorLast { get; private set; }

    public void Add()
    {
        lock (clock)
        {
            (Last, ProcessorLast) = (clock.Elapsed, Process.GetCurrentProcess().TotalProcessorTime);
            if (Count++ == 0) (First, ProcessorFirst) = (Last, ProcessorLast);
        }
    }
}
