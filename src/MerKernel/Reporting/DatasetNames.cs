using MerKernel.Data;

namespace MerKernel.Reporting;

/// <summary>How data sets are named in output.</summary>
public static class DatasetNames
{
    /// <summary>For people: 'CASME II'.</summary>
    public static string Title(DatasetId dataset) => dataset == DatasetId.CasmeII ? "CASME II" : "SAMM";

    /// <summary>For programs, as the command line takes it: 'casme2'.</summary>
    public static string Key(DatasetId dataset) => dataset == DatasetId.CasmeII ? "casme2" : "samm";
}
