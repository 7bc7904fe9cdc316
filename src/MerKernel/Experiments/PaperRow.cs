using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>One row of a published table.</summary>
/// <param name="Label">The row's name.</param>
/// <param name="Variant">Key of the variant behind it (<see cref="Variants"/>), or null for another system that is published only.</param>
/// <param name="CasmeII">What is printed for CASME II, 5 classes; null for a row of one's own.</param>
/// <param name="Samm">What is printed for SAMM; null in Table 1, which has CASME II alone.</param>
public sealed record PaperRow(string Label, string? Variant, PaperFigure? CasmeII, PaperFigure? Samm = null)
{
    /// <summary>What is printed for a data set, or null.</summary>
    public PaperFigure? On(DatasetId dataset) => dataset == DatasetId.CasmeII ? CasmeII : Samm;
}
