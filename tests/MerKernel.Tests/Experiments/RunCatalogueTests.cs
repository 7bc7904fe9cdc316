using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Tests.Experiments;

public class RunCatalogueTests
{
    static readonly Experiment Full = new()
    {
        Dataset = DatasetId.Samm, DatasetFingerprint = "abc", Model = Profile.Small.Model with { Classes = 2 },
        Training = Profile.Small.Training,
    };

    static readonly Experiment Faster = Full with { Training = Full.Training with { LearningRate = 0.25 } };

    /// <summary>Two epochs; each clip's class in each of them, all clips of class 0.</summary>
    static FoldPrediction Fold(string subject, params (int First, int Last)[] clips) => new()
    {
        Subject = subject, Clips = [.. clips.Select((_, i) => $"{subject}/c{i}")], Labels = [.. clips.Select(_ => 0)],
        Logits = [[.. clips.Select(c => Logits(c.First))], [.. clips.Select(c => Logits(c.Last))]],
        TrainingLoss = [1, 0.5f],
    };

    static System.Collections.Immutable.ImmutableArray<float> Logits(int predicted) => predicted == 0 ? [1, 0] : [0, 1];

    static RunStore Stored(TemporaryFolder folder, params (Experiment Experiment, FoldPrediction Fold)[] folds)
    {
        var store = new RunStore(folder.Path);
        foreach (var (experiment, fold) in folds)
        {
            store.Save(experiment);
            store.Save(ExperimentHash.Of(experiment), fold,
                new FoldFacts(2.5, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "cpu"));
        }
        return store;
    }

    [Fact]
    public void A_digest_scores_the_stored_folds_under_both_rules_and_is_made_anew_when_a_fold_comes()
    {
        using var folder = new TemporaryFolder();
        // Subject a: one of two right at the end, both in the first epoch.
        var store = Stored(folder, (Full, Fold("a", (0, 0), (0, 1))));
        var catalogue = new RunCatalogue(store);
        var digest = Assert.Single(catalogue.List());
        Assert.Equal((1, 2, 0.5, 1.0, 2.5),
            (digest.Folds, digest.Clips, digest.Accuracy!.Value, digest.BestTestAccuracy!.Value, digest.Seconds));
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), digest.Finished);

        Stored(folder, (Full, Fold("b", (1, 0), (1, 0))));
        digest = Assert.Single(catalogue.List());
        Assert.Equal((2, 4, 0.75, 5.0), (digest.Folds, digest.Clips, digest.Accuracy!.Value, digest.Seconds));
        Assert.Equivalent(digest, Assert.Single(new RunCatalogue(store).List()));
    }

    [Fact]
    public void On_some_subjects_alone_only_these_are_scored()
    {
        using var folder = new TemporaryFolder();
        var store = Stored(folder, (Full, Fold("a", (0, 0), (0, 1))), (Full, Fold("b", (1, 0), (1, 0))));
        Assert.Equal((1, 1.0),
            new RunCatalogue(store).Of(Full, ["b"]) is var d ? (d.Folds, d.Accuracy!.Value) : default);
    }

    [Fact]
    public void A_run_is_found_by_the_beginning_of_its_hash_and_deleted_alone()
    {
        using var folder = new TemporaryFolder();
        var store = Stored(folder, (Full, Fold("a", (0, 0))), (Faster, Fold("a", (0, 1))));
        var catalogue = new RunCatalogue(store);
        var found = catalogue.Find(ExperimentHash.Of(Faster)[..10]);
        Assert.Equal(Faster, found.Experiment);
        Assert.Contains("No run", Assert.Throws<UserErrorException>(() => catalogue.Find("zz")).Message);
        Assert.Contains("2 runs", Assert.Throws<UserErrorException>(() => catalogue.Find("")).Message);
        catalogue.Delete(found);
        Assert.Equal(Full, Assert.Single(catalogue.List()).Experiment);
    }

    [Fact]
    public void A_copy_of_a_run_s_folder_is_named_and_hides_nothing()
    {
        using var folder = new TemporaryFolder();
        var said = new List<string>();
        var hash = ExperimentHash.Of(Full);
        var original = Stored(folder, (Full, Fold("a", (0, 0)))).FolderOf(hash);
        Directory.CreateDirectory(original + "-backup");
        foreach (var file in Directory.GetFiles(original))
            File.Copy(file, Path.Combine(original + "-backup", Path.GetFileName(file)));
        var catalogue = new RunCatalogue(new RunStore(folder.Path) { Warn = said.Add });
        Assert.Equal(hash, Assert.Single(catalogue.List()).Hash);
        Assert.Equal(hash, catalogue.Find(hash[..6]).Hash);
        Assert.Contains($"{hash}-backup holds the run {hash} under another name", Assert.Single(said));
    }

    [Fact]
    public void A_run_is_described_by_what_differs_from_its_profile()
    {
        foreach (var change in Tables.Changes)
            Assert.Equal(new RunWords("small", change.Name), RunWords.Of(
                change.Of(Profile.Small.Model with { Classes = 5 }) with { Training = Profile.Small.Training }));
        Assert.Equal(new RunWords("small", "full network, learning rate 0.25"), RunWords.Of(Faster));
        Assert.Equal("paper", RunWords.Of(Full with { Model = new MerNetOptions(), Training = new() }).Profile);
    }

    [Fact]
    public void Two_runs_differ_in_the_options_and_clips_that_changed()
    {
        using var folder = new TemporaryFolder();
        // Of the clips both have, the second gains a/c1 and loses a/c0 and b/c0; subject c is only in the first.
        var store = Stored(folder, (Full, Fold("a", (0, 0), (0, 1))), (Full, Fold("b", (0, 0))),
            (Full, Fold("c", (0, 0))), (Faster, Fold("a", (0, 1), (0, 0))), (Faster, Fold("b", (0, 1))));
        var catalogue = new RunCatalogue(store);
        var comparison = RunComparison.Of(catalogue, catalogue.Of(Full), catalogue.Of(Faster));
        Assert.Equal([new OptionDifference("training.learningRate", "0.006", "0.25")], comparison.Options.ToArray());
        Assert.Equal(["a", "b"], comparison.Subjects.Order());
        Assert.Equal([("a/c0", false), ("a/c1", true), ("b/c0", false)],
            comparison.Changed.Select(c => (c.Clip, c.Gained)).Order());
        Assert.Equal(1 / 3.0 - 2 / 3.0, comparison.Accuracy, 12);
        // Subject a changes nothing on balance, subject b loses its only clip: the draws lie between 0 and -1.
        Assert.Equal(new Interval(-1, 0), comparison.AccuracyInterval);
    }

    [Fact]
    public void Clips_that_have_other_labels_in_two_runs_are_not_compared()
    {
        using var folder = new TemporaryFolder();
        var catalogue = new RunCatalogue(Stored(folder, (Full, Fold("a", (0, 0))),
            (Faster, Fold("a", (0, 0)) with { Labels = [1] })));
        Assert.Contains("no subject in common whose clips and labels are the same",
            Assert.Throws<UserErrorException>(() =>
                RunComparison.Of(catalogue, catalogue.Of(Full), catalogue.Of(Faster))).Message);
    }
}
