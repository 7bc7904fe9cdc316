using Spectre.Console;
using Spectre.Console.Rendering;

namespace MerKernel.Reports;

/// <summary>Tables for the terminal: paper beside measured, below each figure its 95 % interval and its difference from the paper.</summary>
public static class TerminalTables
{
    /// <summary>Writes the rows, a table for each data set.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<TableRow> rows)
    {
        foreach (var page in TablePage.Of(rows))
        {
            console.Write(Draw(page));
            if (page.Scored.Length > 0) console.MarkupLineInterpolated($"[dim]Scored: {page.Scored}: {page.Sample}.[/]");
            if (page.Spread.Length > 0) console.MarkupLineInterpolated($"[dim]{page.Spread}[/]");
            if (page.Differences.Length > 0) console.MarkupLineInterpolated($"[dim]{page.Differences}[/]");
            if (page.Systems.Length > 0) console.Write(Systems(page));
            foreach (var (row, note) in page.Notes) console.MarkupLineInterpolated($"[dim]{row}: {note}[/]");
            console.WriteLine();
        }
        console.MarkupLine("[dim]acc in %, UF1 = macro F1 and UAR = mean recall of the pooled confusion matrix; below: 95 % interval by bootstrap over subjects; Δ: measured minus paper.[/]");
        foreach (var notice in DataNotice.For(rows)) console.MarkupLineInterpolated($"[yellow]{notice}[/]");
    }

    static Table Draw(TablePage page)
    {
        var table = new Table { Border = TableBorder.Simple }
            .Title($"[bold]{Markup.Escape(page.Title)}[/]\n{Markup.Escape(page.Subtitle)}")
            .AddColumn("")
            .AddColumn(new TableColumn("paper\nacc").RightAligned())
            .AddColumn(new TableColumn("\nF1").RightAligned());
        foreach (var protocol in page.Protocols)
            table.AddColumn(new TableColumn($"[italic]{Markup.Escape(protocol.Label)}[/]\n{Triple("acc", "UF1", "UAR")}").NoWrap());
        foreach (var line in page.Lines)
            table.AddRow([Name(line.Head), new Text(Figures.Printed(line.Head.Paper?.Accuracy)), new Text(Figures.Printed(line.Head.Paper?.F1)), .. line.Cells.Zip(line.Seeds, Cell)]);
        return table;
    }

    static Table Systems(TablePage page)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var (heading, i) in SystemFacts.Headings.Select((h, i) => (h, i))) table.AddColumn(i < 2 ? new TableColumn(heading) : new TableColumn(heading).RightAligned());
        foreach (var (row, facts) in page.Systems) table.AddRow([.. facts.Cells(row).Select(c => new Text(c))]);
        return table;
    }

    static Markup Name(TableRow row) => new(row.Kind is RowKind.Baseline or RowKind.Added ? $"[italic]{Markup.Escape(row.Row)}[/]" : Markup.Escape(row.Row));

    static IRenderable Cell(TableRow? row, SeedRow? seeds)
    {
        if (row?.Measured is not { } m) return new Markup(row is null or { Kind: RowKind.PublishedOnly } ? "" : "[dim]not run[/]");
        if (seeds is not null) return Spread(seeds);
        var text = $"[bold]{Triple(Figures.Percent(m.Accuracy), Figures.Fraction(m.UF1), Figures.Fraction(m.Uar))}[/]\n" +
            $"[dim]{Triple(Figures.Percent(m.AccuracyInterval), Figures.Fraction(m.UF1Interval), Figures.Fraction(m.UarInterval))}[/]";
        return new Markup(row.Paper is not { } paper ? text
            : text + $"\n[dim]{Triple("Δ " + Figures.PercentDifference(m.Accuracy, paper.Accuracy), Figures.Difference(m.UF1, paper.F1), "")}[/]");
    }

    static Markup Spread(SeedRow row)
    {
        var (accuracy, uf1, uar) = (row.Accuracy, row.UF1, row.Uar);
        var text = $"[bold]{Triple(Figures.Percent(accuracy.Mean), Figures.Fraction(uf1.Mean), Figures.Fraction(uar.Mean))}[/]\n" +
            $"{Triple(Figures.Spread(accuracy, Figures.Percent), Figures.Spread(uf1, Figures.Fraction), Figures.Spread(uar, Figures.Fraction))}\n" +
            $"[dim]{Triple(Figures.Percent(row.Hull(m => m.AccuracyInterval)), Figures.Fraction(row.Hull(m => m.UF1Interval)), Figures.Fraction(row.Hull(m => m.UarInterval)))}[/]";
        return new Markup(row.Row.Paper is not { } paper ? text
            : text + $"\n[dim]{Triple("Δ " + Figures.PercentDifference(accuracy.Mean, paper.Accuracy), Figures.Difference(uf1.Mean, paper.F1), "")}[/]");
    }

    /// <summary>Three figures in columns of their own inside a cell: the protocol's label stands over all three.</summary>
    static string Triple(string accuracy, string uf1, string uar) => $"{accuracy,7} {uf1,8} {uar,8}";
}
