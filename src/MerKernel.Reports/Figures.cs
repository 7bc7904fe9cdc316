using System.Globalization;
using MerKernel.Evaluation;

namespace MerKernel.Reports;

/// <summary>How numbers are written: accuracy in percent and F1 as a fraction, as the paper prints them.</summary>
static class Figures
{
    public static string Percent(double value) => (100 * value).ToString("0.0", CultureInfo.InvariantCulture);

    public static string Percent(Interval interval) => $"{(100 * interval.Low).ToString("0", CultureInfo.InvariantCulture)}–{(100 * interval.High).ToString("0", CultureInfo.InvariantCulture)}";

    public static string Fraction(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Fraction(Interval interval) => $"{interval.Low.ToString(".00", CultureInfo.InvariantCulture)}–{interval.High.ToString(".00", CultureInfo.InvariantCulture)}";

    /// <summary>Measured minus paper in percentage points, with its sign.</summary>
    public static string PercentDifference(double measured, decimal paper) => (100 * measured - (double)paper).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>Measured minus paper, with its sign.</summary>
    public static string Difference(double measured, decimal paper) => (measured - (double)paper).ToString("+.000;−.000;.000", CultureInfo.InvariantCulture);

    /// <summary>Mean of a score over seeds and its standard deviation (n - 1), which is 0 for one seed.</summary>
    public static (double Mean, double Deviation) Spread(IReadOnlyCollection<double> values)
    {
        var mean = values.Average();
        return (mean, values.Count < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1)));
    }

    public static string P(double p) => p < 0.001 ? "< .001" : p.ToString("= .000", CultureInfo.InvariantCulture).Replace("= 1.000", "= 1");

    public static string Printed(decimal? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "–";
}
