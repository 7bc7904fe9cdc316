namespace MerKernel.Experiments;

/// <summary>A workbench as the commands that a message advises name it.</summary>
static class WorkbenchWords
{
    /// <summary>
    /// The options that name its profile and the folder of its data, a space before each; empty for the usual ones.
    /// </summary>
    public static string DataOptions(this Workbench bench) =>
        (bench.Profile.Name == Profile.Small.Name ? "" : $" --profile {bench.Profile.Name}")
        + (bench.DataFolder is { } data ? $" --data {Shell.Word(data)}" : "");

    /// <summary>Demands that its run store is there, for commands that only read it.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static void MustHaveStore(this Workbench bench) => bench.Store.MustExist(bench.DataOptions()
        + (bench.HasUsualStore ? "" : $" --store {Shell.Word(bench.Store.Folder)}"));
}
