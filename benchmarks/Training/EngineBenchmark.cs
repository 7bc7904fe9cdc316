using System.Diagnostics;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Training;

/// <summary>
/// Whole folds of the small profile's full network: side by side, and what of a fold is not arithmetic.
/// </summary>
static class EngineBenchmark
{
    const int Epochs = 4;

    /// <summary>Folds side by side against one after the other.</summary>
    public static IEnumerable<Figure> Workers(Workbench bench)
    {
        const string Section = "folds side by side";
        var (data, experiment) = Shortened(bench, Epochs);
        Engine(data, experiment, 1, data.Subjects[..1]);
        var (one, two) = (double.PositiveInfinity, double.PositiveInfinity);
        var wide = double.PositiveInfinity;
        var subjects = data.Subjects[..4];
        for (var turn = 0; turn < 2; turn++)
        {
            one = Math.Min(one, Engine(data, experiment, 1, subjects));
            two = Math.Min(two, Engine(data, experiment, 2, subjects));
            wide = Math.Min(wide, Clock.Seconds(2,
                () => { foreach (var subject in subjects) FoldRun.Train(experiment, data, subject, CPU); }));
        }
        yield return new(Section, "one worker", subjects.Length / one, "folds/s");
        yield return new(Section, "two workers of one thread each", subjects.Length / two, "folds/s");
        yield return new(Section, "two workers against one", one / two, "x", "at least 1.6");
        yield return new(Section, "two workers against one with two threads", wide / two, "x", "at least 1.1");
    }

    /// <summary>What of a fold is spent outside forward, backward, update and testing.</summary>
    public static IEnumerable<Figure> Overhead(Workbench bench)
    {
        const string Section = "outside the arithmetic";
        var (data, experiment) = Shortened(bench, bench.Profile.Training.Epochs);
        using var pairs = new PairSource(data, data.Labels, [.. data.Clips.Select(_ => new float[21])], CPU,
            experiment.Model);
        var clips = Enumerable.Range(0, experiment.Training.BatchSize).ToArray();
        var random = new Random(1);
        var augmentation = new Augmentation(experiment.Training.Augmentation, data.Size, random);
        using var step = new OurStep((Models.MerNetOptions)experiment.Model, clips.Length, threads: 1);
        double Steps() => step.Seconds(10) / 10;
        double Batches() => Clock.Seconds(1, () =>
        {
            for (var i = 0; i < 20; i++)
            {
                using var scope = NewDisposeScope();
                pairs.Augmented(clips, jitter: true, augmentation, random);
            }
        }) / 20;
        Steps();
        Batches();
        yield return new(Section, "augmentation and batch assembly, share of a step",
            100 * Clock.Best(3, Batches) / Clock.Best(3, Steps), "%", "under 5");

        var inside = 0.0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source == Trainer.Arithmetic,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
            ActivityStopped = span => inside += span.Duration.TotalSeconds,
        };
        ActivitySource.AddActivityListener(listener);
        var share = double.PositiveInfinity;
        for (var turn = 0; turn < 3; turn++)
        {
            inside = 0;
            var whole = Engine(data, experiment, 1, data.Subjects);
            share = Math.Min(share, 100 * (1 - inside / whole));
        }
        yield return new(Section, "outside forward, backward, update and testing", share, "%", "under 3");
    }

    /// <summary>Memory over many folds of one epoch.</summary>
    public static IEnumerable<Figure> Memory(Workbench bench)
    {
        const string Section = "memory over folds";
        var (data, experiment) = Shortened(bench, epochs: 1);
        // TorchSharp counts the tensor that a Parameter takes over as alive for ever, though its memory is freed with
        // the module.
        int miscounted;
        using (var network = experiment.Model.Create(1, actionUnits: true)) miscounted = network.parameters().Count();
        var (after5, tensors) = (0L, 0L);
        Clock.Seconds(1, () =>
        {
            for (var fold = 1; fold <= 50; fold++)
            {
                FoldRun.Train(experiment, data, data.Subjects[fold % data.Subjects.Length], CPU);
                if (fold == 5) (after5, tensors) = (Resident(), Tensor.TotalCount);
            }
        });
        var after50 = Resident();
        yield return new(Section, "resident memory after 50 folds beyond that after 5", 100.0 * after50 / after5 - 100,
            "%", "within 2");
        yield return new(Section, "tensors after 50 folds beyond those after 5",
            Tensor.TotalCount - tensors - 45 * miscounted, "", "0");
    }

    static (MerDataset Data, Experiment Experiment) Shortened(Workbench bench, int epochs)
    {
        var data = bench.Load(DatasetId.CasmeII);
        var experiment = bench.Experiment(Tables.Full, DatasetId.CasmeII);
        return (data, experiment with { Training = experiment.Training with { Epochs = epochs } });
    }

    static double Engine(MerDataset data, Experiment experiment, int workers, IEnumerable<string> subjects)
    {
        var store = Directory.CreateTempSubdirectory("mer-bench-");
        try
        {
            var clock = Stopwatch.StartNew();
            new LosoEngine(new RunStore(store.FullName)) { Workers = workers, Subjects = [.. subjects] }
                .Run([experiment], data);
            return clock.Elapsed.TotalSeconds;
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
