using System.Collections.Immutable;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using static TorchSharp.torch;

namespace MerKernel.Tests.Experiments;

/// <summary>
/// The leak check sees what really happens: leaks are planted in data and batches, not in its inputs.
/// </summary>
[Collection(AloneCollection.Name)]
public class LeakAuditTests
{
    static readonly FoldSplit Split = new("01", [6, 7, 8, 9, 10, 11], [12, 13], [0, 1, 2, 3, 4, 5]);

    static PairSource Pairs(MerDataset dataset) =>
        new(dataset, dataset.Labels, [.. dataset.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits))], CPU);

    static Experiment ExperimentOn(MerDataset dataset) => new()
    {
        Dataset = dataset.Id, DatasetFingerprint = dataset.Fingerprint,
        Model = Tables.ChangeNamed("baseline")
            .Of(new MerNetOptions { InputSize = 32, WidthDivisor = 16, Classes = 3 }).Model,
        Training = new TrainingOptions { Epochs = 1 },
    };

    [Fact]
    public void A_frame_copied_into_another_subject_stops_the_experiment_before_it_trains()
    {
        using var dataset = TinyDataset.Create();
        // The first frame of subject 02 becomes the first of subject 01.
        using (var source = dataset.Frames[12]) using (var target = dataset.Frames[0]) target.copy_(source);
        var epochs = 0;
        var error = Assert.Throws<UserErrorException>(() =>
            FoldRun.Train(ExperimentOn(dataset), dataset, "01", CPU, _ => epochs++));
        Assert.Contains("a frame of clip 01/EP00 is identical with one of clip 02/EP06", error.Message);
        Assert.Equal(0, epochs);
    }

    [Fact]
    public void A_sound_experiment_runs()
    {
        using var dataset = TinyDataset.Create();
        Assert.Equal(6, FoldRun.Train(ExperimentOn(dataset), dataset, "01", CPU).Clips.Length);
    }

    [Fact]
    public void Augmenting_a_test_clip_is_noticed()
    {
        using var dataset = TinyDataset.Create();
        using var pairs = Pairs(dataset);
        var augmentation = new Augmentation(new AugmentationOptions(), dataset.Size, new Random(1));
        using var scope = NewDisposeScope();
        pairs.Augmented([6, 7], false, augmentation, new Random(1));
        Assert.Empty(LeakCheck.Findings(LeakAudit.Inputs(dataset, Split, pairs)));
        pairs.Augmented([3], false, augmentation, new Random(1));
        Assert.Contains("01/EP03 is not trained on and was augmented",
            Assert.Single(LeakCheck.Findings(LeakAudit.Inputs(dataset, Split, pairs))));
    }

    [Fact]
    public void A_split_with_the_test_subject_in_training_is_noticed()
    {
        using var dataset = TinyDataset.Create();
        using var pairs = Pairs(dataset);
        var leaking = Split with { Train = Split.Train.Add(2) };
        Assert.Contains(LeakCheck.Findings(LeakAudit.Inputs(dataset, leaking, pairs)),
            f => f.Contains("trained on and tested on"));
    }

    [Fact]
    public void Other_clips_frames_do_not_change_how_a_clip_is_normalised()
    {
        using var dataset = TinyDataset.Create();
        using var scope = NewDisposeScope();
        using var before = Pairs(dataset);
        var expected = before.Exact([6]).Clips.Onset.clone();
        dataset.Frames.narrow(0, 0, 12).fill_(255); // subject 01
        using var after = Pairs(dataset);
        Assert.True(expected.equal(after.Exact([6]).Clips.Onset).all().item<bool>());
    }

    // Whatever could carry knowledge of the test subject into training (normalisation, class weights, a wrong index)
    // would change the losses.
    [Fact]
    public void The_test_subjects_frames_labels_and_action_units_change_nothing_in_training()
    {
        using var dataset = TinyDataset.Create();
        var before = FoldRun.Train(ExperimentOn(dataset), dataset, "01", CPU).TrainingLoss.AsEnumerable();
        dataset.Frames.narrow(0, 0, 12).fill_(200); // subject 01
        using var other = new MerDataset
        {
            Id = dataset.Id, Synthetic = true, Fingerprint = dataset.Fingerprint, Classes = dataset.Classes,
            Frames = dataset.Frames.clone(),
            OnsetFrames = dataset.OnsetFrames, ApexFrames = dataset.ApexFrames,
            Labels = [.. dataset.Labels.Select((label, i) => dataset.Clips[i].Subject == "01" ? 0 : label)],
            Clips = [.. dataset.Clips.Select(c => c.Subject == "01" ? c with { ActionUnits = [] } : c)],
        };
        Assert.Equal(before, FoldRun.Train(ExperimentOn(other), other, "01", CPU).TrainingLoss.AsEnumerable());

        other.Frames.narrow(0, 12, 1).fill_(100); // and one frame of subject 02, which is trained on
        Assert.NotEqual(before, FoldRun.Train(ExperimentOn(other), other, "01", CPU).TrainingLoss.AsEnumerable());
    }
}
