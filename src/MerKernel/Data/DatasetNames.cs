namespace MerKernel.Data;

/// <summary>How data sets are written.</summary>
public static class DatasetNames
{
    /// <summary>The two data sets of the paper.</summary>
    public static ImmutableArray<DatasetId> Paper { get; } = [DatasetId.CasmeII, DatasetId.Samm];

    /// <summary>The sets that have files: the published ones and the user's own.</summary>
    public static ImmutableArray<DatasetId> WithFiles { get; } = [.. DatasetDescription.All.Select(d => d.Id),
        DatasetId.Own];

    /// <summary>Every name of the command line.</summary>
    public static string Keys => string.Join(", ", Enum.GetValues<DatasetId>().Select(Key));

    /// <summary>The name as papers write it: 'CASME II', 'SAMM'.</summary>
    public static string Title(this DatasetId dataset) => dataset switch
    {
        DatasetId.Own => "own data set",
        DatasetId.Composite => "composite",
        DatasetId.CrossDataset => "one data set left out",
        _ => DatasetDescription.Of(dataset).Title,
    };

    /// <summary>The name on the command line and in JSON: 'casme2', 'samm'.</summary>
    public static string Key(this DatasetId dataset) => dataset switch
    {
        DatasetId.Own => "own",
        DatasetId.Composite => "composite",
        DatasetId.CrossDataset => "cross-dataset",
        _ => DatasetDescription.Of(dataset).Key,
    };

    /// <summary>The data set's own folder below the one that holds all: CASME2 or SAMM.</summary>
    public static string FolderIn(this DatasetId dataset, string root) =>
        dataset == DatasetId.Own ? root : Path.Combine(root, DatasetDescription.Of(dataset).Folder);

    /// <summary>The subject that a text names, '1', 'sub01' or '01', as the data set writes it.</summary>
    /// <exception cref="UserErrorException">The data set has no clip of it.</exception>
    public static string Subject(this MerDataset data, string text) =>
        // As it is first: a data set put together in memory may call its subjects what it likes.
        data.Subjects.Contains(text) ? text
        : FrameLayout.SubjectOf(text, data.Id) is { } subject && data.Subjects.Contains(subject) ? subject
            : throw new UserErrorException(
                $"Subject '{text}' has no clip in this data set; its subjects are {string.Join(", ", data.Subjects)}.");

    /// <summary>The data set of a name as the command line has it, or null.</summary>
    internal static DatasetId? TryNamed(string key) =>
        Enum.GetValues<DatasetId>().Where(id => id.Key() == key).Select(id => (DatasetId?)id).FirstOrDefault();

    /// <summary>The data set of a name as the command line has it.</summary>
    /// <exception cref="UserErrorException">There is no such data set.</exception>
    public static DatasetId Named(string key) =>
        TryNamed(key) ?? throw new UserErrorException($"There is no data set '{key}'; the data sets are {Keys}.");
}
