using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

/// <summary>Canaries: each plants one kind of leak in a sound fold and sees it caught.</summary>
public class LeakCheckTests
{
    static FoldClip Clip(string subject, string name, params string[] frames) =>
        new($"{subject}/{name}", subject, [.. frames]);

    static readonly FoldInputs Sound = new()
    {
        Subject = "01",
        Train = [Clip("02", "a", "f1", "f2"), Clip("03", "b", "f3", "f4")],
        HeldOut = [Clip("04", "c", "f5")],
        Test = [Clip("01", "d", "f6", "f7")],
        WeightedFrom = ["02/a", "03/b"],
        Augmented = ["02/a", "03/b"],
    };

    static void Caught(FoldInputs fold, string reason)
    {
        var error = Assert.Throws<UserErrorException>(() => LeakCheck.Demand(fold));
        Assert.Contains("subject 01 leaks", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void A_sound_fold_passes() => LeakCheck.Demand(Sound);

    [Fact]
    public void A_test_clip_in_training_is_caught() =>
        Caught(Sound with { Train = Sound.Train.Add(Sound.Test[0]) }, "clip 01/d is trained on and tested on");

    [Fact]
    public void Another_clip_of_the_test_subject_in_training_is_caught() =>
        Caught(Sound with { Train = Sound.Train.Add(Clip("01", "other", "f9")) },
            "clip 01/other of the test subject is trained on");

    [Fact]
    public void The_test_subject_among_the_held_out_is_caught() =>
        Caught(Sound with { HeldOut = [Clip("01", "x", "f9")] },
            "clip 01/x of the test subject is used to choose the epoch");

    [Fact]
    public void A_subject_both_trained_on_and_held_out_is_caught() =>
        Caught(Sound with { HeldOut = [Clip("03", "z", "f9")] },
            "subject 03 has clips that are trained on and clips used to choose the epoch");

    [Fact]
    public void A_clip_of_another_subject_in_the_test_is_caught() =>
        Caught(Sound with { Test = Sound.Test.Add(Clip("05", "e", "f9")) },
            "clip 05/e is tested on and belongs to subject 05");

    [Fact]
    public void An_identical_frame_under_two_subjects_is_caught() =>
        Caught(Sound with { Train = Sound.Train.Add(Clip("05", "copy", "f9", "f7")) },
            "a frame of clip 01/d is identical with one of clip 05/copy");

    [Fact]
    public void Class_weights_that_saw_the_test_subject_are_caught() =>
        Caught(Sound with { WeightedFrom = ["01/d"] }, "class weights were computed from clip 01/d");

    [Fact]
    public void An_augmented_test_clip_is_caught() =>
        Caught(Sound with { Augmented = ["02/a", "01/d"] }, "clip 01/d is not trained on and was augmented");

    [Fact]
    public void Frames_shared_by_clips_of_the_test_subject_are_no_leak() =>
        LeakCheck.Demand(Sound with { Test = [Clip("01", "d", "f6"), Clip("01", "e", "f6")] });

    [Fact]
    public void Many_leaks_are_counted_and_the_first_three_named()
    {
        // Five clips of the test subject are trained on, and class weights were computed from two that are not: 7.
        var copies = Enumerable.Range(0, 5).Select(i => Clip("01", $"t{i}", $"g{i}"));
        var leaky = Sound with { Train = [.. copies] };
        Caught(leaky, "01/t2");
        Caught(leaky, "(and 4 more)");
        Assert.DoesNotContain("01/t3", Assert.ThrowsAny<Exception>(() => LeakCheck.Demand(leaky)).Message);
    }
}
