using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>A workbench as the commands that a message advises name it.</summary>
static class WorkbenchWords
{
    /// <summary>
    /// The options that name its profile and the folder of its data, a space before each; empty for the usual ones.
    /// </summary>
    public static string DataOptions(this Workbench bench) => bench.ProfileOption()
        + (bench.DataFolder is { } data ? $" --data {Shell.Word(data)}" : "");

    /// <summary>The option that names its profile, behind a space; empty for the usual one.</summary>
    public static string ProfileOption(this Workbench bench) =>
        bench.Profile.Name == Profile.Small.Name ? "" : $" --profile {bench.Profile.Name}";

    /// <summary>The option that names the parts of a set made of several, behind a space; empty for none.</summary>
    public static string SetsOption(this Workbench bench) =>
        bench.Parts is { } parts ? $" --sets {string.Join(',', parts.Select(p => p.Key()))}" : "";

    /// <summary>Demands that its run store is there, for commands that only read it.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static void MustHaveStore(this Workbench bench) => bench.Store.MustExist(bench.DataOptions()
        + bench.StoreOption());

    static string StoreOption(this Workbench bench) =>
        bench.HasUsualStore ? "" : $" --store {Shell.Word(bench.Store.Folder)}";

    /// <summary>The message for a data set that is nowhere.</summary>
    public static UserErrorException NoData(DatasetId id) => new($"There are no data of {id.Title()}: name the " +
        "folder with CASME2/ and SAMM/, or a source of synthetic data.");

    /// <summary>The warning for a synthetic set that no run has made.</summary>
    public static string NotMadeYet(this Workbench bench, DatasetId id) => $"{id.Title()}: its synthetic set is not " +
        $"made yet, so it is left out; mer reproduce{bench.DataOptions()} makes it and trains its rows.";

    /// <summary>
    /// The message for a data set of which nothing is stored as it is: whether other runs of it are, and what computes
    /// these.
    /// </summary>
    public static UserErrorException NothingStored(this Workbench bench, DatasetId id, IEnumerable<DatasetId> asked)
    {
        var (others, options) = (bench.Store.Experiments().Count(e => e.Dataset == id),
            bench.DataOptions() + bench.StoreOption());
        // Its parts are prepared in classes of their own.
        if (!asked.Contains(id) && asked.Where(i => FoldProtocol.Of(i) is not null).ToList() is [var whole, ..])
            return new($"Nothing is stored for the {bench.Profile.Name} profile on {whole.Title()}, of which " +
                $"{id.Title()} is a part. mer reproduce{options} --dataset {whole.Key()}{bench.SetsOption()} " +
                "computes the tables.");
        return new($"Nothing is stored for the {bench.Profile.Name} profile on {id.Title()}" + (others > 0
            ? $" as it is now: the {others} stored runs of it are of another sheet, other choices, another folder or " +
              $"another profile. mer loso{options} --dataset {id.Key()} trains the network on it as it is, " +
              $"mer reproduce{options} all of the tables."
            : $": no run of it was computed. mer reproduce{options} computes the tables; mer plan{options} estimates " +
              "the cost.")
            + (bench.DataFolder is not null ? ""
                : " If they were computed from a folder of yours, name it with --data FOLDER."));
    }
}
