using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Tests.Experiments;

public class RunStoreTests
{
    static readonly Experiment Experiment = new() { Dataset = DatasetId.Samm, DatasetFingerprint = "abc" };
    static readonly FoldFacts Facts = new(1.5, DateTime.UnixEpoch, "cpu");

    static FoldPrediction Fold(string subject = "006") => new()
    {
        Subject = subject, Clips = [$"{subject}/a", $"{subject}/b"], Labels = [0, 1],
        Logits = [[[0.1f, -2.5e-8f], [float.MaxValue, 3f]], [[1f / 3, 0f], [-0f, float.Epsilon]]], TrainingLoss = [1.25f, 0.1f],
    };

    [Fact]
    public void A_stored_fold_reads_back_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        store.Save("h", Fold(), Facts);
        var read = store.TryRead("h", "006")!;
        Assert.Equal(Fold().Logits.SelectMany(e => e.SelectMany(c => c)).Select(BitConverter.SingleToInt32Bits),
            read.Logits.SelectMany(e => e.SelectMany(c => c)).Select(BitConverter.SingleToInt32Bits));
        Assert.Equal([.. Fold().Clips], read.Clips.ToArray());
        Assert.Equal([.. Fold().TrainingLoss], read.TrainingLoss.ToArray());
    }

    [Fact]
    public void The_same_fold_writes_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        store.Save("h", Fold(), Facts);
        var first = File.ReadAllBytes(store.FoldPath("h", "006"));
        store.Save("h", Fold(), Facts with { Seconds = 99 });
        Assert.Equal(first, File.ReadAllBytes(store.FoldPath("h", "006")));
    }

    [Fact]
    public void Every_truncation_and_every_flipped_digit_is_noticed_and_set_aside()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var store = new RunStore(folder.Path) { Warn = warnings.Add };
        store.Save("h", Fold(), Facts);
        var path = store.FoldPath("h", "006");
        var whole = File.ReadAllText(path);
        var damages = Enumerable.Range(0, whole.Length).Where(i => i % 7 == 0).Select(i => whole[..i])
            .Append(whole.Replace("0.1", "0.2")).Append(whole + "x").ToList();
        foreach (var damaged in damages)
        {
            File.WriteAllText(path, damaged);
            Assert.Null(store.TryRead("h", "006"));
            Assert.False(File.Exists(path));
        }
        Assert.Equal(damages.Count, warnings.Count);
        Assert.All(warnings, w => Assert.Contains("computed again", w));
    }

    [Theory]
    [InlineData("../../etc"), InlineData("a/b"), InlineData(".."), InlineData("<script>")]
    public void No_subject_leaves_the_stores_folder(string subject)
    {
        var store = new RunStore("/store");
        Assert.Equal("/store/h", Path.GetDirectoryName(Path.GetFullPath(store.FoldPath("h", subject))));
    }

    [Fact]
    public void Stored_experiments_are_listed_as_they_were()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.Path);
        store.Save(Experiment);
        store.Save(Experiment with { Seed = 2 });
        Assert.Equal([1, 2], store.Experiments().Select(e => e.Seed).Order());
        Assert.Contains(Experiment, store.Experiments());
    }

    [Fact]
    public void Experiments_of_another_version_are_left_out_and_one_sentence_says_so()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var store = new RunStore(folder.Path) { Warn = warnings.Add };
        store.Save(Experiment);
        foreach (var old in (string[])["a", "b"])
        {
            Directory.CreateDirectory(folder.File(old));
            File.WriteAllText(Path.Combine(folder.File(old), "experiment.json"), """{"schema":1,"experiment":{"dataset":"Samm","shuffleActionUnits":false}}""");
        }
        Assert.Equal([Experiment], store.Experiments());
        Assert.Contains("2 experiments", Assert.Single(warnings));
        Assert.Contains("trained again", warnings[0]);
    }

    [Fact]
    public void Temporary_files_of_dead_processes_are_swept_and_others_stay()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("fold-1.json.999999999-x.tmp"), "");
        File.WriteAllText(folder.File($"fold-2.json.{Environment.ProcessId}-x.tmp"), "");
        File.WriteAllText(folder.File("fold-3.json"), "");
        AtomicFile.Sweep(folder.Path);
        Assert.Equal(["fold-2.json." + Environment.ProcessId + "-x.tmp", "fold-3.json"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
    }
}
