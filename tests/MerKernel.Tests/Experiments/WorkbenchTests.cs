using System.Collections.Immutable;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Synthetic;

namespace MerKernel.Tests.Experiments;

/// <summary>What a workbench says of runs and data that are not there, and of rows that are read from a file.</summary>
public sealed class WorkbenchTests
{
    [Theory]
    [InlineData("tiny", false, "mer reproduce --profile tiny.")]
    [InlineData("tiny", true, "mer reproduce --profile tiny --store STORE.")]
    [InlineData("small", true, "mer reproduce --store STORE.")]
    [InlineData("small", false, "mer reproduce.")]
    public void A_store_that_is_not_there_is_made_with_the_options_of_the_command(string profile, bool named,
        string cure)
    {
        using var folder = new TemporaryFolder();
        var store = folder.File("my-runs");
        using var bench = new Workbench
        {
            Root = folder.Path, Profile = Profile.Named(profile), StoreFolder = named ? store : null
        };
        Assert.EndsWith($"look at its name, or compute one with {cure.Replace("STORE", store)}",
            Assert.Throws<UserErrorException>(() => bench.LoadPrepared(DatasetId.Samm)).Message);
    }

    [Fact]
    public void A_set_that_is_not_loaded_is_named_with_those_that_are()
    {
        using var folder = new TemporaryFolder();
        using var bench = new Workbench
        {
            Root = folder.Path, Profile = Profile.Tiny, Synthetic = new SyntheticData()
        };
        string Refused() => Assert.Throws<UserErrorException>(() => bench.Dataset(DatasetId.Smic)).Message;
        Assert.StartsWith("SMIC is not loaded; ", Refused());
        bench.LoadCounts(DatasetNames.Paper);
        Assert.Equal("SMIC is not loaded, only CASME II and SAMM; in a notebook " +
            "study.Bench.Load(DatasetId.Smic) loads it.", Refused());
    }

    [Fact]
    public void What_computes_a_set_made_of_several_is_named_with_its_parts()
    {
        using var folder = new TemporaryFolder();
        using var bench = new Workbench
        {
            Root = folder.Path, Profile = Profile.Tiny, Synthetic = new SyntheticData(), Only = [DatasetId.Composite],
            Parts = [DatasetId.CasmeII, DatasetId.Samm]
        };
        Directory.CreateDirectory(bench.Store.Folder);
        Assert.Equal("Nothing is stored for the tiny profile on composite, of which CASME II is a part. mer " +
            "reproduce --profile tiny --dataset composite --sets casme2,samm computes the tables.",
            Assert.Throws<UserErrorException>(() => bench.LoadPrepared(DatasetId.Composite)).Message);
    }

    /// <summary>A cell that is run again must not get what the first run refused.</summary>
    [Fact]
    public void A_set_of_one_subject_is_refused_each_time()
    {
        using var folder = new TemporaryFolder();
        SyntheticSet.Write(DatasetId.CasmeII, SyntheticOptions.Tiny with { Subjects = 1 }, folder.File("data"));
        using var bench = new Workbench
        {
            Root = folder.Path, Profile = Profile.Tiny, DataFolder = folder.File("data")
        };
        string Refused() => Assert.Throws<UserErrorException>(() => bench.Load(DatasetId.CasmeII)).Message;
        Assert.Contains("leave-one-subject-out needs two subjects", Refused());
        Assert.Contains("leave-one-subject-out needs two subjects", Refused());
    }

    [Fact]
    public void A_synthetic_set_that_nobody_has_trained_on_is_left_out_of_what_is_shown()
    {
        using var folder = new TemporaryFolder();
        Workbench Bench(List<string>? warnings = null, ImmutableArray<DatasetId>? only = null) => new()
        {
            Root = folder.Path, Profile = Profile.Tiny, Synthetic = new SyntheticData(), Only = only,
            Warn = warnings is null ? null : warnings.Add
        };
        using (var trained = Bench())
        {
            trained.Load(DatasetId.CasmeII);
            Directory.CreateDirectory(trained.Store.Folder);
        }
        List<string> said = [];
        using var shown = Bench(said);
        shown.LoadPrepared(shown.Datasets);
        Assert.Equal([DatasetId.CasmeII], shown.Datasets);
        Assert.Equal(["SAMM: its synthetic set is not made yet, so it is left out; mer reproduce --profile tiny " +
            "makes it and trains its rows."], said);
        // Asked for by name it is not left out silently.
        using var asked = Bench(only: [DatasetId.Samm]);
        Assert.Throws<UserErrorException>(() => asked.LoadPrepared(asked.Datasets));
    }

    [Fact]
    public void Of_a_row_from_a_file_it_is_said_where_it_is_from_and_not_where_it_was_trained()
    {
        using var folder = new TemporaryFolder();
        using var bench = new Workbench
        {
            Root = folder.Path, Profile = Profile.Tiny, Synthetic = new SyntheticData()
        };
        bench.LoadCounts(DatasetId.Samm);
        var data = bench.Dataset(DatasetId.Samm);
        var file = folder.File("mine.csv");
        File.WriteAllText(file, "clip,predicted\n" + string.Join('\n', data.Clips.Select(c => $"{c.Id},0")));
        KeptPredictions.Keep(bench.Store, data, "My network", file);
        Assert.Equal(("My network", "Read from a file of predictions."),
            ReadMethod.AddedTo([Tables.Numbered(3)], bench, [DatasetId.Samm]).Single().Rows[^1] is var row
                ? (row.Label, row.Note) : default);

        // Rows of one label are one system: a notebook's own that is called so is another.
        var own = Tables.Numbered(3) with { Rows = [new("My network", new Change("own/My network", "", e => e))] };
        Assert.Equal(["My network", "My network (file)"],
            ReadMethod.AddedTo([own], bench, [DatasetId.Samm]).Single().Rows.Select(r => r.Label));
    }
}
