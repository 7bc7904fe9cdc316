namespace MerKernel.Reports;

/// <summary>Where a row of a table comes from.</summary>
public enum RowKind
{
    /// <summary>The paper prints it and this project runs it.</summary>
    Variant,

    /// <summary>The paper prints it for another system, which is not run.</summary>
    PublishedOnly,

    /// <summary>Another published system that this project runs; the paper's table does not have it.</summary>
    Added,

    /// <summary>Added by this project, because the table cannot be read without it.</summary>
    Baseline,
}
