using Microsoft.FSharp.Collections;
using Plotly.NET;

namespace MerKernel.Reports.Charts;

/// <summary>
/// Builds a Plotly.NET chart of one or more panels in the project's theme. Traces and axes are given in plotly.js's own
/// terms (an anonymous object each), because Plotly.NET's optional F# arguments are required ones from C#.
/// </summary>
public sealed class Figure
{
    /// <summary>
    /// Width in pixels: fixed, so that the picture of a chart and the chart itself agree; narrow pages scroll.
    /// </summary>
    const int Width = 820;

    const int LineHeight = 16, LineLength = 124, TitleLength = 90;

    readonly List<Trace> _traces = [];
    readonly List<object> _annotations = [], _shapes = [];
    readonly Dictionary<string, object> _layout;
    readonly Dictionary<(int Row, string Title), int> _shared = [];
    readonly int _columns, _rows;
    readonly double _columnGap, _rowGap;
    readonly int _height, _headingLines;
    int _titleLines = 1;

    /// <summary>An empty figure.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="subtitle">
    /// Data, profile, protocol and n, in smaller type below the title; long ones are broken into lines.
    /// </param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="columns">Panels side by side.</param>
    /// <param name="rows">Panels one above the other.</param>
    /// <param name="columnGap">Space between panels side by side, as a share of the width.</param>
    /// <param name="rowGap">Space between panels one above the other, as a share of the height.</param>
    public Figure(string title, string subtitle, int height = 420, int columns = 1, int rows = 1,
        double columnGap = 0.12, double rowGap = 0.2)
    {
        (_columns, _rows, _columnGap, _rowGap) = (columns, rows, columns == 1 ? 0 : columnGap, rows == 1 ? 0 : rowGap);
        var (heading, lines) = (Lines(title, TitleLength).ToList(), Lines(subtitle, LineLength).ToList());
        _layout = new()
        {
            ["title"] = new
            {
                text = $"{string.Join("<br>", heading.Select(Escape))}<br><span " +
                    $"style=\"font-size:12px\">{string.Join("<br>", lines.Select(Escape))}</span>",
                x = 0, xref = "container", xanchor = "left", y = 1, yref = "container", yanchor = "top",
                pad = new { t = 14, l = 16 }, font = new { size = 16 }
            },
            ["font"] = new { family = ChartTheme.Font, size = 12, color = ChartTheme.Ink },
            ["width"] = Width,
            ["paper_bgcolor"] = "#ffffff",
            ["plot_bgcolor"] = "#ffffff",
            ["hovermode"] = "closest",
        };
        (_height, _headingLines) = (height, lines.Count + heading.Count - 1);
        Size();
        LegendAt(-0.16);
    }

    void Size()
    {
        var more = LineHeight * (_headingLines + _titleLines - 1);
        _layout["height"] = _height + more;
        _layout["margin"] = new { l = 70, r = 30, t = 68 + more, b = 60 };
    }

    /// <summary>Text that comes from data, made safe for plotly's pseudo-HTML.</summary>
    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    /// <summary>Sets something of the layout, in plotly.js's terms.</summary>
    public Figure Layout(string name, object value)
    {
        _layout[name] = value;
        return this;
    }

    /// <summary>Lays the legend below the panels.</summary>
    /// <param name="y">Its upper edge, as a share of the panels' height below them.</param>
    public Figure LegendAt(double y) =>
        Layout("legend", new { orientation = "h", x = 0, xanchor = "left", y, yanchor = "top" });

    /// <summary>Error bars from the ends of intervals, in plotly.js's terms.</summary>
    public static object Bars(IEnumerable<(double Value, double Low, double High)> intervals, string colour) =>
        new
        {
            type = "data", symmetric = false, color = colour, thickness = 1.4, width = 4,
            array = intervals.Select(i => i.High - i.Value), arrayminus = intervals.Select(i => i.Value - i.Low)
        };

    /// <summary>Adds a trace to a panel.</summary>
    /// <param name="type">plotly.js's trace type, for example scatter, bar, heatmap.</param>
    /// <param name="properties">An anonymous object with plotly.js's names.</param>
    /// <param name="panel">Number of the panel, from 0, row by row.</param>
    public Figure Add(string type, object properties, int panel = 0)
    {
        var trace = new Trace(type);
        foreach (var property in properties.GetType().GetProperties())
            if (property.GetValue(properties) is { } value) trace.SetProperty(property.Name, value);
        if (panel > 0)
        {
            trace.SetProperty("xaxis", Name("x", panel));
            trace.SetProperty("yaxis", Name("y", panel));
        }
        _traces.Add(trace);
        return this;
    }

    /// <summary>
    /// Sets a panel's axes and title. Panels side by side whose vertical axes have the same title, and no range of
    /// their own, share their range: they are there to be compared.
    /// </summary>
    /// <param name="panel">Number of the panel, from 0, row by row.</param>
    /// <param name="x">Title of the horizontal axis, with its unit.</param>
    /// <param name="y">Title of the vertical axis, with its unit.</param>
    /// <param name="title">Text above the panel; a line break of its own is kept.</param>
    /// <param name="xAxis">More of the horizontal axis, in plotly.js's terms.</param>
    /// <param name="yAxis">More of the vertical axis, in plotly.js's terms.</param>
    public Figure Axes(int panel, string x, string y, string title = "", object? xAxis = null, object? yAxis = null)
    {
        var (column, row) = (panel % _columns, panel / _columns);
        var (left, right) = Span(column, _columns, _columnGap);
        var (top, bottom) = Span(row, _rows, _rowGap) is var (from, to) ? (1 - from, 1 - to) : default;
        _layout[Name("xaxis", panel)] = Axis(x, Name("y", panel), [left, right], xAxis);
        var vertical = Axis(y, Name("x", panel), [bottom, top], yAxis);
        if (y.Length > 0 && !vertical.ContainsKey("range") && !vertical.ContainsKey("matches"))
        {
            if (_shared.TryGetValue((row, y), out var other)) vertical["matches"] = Name("y", other);
            else _shared[(row, y)] = panel;
        }
        _layout[Name("yaxis", panel)] = vertical;
        if (row == 0 && title.Count(c => c == '\n') >= _titleLines)
        {
            _titleLines = title.Count(c => c == '\n') + 1;
            Size();
        }
        if (title.Length > 0)
            _annotations.Add(new
            {
                text = $"<b>{Escape(title).Replace("\n", "<br>")}</b>", align = "left",
                x = left, y = top, xref = "paper", yref = "paper", xanchor = "left",
                yanchor = "bottom", showarrow = false, yshift = 4
            });
        return this;
    }

    /// <summary>Adds an annotation, in plotly.js's terms.</summary>
    public Figure Annotate(object annotation)
    {
        _annotations.Add(annotation);
        return this;
    }

    /// <summary>Adds a shape, in plotly.js's terms.</summary>
    public Figure Shape(object shape)
    {
        _shapes.Add(shape);
        return this;
    }

    /// <summary>plotly.js's name of a panel's axis: x, x2, x3; xaxis, xaxis2.</summary>
    public static string Name(string axis, int panel) =>
        panel == 0 ? axis : string.Create(CultureInfo.InvariantCulture, $"{axis}{panel + 1}");

    /// <summary>The finished chart.</summary>
    public GenericChart Chart()
    {
        var layout = new Layout();
        if (_annotations.Count > 0) _layout["annotations"] = _annotations;
        if (_shapes.Count > 0) _layout["shapes"] = _shapes;
        foreach (var (name, value) in _layout) layout.SetProperty(name, value);
        var config = new Config();
        // Its buttons would lie on the title; zooming and double-clicking work without them.
        config.SetProperty("displayModeBar", false);
        return GenericChart.setConfig(config,
            GenericChart.setLayout(layout, GenericChart.ofTraceObjects(false, ListModule.OfSeq(_traces))));
    }

    /// <summary>Breaks a text at spaces so that it fits the width; a line break of its own is kept.</summary>
    internal static IEnumerable<string> Lines(string text, int length)
    {
        foreach (var paragraph in text.Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > length)
                {
                    yield return line;
                    line = word;
                }
                else line = line.Length == 0 ? word : $"{line} {word}";
            }
            yield return line;
        }
    }

    static (double From, double To) Span(int index, int count, double gap)
    {
        var width = (1 - gap * (count - 1)) / count;
        return (index * (width + gap), index * (width + gap) + width);
    }

    static Dictionary<string, object> Axis(string title, string anchor, double[] domain, object? more)
    {
        var axis = new Dictionary<string, object>
        {
            ["title"] = new { text = Escape(title), standoff = 8 },
            ["anchor"] = anchor,
            ["domain"] = domain,
            ["gridcolor"] = ChartTheme.Grid,
            ["zeroline"] = false,
            ["linecolor"] = ChartTheme.Ink,
            ["showline"] = true,
            ["ticks"] = "outside",
            ["automargin"] = true,
        };
        foreach (var property in more?.GetType().GetProperties() ?? [])
            if (property.GetValue(more) is { } value) axis[property.Name] = value;
        return axis;
    }
}

/// <summary>
/// One look for every chart. Colours are Okabe and Ito's, chosen for colour-blind readers and ordered by lightness;
/// every series also has a symbol and a dash of its own, so that a chart survives a black-and-white printer.
/// </summary>
public static class ChartTheme
{
    /// <summary>Font of all text; every system has it.</summary>
    public const string Font = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

    /// <summary>Colour of text, axes and the first series.</summary>
    public const string Ink = "#1a1a1a";

    /// <summary>Colour of the paper's figures: grey where they are of other data.</summary>
    public static string Printed(bool comparable) => comparable ? Ink : "#999999";

    /// <summary>Colour of grid lines.</summary>
    public const string Grid = "#dddddd";

    /// <summary>Colours of series, dark to light.</summary>
    public static ImmutableArray<string> Colours { get; } = [Ink, "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
        "#56B4E9"];

    /// <summary>Marker symbols of series.</summary>
    public static ImmutableArray<string> Symbols { get; } = ["circle", "square", "diamond", "triangle-up", "cross",
        "star", "triangle-down"];

    /// <summary>Dashes of series.</summary>
    public static ImmutableArray<string> Dashes { get; } = ["solid", "dash", "dot", "dashdot", "longdash",
        "longdashdot", "solid"];

    /// <summary>Colour scale of shares, white (0) to dark blue (1): one direction of lightness, so it prints.</summary>
    public static object[][] Shares { get; } = [[0.0, "#ffffff"], [0.5, "#7fb2d9"], [1.0, "#08306b"]];

    /// <summary>
    /// The colour of text on a colour of <see cref="Shares"/>: black or white, of which one always has a contrast of
    /// 4.5 or more.
    /// </summary>
    /// <param name="share">From 0 to 1.</param>
    internal static string OnShare(double share)
    {
        byte[][] colours = [.. Shares.Select(s => Convert.FromHexString(((string)s[1])[1..]))];
        var (from, part) = share < 0.5 ? (0, 2 * share) : (1, 2 * share - 1);
        double Linear(int channel)
        {
            var value = (colours[from][channel] * (1 - part) + colours[from + 1][channel] * part) / 255;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        // Where black and white have the same contrast (WCAG 2): sqrt(1.05 * 0.05) - 0.05.
        return 0.2126 * Linear(0) + 0.7152 * Linear(1) + 0.0722 * Linear(2) > 0.179 ? "#000000" : "#ffffff";
    }

    /// <summary>A value of a palette for a series.</summary>
    /// <param name="palette">Colours, symbols or dashes.</param>
    /// <param name="series">Number of the series, from 0.</param>
    public static string Of(ImmutableArray<string> palette, int series) => palette[series % palette.Length];
}
