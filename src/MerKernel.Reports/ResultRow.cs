using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;

namespace MerKernel.Reports;

/// <summary>Where a row of a table comes from.</summary>
public enum RowKind
{
    /// <summary>The paper prints it and this project runs it.</summary>
    Variant,

    /// <summary>The paper prints it for another system, which is not run.</summary>
    PublishedOnly,

    /// <summary>Another published system, or a row of one's own; the paper's table does not have it.</summary>
    Added,

    /// <summary>Added by this project, because the table cannot be read without it.</summary>
    Baseline,
}

/// <summary>One row of a table on one data set under one protocol with one seed: what the paper prints next to what was measured.</summary>
public sealed record ResultRow
{
    /// <summary>The table.</summary>
    public required Table Table { get; init; }

    /// <summary>The row's name.</summary>
    public required string Label { get; init; }

    /// <summary>Where the row comes from.</summary>
    public required RowKind Kind { get; init; }

    /// <summary>What is run for the row; null where nothing is trained.</summary>
    public Method? Method { get; init; }

    /// <summary>The data set.</summary>
    public required DatasetId Dataset { get; init; }

    /// <summary>True if the numbers come from synthetic data.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>Name of the profile.</summary>
    public required string Profile { get; init; }

    /// <summary>The epoch protocol; null where there is no epoch to choose.</summary>
    public EpochProtocol? Protocol { get; init; }

    /// <summary>What the paper prints, or null.</summary>
    public Printed? Paper { get; init; }

    /// <summary>What was measured, or null where nothing (or not every fold) was run.</summary>
    public Score? Score { get; init; }

    /// <summary>
    /// The row compared with the full network on the same clips (row minus full), corrected over the table's rows on this data set; null for the full network itself,
    /// where one of the two was not run, and under protocols that look at the test subject.
    /// </summary>
    public Comparison? AgainstFull { get; init; }

    /// <summary>A footnote on the row, or null.</summary>
    public string? Note { get; init; }

    /// <summary>What the row's system sees and costs, in tables that compare systems; else null.</summary>
    public SystemFacts? System { get; init; }

    /// <summary>Which clips were scored, and what is known about that choice.</summary>
    public SampleSet Sample { get; init; } = SampleSet.All;

    /// <summary>Names of the classes, in label order.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>Seed of the run.</summary>
    public required int Seed { get; init; }

    /// <summary>Hash of the experiment, or null where none stands behind the row.</summary>
    public string? Experiment { get; init; }

    internal string ProtocolLabel => Protocol?.Label ?? "no epoch to choose";
}
