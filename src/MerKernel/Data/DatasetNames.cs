namespace MerKernel.Data;

/// <summary>How data sets are written.</summary>
public static class DatasetNames
{
    /// <summary>The name as papers write it: 'CASME II', 'SAMM'.</summary>
    public static string Title(this DatasetId dataset) => dataset == DatasetId.CasmeII ? "CASME II" : "SAMM";

    /// <summary>The name on the command line and in JSON: 'casme2', 'samm'.</summary>
    public static string Key(this DatasetId dataset) => dataset == DatasetId.CasmeII ? "casme2" : "samm";
}
