using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Tests.Data;

namespace MerKernel.Tests.Experiments;

[Collection(AloneCollection.Name)]
public sealed class RowOrderTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly DatasetSource _source;

    public RowOrderTests()
    {
        ClipFiles.Write(_folder);
        _source = new DatasetSource(_folder, DatasetId.CasmeII);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Rows by subject, backwards, and mixed; the first of two experiments last.</summary>
    [Theory]
    [InlineData(new[] { 4, 3, 2, 1 }, true), InlineData(new[] { 2, 4, 1, 3 }, false),
        InlineData(new[] { 1, 2, 3, 4 }, true)]
    public void Rows_of_the_sheet_and_experiments_in_any_order_store_the_same_folds(int[] order, bool backwards)
    {
        var sorted = Folds("sorted", backwards: false);
        Assert.Equal(6, sorted.Count);
        SheetFiles.Xlsx(Path.Combine(_folder, "CASME2"), "CASME2-coding-20190701.xlsx",
            [ClipFiles.Rows[0], .. order.Select(i => ClipFiles.Rows[i])]);
        Assert.Equal(sorted, Folds("mixed", backwards));
    }

    [Fact]
    public void A_fold_with_a_single_clip_to_train_on_is_refused_with_its_subject()
    {
        using var data = DatasetLoader.Load(_source,
            new PreparationOptions { Size = 32, CacheFolder = _folder.File("cache") });
        Assert.Contains("The fold that leaves out subject 01 has 1 clips to train on",
            Assert.Throws<UserErrorException>(() =>
                new LosoEngine(new RunStore(_folder.File("runs"))).Run([LosoEngineTests.Tiny(data)], data)).Message);
    }

    /// <summary>
    /// Bytes of every fold, by seed and subject: the folder's name holds the checksum of the sheet, which the order
    /// changes.
    /// </summary>
    Dictionary<(int Seed, string File), string> Folds(string name, bool backwards)
    {
        using var data = DatasetLoader.Load(_source,
            new PreparationOptions
            {
                Size = 32, CacheFolder = _folder.File($"cache-{name}"),
                // Of the five classes one fold would have a single clip to train on.
                Classes = DatasetDescription.Of(DatasetId.CasmeII).AllEmotions,
            });
        var store = new RunStore(_folder.File(name));
        var experiments = Enumerable.Range(1, 2)
            .Select(seed => LosoEngineTests.Tiny(data, PositionStream.Swin) with { Seed = seed }).ToList();
        if (backwards) experiments.Reverse();
        Assert.Empty(new LosoEngine(store) { Workers = 2 }.Run(experiments, data));
        return experiments.SelectMany(e => Directory.GetFiles(store.FolderOf(ExperimentHash.Of(e)), "fold-*")
            .Select(f => (Key: (e.Seed, Path.GetFileName(f)), Text: File.ReadAllText(f))))
            .ToDictionary(f => f.Key, f => f.Text);
    }
}
