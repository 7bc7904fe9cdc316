using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>One row of a published table.</summary>
/// <param name="Label">The row's name.</param>
/// <param name="Variant">Key of the method behind it (<see cref="Methods"/>), or null for a system that is published only.</param>
/// <param name="CasmeII">What is printed for CASME II, 5 classes; null for a row of one's own.</param>
/// <param name="Samm">What is printed for SAMM; null in Table 1, which has CASME II alone.</param>
public sealed record PaperRow(string Label, string? Variant, PaperFigure? CasmeII, PaperFigure? Samm = null)
{
    /// <summary>A footnote: a slip of the paper's table, or why a system is not run; null for none.</summary>
    public string? Note { get; init; }

    /// <summary>What is printed for a data set, or null.</summary>
    public PaperFigure? On(DatasetId dataset) => dataset == DatasetId.CasmeII ? CasmeII : Samm;
}
