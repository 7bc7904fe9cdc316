namespace MerKernel.Data;

/// <summary>The two data sets of the paper.</summary>
public enum DatasetId
{
    /// <summary>CASME II (Yan et al., 2014).</summary>
    CasmeII,

    /// <summary>SAMM (Davison et al., 2016).</summary>
    Samm,
}
