namespace MerKernel.Data;

/// <summary>How data sets are written.</summary>
public static class DatasetNames
{
    /// <summary>The name as papers write it: 'CASME II', 'SAMM'.</summary>
    public static string Title(this DatasetId dataset) => dataset == DatasetId.CasmeII ? "CASME II" : "SAMM";

    /// <summary>The name on the command line and in JSON: 'casme2', 'samm'.</summary>
    public static string Key(this DatasetId dataset) => dataset == DatasetId.CasmeII ? "casme2" : "samm";

    /// <summary>The data set's own folder below the one that holds both: CASME2 or SAMM.</summary>
    public static string FolderIn(this DatasetId dataset, string root) => Path.Combine(root, dataset == DatasetId.CasmeII ? "CASME2" : "SAMM");

    /// <summary>The subject that a text names, '1', 'sub01' or '01', as the data set writes it.</summary>
    /// <exception cref="UserErrorException">The data set has no clip of it.</exception>
    public static string Subject(this MerDataset data, string text) => FrameLayout.SubjectOf(text, data.Id) is { } subject && data.Subjects.Contains(subject) ? subject
        : throw new UserErrorException($"Subject '{text}' has no clip in this data set; its subjects are {string.Join(", ", data.Subjects)}.");

    /// <summary>The data set of a name as the command line has it.</summary>
    /// <exception cref="UserErrorException">There is no such data set.</exception>
    public static DatasetId Named(string key) => Enum.GetValues<DatasetId>().Where(id => id.Key() == key).Select(id => (DatasetId?)id).FirstOrDefault()
        ?? throw new UserErrorException($"There is no data set '{key}'; the data sets are {string.Join(" and ", Enum.GetValues<DatasetId>().Select(Key))}.");
}
