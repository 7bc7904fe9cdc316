using System.Diagnostics;
using MerKernel.Cuda;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Gpu;

/// <summary>The parts of the benchmark.</summary>
static class Parts
{
    static IEnumerable<(string Key, MerNetOptions Model, bool Units)> Variants(Setting setting) =>
        from change in Experiments.Tables.Paper
        let paper = change.Of(Profile.Paper.Model)
        let model = (MerNetOptions)paper.Model
        select (change.Key, model with
        {
            InputSize = setting.Model.InputSize,
            WidthDivisor = setting.Model.WidthDivisor,
            WindowSize = setting.Model.WindowSize
        },
            paper.ActionUnits != ActionUnitSource.None);

    /// <summary>What is there.</summary>
    public static void Versions(Setting setting, Figures figures)
    {
        Console.WriteLine($".NET {Environment.Version}, TorchSharp {typeof(torch).Assembly.GetName().Version}, " +
            $"{Environment.ProcessorCount} processors, device {setting.Device}");
        using var scope = NewDisposeScope();
        figures.Add("versions", "sum of 1 to 1000 on the device",
            arange(1, 1001, ScalarType.Float32, setting.Device).sum().item<float>(), "500500");
        figures.Add("versions", "CUDA graphs can be recorded", CudaGraph.Supported ? 1 : 0, "");
        var n = setting.Tiny ? 256 : 8192;
        figures.Add("versions", $"bf16 product of {n} x {n}", ProductRate(setting, n) / 1e12, "TFLOP/s");
    }

    /// <summary>Operations per second of a bf16 product of n x n matrices of random numbers.</summary>
    static double ProductRate(Setting setting, int n)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (randn([n, n], ScalarType.BFloat16, setting.Device),
            randn([n, n], ScalarType.BFloat16, setting.Device));
        void Product() { using var c = a.matmul(b); }
        for (var i = 0; i < 5; i++) Product();
        return 2.0 * n * n * n * 10 / setting.Seconds(() => { for (var i = 0; i < 10; i++) Product(); });
    }

    /// <summary>Every variant on the device against the processor: outputs and gradients.</summary>
    public static void Parity(Setting setting, Figures figures)
    {
        backends.cuda.matmul.allow_tf32 = false;
        backends.cudnn.allow_tf32 = false;
        var worst = 0.0;
        foreach (var (key, options, units) in Variants(setting).Take(setting.Tiny ? 3 : int.MaxValue))
        {
            foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
            {
                var (logits, gradient) = Pass(options, units, setting.Device, type);
                var (logitsHere, gradientHere) = Pass(options, units, CPU, type);
                var unit = type == ScalarType.Float32 ? "relative, under 1e-4" : "relative, float64";
                figures.Add("parity", $"{key}, logits", Deviation(logits, logitsHere), unit);
                worst = Math.Max(worst, Deviation(logits, logitsHere));
                // In 32 bits a ReLU within rounding of zero may open on one side only, whatever the code says.
                if (type == ScalarType.Float64) worst = Math.Max(worst, Deviation(gradient, gradientHere));
                figures.Add("parity", $"{key}, gradient", Deviation(gradient, gradientHere),
                    type == ScalarType.Float64 ? unit : "relative, not compared");
            }
        }

        if (!(worst < 1e-4))
            throw new UserErrorException(
                $"The device's logits or gradients are up to {worst:G3} off the processor's, and 1e-4 is allowed.");

        (Tensor Logits, Tensor Gradient) Pass(MerNetOptions options, bool units, Device device, ScalarType type)
        {
            using var network = MerNet.Create(options, 1, units);
            network.to(type).to(device);
            network.train();
            using var draws = new Generator(1, CPU);
            network.UseGenerator(draws);
            using var scope = NewDisposeScope();
            var batch = setting.Batch(options, 4, CPU);
            Tensor Of(Tensor tensor) => tensor.to(type).to(device);
            var logits = network.call(new ClipBatch(Of(batch.Clips.Onset), Of(batch.Clips.Apex),
                Of(batch.Clips.ActionUnits)));
            nn.functional.cross_entropy(logits, batch.Labels.to(device)).backward();
            var gradient = cat([.. network.parameters().Select(p => p.grad!.flatten().to(ScalarType.Float64).cpu())]);
            return (logits.detach().to(ScalarType.Float64).cpu().MoveToOuterDisposeScope(),
                gradient.MoveToOuterDisposeScope());
        }

        static double Deviation(Tensor a, Tensor b) => ((a - b).norm() / b.norm()).item<double>();
    }

    /// <summary>A training step, in every precision, recorded and not.</summary>
    public static void Step(Setting setting, Figures figures)
    {
        // A step is a forward pass and two as large back; a multiply-accumulate is two operations.
        var operations = 6.0 * ModelSummary.Of(setting.Model).Macs;
        var rate = ProductRate(setting, setting.Tiny ? 256 : 8192);
        foreach (var clips in setting.Tiny ? [4] : new[] { 16, 32 })
        {
            foreach (var (name, tf32, precision) in new[]
            {
                ("fp32", false, Precision.Single), ("TF32", true, Precision.Single), ("bf16", true, Precision.BFloat16)
            })
            {
                backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = tf32;
                foreach (var recorded in !setting.OnGpu ? [false] : clips == 16 ? [false, true] : new[] { true })
                {
                    Environment.SetEnvironmentVariable(TrainingStep.Switch, recorded ? null : "0");
                    using var steps = new Steps(setting, setting.Model, clips, precision);
                    if (steps.NotRecorded is { } why) Console.WriteLine($"not recorded: {why}");
                    var seconds = steps.Seconds(setting.Tiny ? 2 : 15);
                    figures.Add("step", $"{clips} clips, {name}{(recorded ? ", recorded" : "")}", 1000 * seconds, "ms");
                    figures.Add("step", $"{clips} clips, {name}{(recorded ? ", recorded" : "")}", clips / seconds,
                        "clips/s");
                    if (precision == Precision.BFloat16)
                        figures.Add("step",
                            $"{clips} clips, {name}{(recorded ? ", recorded" : "")}, of the bf16 product's rate",
                            100 * operations * clips / seconds / rate, "%");
                    if (clips == 16 && recorded)
                        figures.Add("step", $"{clips} clips, {name}, an update for two batches",
                            1000 * steps.Seconds(16, parts: 2), "ms");
                }
            }
        }
    }

    /// <summary>What a bf16 step spends its time on: its parts recorded one by one.</summary>
    public static void Anatomy(Setting setting, Figures figures)
    {
        var clips = setting.Tiny ? 4 : 16;
        using var stream = CudaStream.On(setting.Device);
        using var network = MerNet.Create(setting.Model, 1);
        network.to(setting.Device);
        network.train();
        using var optimizer = new FoldOptimizer(network, new TrainingOptions());
        var batch = setting.Batch(setting.Model, clips, setting.Device);
        network.DrawAhead(clips, setting.Device);
        using var difference = batch.Clips.Apex - batch.Clips.Onset;
        using var frames = cat([batch.Clips.Onset, batch.Clips.Apex], 0);
        void Backward(Func<Tensor> forward)
        {
            using var scope = NewDisposeScope();
            Tensor sum;
            using (Autocast.In(Precision.BFloat16, setting.Device)) sum = forward().sum(ScalarType.Float32);
            sum.backward();
        }

        Measure("motion stream, forward and backward", () => Backward(() => network.Motion.call(difference)));
        Measure("position stream, forward and backward", () => Backward(() => network.Position!.call(frames)));
        Measure("position stream, forward", () =>
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            using var precision = Autocast.In(Precision.BFloat16, setting.Device);
            network.Position!.call(frames);
        });
        Measure("whole network, forward and backward", () => Backward(() => network.forward(batch.Clips)));
        Measure("update", () => optimizer.Step(1e-5));
        Measure("gradients to zero", optimizer.ZeroGradients);

        void Measure(string what, Action work)
        {
            for (var i = 0; i < 2; i++) work();
            var run = work;
            if (setting.OnGpu)
            {
                var graph = CudaGraph.Record(work, null);
                run = graph.Replay;
            }

            run();
            figures.Add("anatomy", what, 1000 * setting.Seconds(() => { for (var i = 0; i < 10; i++) run(); }) / 10,
                "ms");
        }
    }

    /// <summary>A whole fold of the paper's network on random frames of CASME II's counts.</summary>
    public static void Fold(Setting setting, Figures figures)
    {
        using var data = setting.Tiny ? PackedData.Random(32, 30, 5) : PackedData.Random(224);
        var experiment = new Experiment
        {
            Dataset = data.Id, DatasetFingerprint = data.Fingerprint, Model = setting.Model,
            Training = new TrainingOptions { Precision = Precision.BFloat16, Epochs = setting.Tiny ? 2 : 75 },
        };
        var clock = Stopwatch.StartNew();
        var first = 0.0;
        var fold = FoldRun.Train(experiment, data, data.Subjects[0], setting.Device,
            e => first = e.Epoch == 3 ? clock.Elapsed.TotalSeconds : first);
        figures.Add("fold", $"a fold of {experiment.Training.Epochs} epochs", clock.Elapsed.TotalSeconds, "s");
        figures.Add("fold", "to the end of its third epoch", first, "s");
        figures.Add("fold", "last training loss", fold.TrainingLoss[^1], "");
        if (setting.Tiny) return;
        var failed = false;
        foreach (var workers in new[] { 2, 4 })
        {
            var store = Directory.CreateTempSubdirectory("gpu-bench-");
            var some = experiment with { Training = experiment.Training with { Epochs = 20 }, Seed = workers };
            clock.Restart();
            var failures = new LosoEngine(new RunStore(store.FullName))
            {
                Workers = workers, Device = setting.Device, Subjects = [.. data.Subjects[..workers]]
            }.Run([some], data);
            failed |= Failed(failures);
            figures.Add("fold", $"{workers} folds of 20 epochs side by side, seconds a fold of 75",
                clock.Elapsed.TotalSeconds / workers * 75 / 20, "s");
            store.Delete(recursive: true);
        }
        if (failed) throw new UserErrorException("Folds failed; the lines above say why.");
    }

    /// <summary>Says which folds failed.</summary>
    static bool Failed(IReadOnlyCollection<(FoldJob Job, Exception Error)> failures)
    {
        foreach (var (job, error) in failures) Console.WriteLine($"fold {job.Subject} failed: {error.Message}");
        return failures.Count > 0;
    }

    /// <summary>The small profile's full network, every fold, on the device and on the processor.</summary>
    public static void Loso(Setting setting, Figures figures, string path)
    {
        using var data = PackedData.Read(path);
        var failed = false;
        // A processor without the instructions for bf16 takes ten times as long with it.
        var subjects = setting.Tiny ? data.Subjects[..2] : data.Subjects;
        foreach (var seed in setting.Tiny ? [1] : new[] { 1, 2, 3 })
        {
            foreach (var (device, precision) in new[]
            {
                (CPU, Precision.Single), (setting.Device, Precision.Single), (setting.Device, Precision.BFloat16)
            })
            {
                var experiment = new Experiment
                {
                    Dataset = data.Id, DatasetFingerprint = data.Fingerprint, Model = Profile.Small.Model, Seed = seed,
                    Training = Profile.Small.Training with
                    {
                        Precision = precision,
                        Epochs = setting.Tiny ? 1 : Profile.Small.Training.Epochs
                    },
                };
                var store = Directory.CreateTempSubdirectory("gpu-bench-");
                var clock = Stopwatch.StartNew();
                var engine = new LosoEngine(new RunStore(store.FullName))
                {
                    Workers = Math.Min(8, Environment.ProcessorCount), Device = device, Subjects = subjects
                };
                failed |= Failed(engine.Run([experiment], data));
                var folds = new RunStore(store.FullName).TryReadAll(ExperimentHash.Of(experiment), subjects);
                if (folds is null) continue;
                var right = folds.Sum(f =>
                    f.Logits[^1].Zip(f.Labels).Count(p => p.First.IndexOf(p.First.Max()) == p.Second));
                var what = $"seed {seed}, {device.type.ToString().ToLowerInvariant()}, {precision}";
                figures.Add("loso", what, 100.0 * right / folds.Sum(f => f.Labels.Length), "% right");
                figures.Add("loso", what, clock.Elapsed.TotalSeconds, "s");
                store.Delete(recursive: true);
            }
        }
        if (failed) throw new UserErrorException("Folds failed; the lines above say why.");
    }

    /// <summary>
    /// What the paper's own rows would take: every variant's step on the device, times its folds, epochs and batches.
    /// </summary>
    public static void Tables(Setting setting, Figures figures)
    {
        // Folds, and clips in a fold's training, of CASME II (249 clips of 26 subjects) and SAMM (136 of 28 in five
        // classes).
        (string Name, int Folds, double Clips)[] sets = [("CASME II", 26, 249 * 25 / 26.0),
            ("SAMM", 28, 136 * 27 / 28.0)];
        var training = new TrainingOptions();
        var all = 0.0;
        foreach (var (key, model, _) in Variants(setting))
        {
            using var steps = new Steps(setting, model, setting.Tiny ? 4 : 16, Precision.BFloat16, parts: 2);
            var seconds = steps.Seconds(setting.Tiny ? 2 : 12, 2, parts: 2);
            foreach (var (name, folds, clips) in sets)
            {
                var row = folds * training.Epochs * Math.Ceiling(clips / training.BatchSize) * seconds / 60;
                all += row;
                figures.Add("tables", $"{key} on {name}, its steps alone", row, "min");
            }
        }

        figures.Add("tables", "the twelve variants on both sets, their steps alone, one after the other", all, "min");
    }
}
