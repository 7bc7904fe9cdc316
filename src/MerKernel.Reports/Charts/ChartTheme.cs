namespace MerKernel.Reports.Charts;

/// <summary>
/// One look for every chart. Colours are Okabe and Ito's, chosen for colour-blind readers and ordered by lightness; every series also has a
/// symbol and a dash of its own, so that a chart survives a black-and-white printer.
/// </summary>
public static class ChartTheme
{
    /// <summary>Font of all text; what every system has.</summary>
    public const string Font = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

    /// <summary>Colour of text, axes and the first series.</summary>
    public const string Ink = "#1a1a1a";

    /// <summary>Colour of grid lines.</summary>
    public const string Grid = "#dddddd";

    /// <summary>Colours of series, dark to light.</summary>
    public static ImmutableArray<string> Colours { get; } = [Ink, "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

    /// <summary>Marker symbols of series.</summary>
    public static ImmutableArray<string> Symbols { get; } = ["circle", "square", "diamond", "triangle-up", "cross", "star", "triangle-down"];

    /// <summary>Dashes of series.</summary>
    public static ImmutableArray<string> Dashes { get; } = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid"];

    /// <summary>Colour scale of shares, white (0) to dark blue (1): one direction of lightness, so it prints.</summary>
    public static object[][] Shares { get; } = [[0.0, "#ffffff"], [0.5, "#7fb2d9"], [1.0, "#08306b"]];

    /// <summary>A value of a palette for a series.</summary>
    /// <param name="palette">Colours, symbols or dashes.</param>
    /// <param name="series">Number of the series, from 0.</param>
    public static string Of(ImmutableArray<string> palette, int series) => palette[series % palette.Length];
}
