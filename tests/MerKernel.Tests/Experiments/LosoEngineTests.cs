using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Tests.Experiments;

[Collection(AloneCollection.Name)]
public class LosoEngineTests
{
    internal static Experiment Tiny(MerDataset data, PositionStream position = PositionStream.None) => new()
    {
        Dataset = data.Id, DatasetFingerprint = data.Fingerprint,
        Model = new MerNetOptions
        {
            Position = position, WindowSize = 4, InputSize = data.Size, WidthDivisor = 16, Classes = data.Classes.Length
        },
        Training = new TrainingOptions { Epochs = 3, BatchSize = 4, AccumulationSteps = 1, LearningRate = 2e-3 },
    };

    [Fact]
    public void Training_leaves_the_number_of_math_threads_to_the_caller_and_to_later_threads()
    {
        var before = torch.get_num_threads();
        try
        {
            torch.set_num_threads(3);
            using var data = TinyDataset.Create();
            using var folder = new TemporaryFolder();
            Assert.Empty(new LosoEngine(new RunStore(folder.Path)) { Workers = 2 }.Run([Tiny(data)], data));
            var later = 0;
            // Each cell of a notebook runs on a thread of its own.
            var cell = new Thread(() => later = torch.get_num_threads());
            cell.Start();
            cell.Join();
            Assert.Equal((3, 3), (torch.get_num_threads(), later));
        }
        finally { torch.set_num_threads(before); }
    }

    [Fact]
    public void A_subject_that_is_not_there_is_named_and_nothing_is_trained()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var engine = new LosoEngine(new RunStore(folder.Path)) { Subjects = ["99"] };
        Assert.StartsWith("Subject '99' has no clip in this data set; its subjects are 01, 02, 03.",
            Assert.Throws<UserErrorException>(() => engine.Run([Tiny(data)], data)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LosoEngine(new RunStore(folder.Path)) { Workers = 0 });
    }

    [Fact]
    public void Any_number_of_workers_writes_the_same_bytes()
    {
        using var data = TinyDataset.Create();
        // The whole network: stochastic depth draws too.
        var experiment = Tiny(data, PositionStream.Swin);
        byte[][] Run(int workers)
        {
            using var folder = new TemporaryFolder();
            var store = new RunStore(folder.Path);
            Assert.Empty(new LosoEngine(store) { Workers = workers }.Run([experiment], data));
            return [.. data.Subjects.Select(s => File.ReadAllBytes(store.FoldPath(ExperimentHash.Of(experiment), s)))];
        }
        var one = Run(1);
        Assert.Equal(one, Run(3));
        Assert.Equal(one, Run(2));
    }

    [Fact]
    public void Validation_subjects_that_leave_nobody_to_train_on_are_refused_before_anything_is_stored()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("store"));
        var said = Assert.Throws<UserErrorException>(() =>
            new LosoEngine(store).Run([Tiny(data) with { HeldOutSubjects = 2 }], data)).Message;
        Assert.Contains("2 validation subjects of 2 training subjects leave none", said);
        Assert.False(Directory.Exists(store.Folder));
    }

    // A notebook's interrupt strikes the thread that waits for the workers.
    [Fact]
    public void An_interrupted_call_leaves_no_worker_behind()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var experiment = Tiny(data);
        experiment = experiment with { Training = experiment.Training with { Epochs = 100_000 } };
        var (interrupted, epochs) = (false, 0);
        Thread? caller = null;
        var counter = new Counter
        {
            Epoch = (_, _) => { if (Interlocked.Increment(ref epochs) == 5) caller!.Interrupt(); }
        };
        caller = new Thread(() =>
        {
            try
            {
                new LosoEngine(new RunStore(folder.Path)) { Workers = 2, Progress = counter }.Run([experiment], data);
            }
            catch (ThreadInterruptedException) { interrupted = true; }
        });
        caller.Start();
        Assert.True(caller.Join(TimeSpan.FromMinutes(2)));
        Assert.True(interrupted);
        var after = epochs;
        Thread.Sleep(500);
        Assert.Equal((after, 0), (epochs, counter.Failed));
    }

    [Fact]
    public void A_second_run_trains_nothing_and_a_removed_fold_comes_back_the_same()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var counter = new Counter();
        new LosoEngine(store) { Progress = counter }.Run([Tiny(data), Tiny(data)], data);
        Assert.Equal(3, counter.Finished);

        var path = store.FoldPath(ExperimentHash.Of(Tiny(data)), "02");
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        new LosoEngine(store) { Progress = counter }.Run([Tiny(data)], data);
        Assert.Equal(4, counter.Finished);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void The_network_learns_what_the_bands_say_and_shuffled_labels_take_it_back_to_chance()
    {
        using var data = TinyDataset.Create(subjects: 4, clipsPerSubject: 9);
        var learning = Tiny(data) with
        {
            Training = new TrainingOptions { Epochs = 12, BatchSize = 6, AccumulationSteps = 1, LearningRate = 2e-3 }
        };
        double Accuracy(Experiment e)
        {
            var folds = data.Subjects.Select(s => FoldRun.Train(e, data, s, torch.CPU)).ToList();
            var right = folds.Sum(f => f.Logits[^1].Where((l, i) => l.IndexOf(l.Max()) == f.Labels[i]).Count());
            return (double)right / data.Clips.Length;
        }
        Assert.True(Accuracy(learning) > 0.8);
        // Three balanced classes, 36 clips: chance is 1/3 with a standard deviation of 0.08.
        Assert.True(Accuracy(learning with { ShuffleLabels = true }) < 0.6);
    }

    [Fact]
    public void A_fold_that_fails_is_tried_twice_and_the_others_are_stored()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var counter = new Counter();
        var broken = Tiny(data) with
        {
            Training = new TrainingOptions { Epochs = 3, BatchSize = 4, LearningRate = 1e30 }
        };
        var failures = new LosoEngine(store) { Workers = 2, Progress = counter }.Run([broken, Tiny(data)], data);
        Assert.Equal(3, failures.Count);
        Assert.All(failures, f => Assert.IsType<TrainingFailedException>(f.Error));
        Assert.Equal((6, 3), (counter.Failed, counter.Finished));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_experiment_that_cannot_be_trained_costs_the_others_nothing(int workers)
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var counter = new Counter();
        var bad = Tiny(data).WithModel(m => m with { WindowSize = 1 });
        var (job, error) = Assert.Single(
            new LosoEngine(store) { Workers = workers, Progress = counter }.Run([bad, Tiny(data)], data));
        Assert.Equal("WindowSize is 1; use at least 2 patches.", error.Message);
        Assert.Equal($"experiment {ExperimentHash.Of(bad)} cannot be trained: {error.Message}", job.Failed(error));
        Assert.Equal(3, counter.Finished);
        // Also when all others are stored; by itself, its message is the run's.
        Assert.Single(new LosoEngine(store) { Workers = workers }.Run([bad, Tiny(data)], data));
        Assert.Equal(error.Message, Assert.Throws<UserErrorException>(() =>
            new LosoEngine(store) { Workers = workers }.Run([bad], data)).Message);
    }

    [Fact]
    public void A_fault_of_the_data_stops_every_experiment()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var other = Tiny(data) with { DatasetFingerprint = "other" };
        Assert.Contains("made for other data", Assert.Throws<UserErrorException>(() =>
            new LosoEngine(store) { Workers = 1 }.Run([other, Tiny(data)], data)).Message, StringComparison.Ordinal);
        Assert.Empty(store.StoredSubjects(ExperimentHash.Of(Tiny(data))));
    }

    [Fact]
    public void A_fold_that_cannot_be_stored_stops_the_run_with_one_sentence_and_counts_as_not_finished()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        var path = store.FoldPath(ExperimentHash.Of(Tiny(data)), "02");
        // In the way of the second fold once it trains.
        var progress = new Counter
        {
            Epoch = (job, _) => { if (job.Subject == "02") Directory.CreateDirectory(path); }
        };
        var error = Assert.Throws<UserErrorException>(() =>
        {
            new LosoEngine(store) { Workers = 1, Progress = progress }.Run([Tiny(data)], data);
        });
        Assert.StartsWith($"{path} could not be written", error.Message);
        Assert.Equal(1, progress.Finished);
        Directory.Delete(path);
        Assert.NotNull(store.TryRead(ExperimentHash.Of(Tiny(data)), "01"));
    }

    [Fact]
    public void A_fold_whose_last_epoch_was_over_when_the_run_was_stopped_is_stored()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var store = new RunStore(folder.Path);
        var progress = new Counter { Epoch = (_, epoch) => { if (epoch.Epoch == 3) stop.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() =>
        {
            new LosoEngine(store) { Workers = 1, Progress = progress }.Run([Tiny(data)], data, stop.Token);
        });
        Assert.Equal(1, progress.Finished);
        Assert.Equal("01", Assert.Single(store.StoredSubjects(ExperimentHash.Of(Tiny(data)))));
    }

    [Theory]
    [InlineData(ActionUnitSource.Annotated, true)]
    [InlineData(ActionUnitSource.Shuffled, true)]
    [InlineData(ActionUnitSource.None, false)]
    public void The_network_has_an_input_for_action_units_where_the_experiment_has_a_source(ActionUnitSource source,
        bool sees)
    {
        using var data = TinyDataset.Create();
        var seen = new List<bool>();
        FoldRun.Train(Tiny(data) with { ActionUnits = source }, data, "01", torch.CPU,
            started: n => seen.Add(((MerNet)n).SeesActionUnits));
        Assert.Equal([sees], seen);
    }

    [Fact]
    public void Shuffled_action_units_are_those_of_other_clips()
    {
        using var tiny = TinyDataset.Create();
        float Loss(MerDataset data, ActionUnitSource source) => ((FoldPrediction)FoldRun.Train(
            Tiny(data) with { ActionUnits = source }, data, "01", torch.CPU)).TrainingLoss[^1];
        Assert.NotEqual(Loss(tiny, ActionUnitSource.Annotated), Loss(tiny, ActionUnitSource.Shuffled));
        // Where every clip has the same units, another clip's are its own.
        using var alike = TinyDataset.Changed(tiny,
            clips: [.. tiny.Clips.Select(c => c with { ActionUnits = [new ActionUnit(12)] })]);
        Assert.Equal(Loss(alike, ActionUnitSource.Annotated), Loss(alike, ActionUnitSource.Shuffled));
    }

    [Fact]
    public void Held_out_subjects_are_predicted_and_not_trained_on()
    {
        using var data = TinyDataset.Create();
        FoldPrediction fold = FoldRun.Train(Tiny(data) with { HeldOutSubjects = 1 }, data, "01", torch.CPU);
        Assert.Equal(6, fold.HeldOutLabels.Length);
        Assert.Equal((3, 6, 3),
            (fold.HeldOutLogits.Length, fold.HeldOutLogits[0].Length, fold.HeldOutLogits[0][0].Length));
    }

    sealed class Counter : ILosoProgress
    {
        int _finished, _failed;
        public int Finished => _finished;
        public int Failed => _failed;
        public Action<FoldJob, EpochProgress> Epoch { get; init; } = (_, _) => { };
        public void Planned(int stored, int missing) { }
        public void EpochFinished(FoldJob job, EpochProgress epoch) => Epoch(job, epoch);
        public void FoldFinished(FoldJob job, FoldFacts facts) => Interlocked.Increment(ref _finished);
        public void FoldFailed(FoldJob job, Exception error, bool final) => Interlocked.Increment(ref _failed);
    }
}
