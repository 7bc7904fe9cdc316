using System.CommandLine;
using System.Collections.Immutable;
using MerKernel.Slurm;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>The options of commands that plan and submit: which tables, on which data, with which seeds; and the plan they make.</summary>
sealed class GridOptions
{
    readonly WorkbenchOptions _bench = new();
    readonly Option<string> _tables = new("--tables")
    {
        Description = "all, or numbers like 3,4; every table brings its controls along",
        DefaultValueFactory = _ => "all",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_tables);
        _bench.AddTo(command);
    }

    public Workbench Open(ParseResult parsed, string? device = null) => _bench.Open(parsed, device);

    public int Workers(ParseResult parsed) => _bench.Workers(parsed);

    public ImmutableArray<Table> Tables(ParseResult parsed) => TablesNamed(parsed.GetValue(_tables)!);

    /// <summary>The rows of the tables, their folds and their costs; the data are prepared for it.</summary>
    public GridPlan Plan(ParseResult parsed, Workbench bench, FoldCost cost, CancellationToken cancel)
    {
        var tables = Tables(parsed);
        foreach (var id in tables.SelectMany(t => t.Datasets).Distinct()) bench.Load(id, cancel);
        return GridPlan.Of(GridRow.Of(bench, tables), id => ClipsOf(bench.Dataset(id)), bench.Store, cost);
    }

    public static ImmutableArray<Table> TablesNamed(string text) => text == "all" ? Experiments.Tables.All
        : [.. text.Split(',').Select(t => int.TryParse(t, out var number) ? Experiments.Tables.Numbered(number)
            : throw new UserErrorException($"--tables {text} is no list of tables; write all, or numbers like 3,4.")).Distinct()];

    static Dictionary<string, int> ClipsOf(MerDataset dataset) => dataset.Clips.CountBy(c => c.Subject).ToDictionary();
}
