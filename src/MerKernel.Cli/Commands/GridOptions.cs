using System.CommandLine;
using MerKernel.Slurm;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>The options of commands that plan and submit: which tables, on which data, with which seeds; and the plan they make.</summary>
sealed class GridOptions
{
    readonly WorkbenchOptions _bench = new();
    readonly Option<string[]> _tables = TablesCommand.TableOption();

    public void AddTo(Command command)
    {
        command.Options.Add(_tables);
        _bench.AddTo(command);
    }

    public Workbench Open(ParseResult parsed, string? device = null) => _bench.Open(parsed, device);

    public int Workers(ParseResult parsed) => _bench.Workers(parsed);

    public IReadOnlyList<Table> Tables(ParseResult parsed) => TablesCommand.Chosen(parsed.GetValue(_tables));

    /// <summary>The rows of the tables, their folds and their costs; the data are prepared for it.</summary>
    public GridPlan Plan(ParseResult parsed, Workbench bench, FoldCost cost, CancellationToken cancel)
    {
        var tables = Tables(parsed);
        foreach (var id in TablesCommand.On(bench, tables)) bench.Load(id, cancel);
        return GridPlan.Of(GridRow.Of(bench, tables), id => ClipsOf(bench.Dataset(id)), bench.Store, cost);
    }

    static Dictionary<string, int> ClipsOf(MerDataset dataset) => dataset.Clips.CountBy(c => c.Subject).ToDictionary();
}
