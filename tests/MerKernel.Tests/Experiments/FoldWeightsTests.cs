using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Experiments;

[Collection(AloneCollection.Name)]
public class FoldWeightsTests
{
    [Fact]
    public void Kept_weights_give_the_stored_logits_and_a_fold_without_weights_is_trained_again()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var (store, weights) = (new RunStore(folder.File("runs")), new FoldWeights(folder.File("weights")));
        var experiment = LosoEngineTests.Tiny(data, PositionStream.Swin);
        var hash = ExperimentHash.Of(experiment);
        new LosoEngine(store).Run([experiment], data);
        var facts = Path.Combine(store.FolderOf(hash), "facts-02.json");
        var (before, took) = (File.ReadAllBytes(store.FoldPath(hash, "02")), File.ReadAllText(facts));
        Assert.False(weights.Has(hash, "02"));

        new LosoEngine(store) { Weights = weights, Subjects = ["02"] }.Run([experiment], data);
        Assert.True(weights.Has(hash, "02"));
        Assert.False(weights.Has(hash, "01"));
        // The time it took the first time stays too: a report that shows it would be made anew.
        Assert.Equal(before, File.ReadAllBytes(store.FoldPath(hash, "02")));
        Assert.Equal(took, File.ReadAllText(facts));

        var written = File.GetLastWriteTimeUtc(weights.PathOf(hash, "02"));
        new LosoEngine(store) { Weights = weights, Subjects = ["02"] }.Run([experiment], data);
        Assert.Equal(written, File.GetLastWriteTimeUtc(weights.PathOf(hash, "02")));

        var fold = store.TryRead(hash, "02")!;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var network = weights.Load(experiment, "02");
        using var pairs = new PairSource(data, data.Labels,
            [.. data.Clips.Select(c => ActionUnits.ToVector(c.ActionUnits))], CPU);
        var batch = pairs.Exact([.. fold.Clips.Select(id => data.Clips.Select(c => c.Id).ToList().IndexOf(id))]);
        var logits = network.forward(batch.Clips).data<float>().ToArray();
        var expected = fold.Logits[^1].SelectMany(row => row).ToArray();
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], logits[i], 1e-4f);
    }

    [Fact]
    public void Weights_that_are_not_there_are_met_with_a_sentence()
    {
        using var data = TinyDataset.Create();
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<UserErrorException>(() =>
            new FoldWeights(folder).Load(LosoEngineTests.Tiny(data), "02"));
        Assert.Contains(".safetensors", error.Message);
    }
}
