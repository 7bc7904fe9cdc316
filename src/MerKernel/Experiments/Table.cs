using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>One of the paper's tables: the rows it prints, and those that this project adds.</summary>
/// <param name="Number">Its number in the paper.</param>
/// <param name="Title">Its title.</param>
/// <param name="Rows">The paper's rows in printed order, then the added ones.</param>
public sealed record Table(int Number, string Title, params ImmutableArray<Row> Rows)
{
    /// <summary>Whether the table compares systems, so that their inputs and costs belong to it.</summary>
    public bool ComparesSystems { get; init; }

    /// <summary>The title on data sets that are none of the paper's, where <see cref="Title"/> names one.</summary>
    public string? TitleElsewhere { get; init; }

    /// <summary>The title on a data set.</summary>
    public string TitleOn(DatasetId dataset) => DatasetNames.Paper.Contains(dataset) ? Title : TitleElsewhere ?? Title;

    /// <summary>
    /// Whether the table has rows on a data set: on the paper's two where the paper prints numbers, on every other one,
    /// where it prints none. Rows of one's own by themselves are on every set.
    /// </summary>
    public bool IsOn(DatasetId dataset) => !DatasetNames.Paper.Contains(dataset)
        || Rows.Any(r => r.On(dataset) is not null) || Rows.All(r => DatasetNames.Paper.All(id => r.On(id) is null));

    /// <summary>The rows that the paper prints.</summary>
    public IEnumerable<Row> Printed => Rows.Where(r => !r.IsAdded);

    /// <summary>Controls that a row computes already, under another name.</summary>
    public ImmutableArray<Method> Repeated { get; init; } = [];

    /// <summary>The controls under the table: those that are no rows of it.</summary>
    public IEnumerable<Method> Controls =>
        Tables.Controls.Where(c => !Repeated.Contains(c) && Rows.All(r => r.Method != c));

    /// <summary>Everything that must be run before the table can be shown, each once.</summary>
    public IEnumerable<Method> Methods =>
        Rows.Select(r => r.Method).OfType<Method>().Where(m => m is not ReadMethod).Concat(Controls).Distinct();
}

/// <summary>A row of a table: its label, its method and the paper's figures.</summary>
/// <param name="Label">The row's name.</param>
/// <param name="Method">The method; null for a system that is published only.</param>
public sealed record Row(string Label, Method? Method)
{
    /// <summary>The paper's figures for CASME II with 5 classes; null where it prints nothing.</summary>
    public Printed? CasmeII { get; init; }

    /// <summary>The paper's figures for SAMM; null where it prints nothing.</summary>
    public Printed? Samm { get; init; }

    /// <summary>A footnote: a slip of the paper's table, or why a system is not run; null for none.</summary>
    public string? Note { get; init; }

    /// <summary>Whether the paper's table lacks the row.</summary>
    public bool IsAdded => CasmeII is null;

    /// <summary>The paper's figures for a data set, or null.</summary>
    public Printed? On(DatasetId dataset) => dataset switch
    {
        DatasetId.CasmeII => CasmeII,
        DatasetId.Samm => Samm,
        _ => null,
    };
}

/// <summary>
/// A published pair of numbers, digits as printed (0.921 and 0.9210 are different claims of precision).
/// </summary>
/// <param name="Accuracy">Accuracy in percent.</param>
/// <param name="F1">F1 score, 0 to 1.</param>
public sealed record Printed(decimal Accuracy, decimal F1);
