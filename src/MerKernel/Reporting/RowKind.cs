namespace MerKernel.Reporting;

/// <summary>Where a row of a table comes from.</summary>
public enum RowKind
{
    /// <summary>The paper prints it and this project runs it.</summary>
    Variant,

    /// <summary>The paper prints it for another system, which is not run.</summary>
    PublishedOnly,

    /// <summary>Added by this project, because the table cannot be read without it.</summary>
    Baseline,
}
