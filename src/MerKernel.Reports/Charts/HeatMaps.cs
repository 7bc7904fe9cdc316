using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>Accuracy of each subject (fold) under each row: which subjects decide a difference.</summary>
static class SubjectChart
{
    /// <summary>More columns are too narrow for numbers; then colours and the colour bar must do.</summary>
    const int MostNumbers = 20;

    /// <summary>Pixels below a panel for the subjects, the axis title and the next panel's title.</summary>
    const int TickLabels = 125;

    public static GenericChart Of(StudyTable table)
    {
        var (datasets, protocol) = (table.Datasets.ToList(), table.Study.Protocols[0]);
        var figure = new Figure($"{table.Title}: subject by subject",
            $"Accuracy on each left-out subject (clips in brackets), {protocol.Label}.\n" +
            $"{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: 170 + (TickLabels + 32 * table.Labels.Length) * datasets.Count - TickLabels, rows: datasets.Count,
            rowGap: TickLabels / ((TickLabels + 32.0 * table.Labels.Length) * datasets.Count - TickLabels));
        for (var panel = 0; panel < datasets.Count; panel++)
            Panel(figure, table, datasets[panel], panel, datasets.Count);
        return figure.Chart();
    }

    static void Panel(Figure figure, StudyTable table, DatasetId dataset, int panel, int panels)
    {
        var outcomes = table.Labels
            .Select(label => table.Outcome(label, dataset, table.Study.Protocols[0]).Folds).ToList();
        var accuracy = outcomes.Select(folds => folds.Select(f =>
            f.Labels.Zip(f.Predictions).Count(p => p.First == p.Second) / (double)f.Labels.Length)).ToList();
        figure.Add("heatmap", new
        {
            z = accuracy.Select(row => row.Select(a => 100 * a)),
            colorscale = ChartTheme.Shares, zmin = 0, zmax = 100, xgap = 1, ygap = 1, showscale = panel == 0,
            colorbar = new
            {
                title = new { text = "accuracy (%)" }, len = 1.0 / panels, y = 1, yanchor = "top",
                thickness = 12
            },
            hovertemplate = "%{y}<br>subject %{x}: %{z:.0f} %<extra></extra>",
        }, panel);
        if (outcomes[0].Length <= MostNumbers)
            CellText.Write(figure, accuracy.Select(row => row.Select(a => (a, $"{100 * a:0}"))), 10, panel);
        figure.Axes(panel, "subject (clips)", "", dataset.Title(),
            new
            {
                tickmode = "array", tickvals = Enumerable.Range(0, outcomes[0].Length),
                ticktext = outcomes[0].Select(f => Figure.Escape($"{f.Subject} ({f.Labels.Length})")), tickangle = -60,
                range = CellText.Range(outcomes[0].Length)
            },
            new
            {
                tickmode = "array", tickvals = Enumerable.Range(0, table.Labels.Length),
                ticktext = table.Labels.Select(Figure.Escape), range = CellText.Reversed(table.Labels.Length)
            });
    }
}

/// <summary>Pooled confusion matrices: colour is the share of the true class, the number is decisions.</summary>
static class ConfusionChart
{
    const int Columns = 3, TitleLength = 29;

    /// <summary>Pixels of a panel with its labels, and of the labels below it.</summary>
    const double PanelHeight = 290, TickLabels = 150;

    public static GenericChart Of(StudyTable table)
    {
        var (datasets, labels, protocol) = (table.Datasets.ToList(), table.Labels, table.Study.Protocols[0]);
        var columns = Math.Min(Columns, labels.Length);
        var lines = (labels.Length + columns - 1) / columns;
        var figure = new Figure($"{table.Title}: confusion matrices",
            $"{protocol.Label}, pooled over folds; colour: share of the true class, numbers: clips" +
            $"{(protocol is MeanOfLastK { K: var epochs } ? $" times {epochs} epochs" : "")}.\n" +
            $"{string.Join("; ", datasets.Select(table.Study.Brief))}",
            height: (int)(120 + PanelHeight * datasets.Count * lines), columns: columns, rows: datasets.Count * lines,
            columnGap: 0.03, rowGap: TickLabels / (PanelHeight * datasets.Count * lines));
        foreach (var (set, dataset) in datasets.Index())
        {
            var classes = table.Study.Bench.Dataset(dataset).Classes;
            foreach (var (row, label) in labels.Index())
                Panel(figure, table.Outcome(label, dataset, protocol).Pooled(classes.Length), classes,
                    set * lines * columns + row, label, row % columns == 0 ? dataset : null);
        }
        return figure.Chart();
    }

    static void Panel(Figure figure, ConfusionMatrix matrix, ImmutableArray<string> classes, int panel, string title,
        DatasetId? first)
    {
        var all = Enumerable.Range(0, classes.Length).ToList();
        double Share(int t, int p) => matrix.Support(t) == 0 ? 0 : (double)matrix[t, p] / matrix.Support(t);
        // Classes as text axes would merge equal names; numbers do not.
        figure.Add("heatmap", new
        {
            z = all.Select(t => all.Select(p => Share(t, p))),
            text = all.Select(t => all.Select(p => $"{matrix[t, p]}")),
            colorscale = ChartTheme.Shares, zmin = 0, zmax = 1, showscale = false, xgap = 1, ygap = 1,
            hovertemplate = "true %{y}, predicted %{x}: %{text} clips (%{z:.0%})<extra></extra>",
        }, panel);
        CellText.Write(figure, all.Select(t => all.Select(p =>
            (Share(t, p), matrix[t, p] == 0 ? "" : $"{matrix[t, p]}"))), 11, panel);
        var names = classes.Select(Figure.Escape).ToList();
        figure.Axes(panel, first is null ? "" : "predicted", first is { } dataset ? $"{dataset.Title()}: true" : "",
            string.Join('\n', Figure.Lines(title, TitleLength)),
            new
            {
                tickmode = "array", tickvals = all, ticktext = names, tickangle = -45,
                range = CellText.Range(classes.Length)
            },
            new
            {
                tickmode = "array", tickvals = all, ticktext = first is null ? [.. names.Select(_ => "")] : names,
                range = CellText.Reversed(classes.Length)
            });
    }
}

/// <summary>
/// Numbers in the cells of a heat map of shares, each dark or light, whichever reads better on its cell: plotly.js's
/// own text of a heat map is one colour or nearly so.
/// </summary>
static class CellText
{
    public static void Write(Figure figure, IEnumerable<IEnumerable<(double Share, string Text)>> rows, int size,
        int panel)
    {
        var cells = rows.SelectMany((row, y) => row.Select((cell, x) => (x, y, cell.Share, cell.Text)))
            .Where(c => c.Text.Length > 0).ToList();
        figure.Add("scatter", new
        {
            mode = "text", showlegend = false, hoverinfo = "skip", x = cells.Select(c => c.x),
            y = cells.Select(c => c.y), text = cells.Select(c => c.Text),
            textfont = new { size, color = cells.Select(c => ChartTheme.OnShare(c.Share)) },
        }, panel);
    }

    /// <summary>The range of an axis with so many cells.</summary>
    public static double[] Range(int cells) => [-0.5, cells - 0.5];

    /// <summary>The same from top to bottom.</summary>
    public static double[] Reversed(int cells) => [cells - 0.5, -0.5];
}
