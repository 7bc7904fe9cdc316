using static TorchSharp.torch;

namespace MerKernel.Interpretability;

/// <summary>
/// How an attention map varies: its mean, and standard deviations along one direction each, averaged over the others.
/// A map that hardly varies between clips is a fixed weighting, not attention.
/// </summary>
/// <param name="Mean">Mean weight.</param>
/// <param name="OverClips">
/// Standard deviation over clips of the weight of one channel at one position; not a number for a single clip.
/// </param>
/// <param name="OverPositions">
/// Standard deviation over the positions (rows or columns) of one channel in one clip.
/// </param>
/// <param name="OverChannels">Standard deviation over the channels at one position in one clip.</param>
/// <param name="Negative">
/// Share of weights below 0: the product with a map that went through a convolution is no longer held between 0 and 1.
/// </param>
public sealed record MapSpread(double Mean, double OverClips, double OverPositions, double OverChannels,
    double Negative)
{
    /// <summary>Measures maps.</summary>
    /// <param name="maps">One map [channels, positions] for each clip, all of one size.</param>
    public static MapSpread Of(IReadOnlyList<float[,]> maps)
    {
        using var scope = NewDisposeScope();
        var all = stack([.. maps.Select(m => tensor(m))]).to_type(ScalarType.Float64);
        using TorchSharp.Scalar negative = -1;
        double Along(long dimension) => all.std([dimension], unbiased: false).mean().item<double>();
        return new(all.mean().item<double>(), maps.Count > 1 ? Along(0) : double.NaN, Along(2), Along(1),
            all.sign().eq(negative).to_type(ScalarType.Float64).mean().item<double>());
    }

    /// <summary>
    /// The mean of several measurements, for example of one network each: deviations between networks are then no part
    /// of those between clips. A measurement of a single clip says nothing of those.
    /// </summary>
    public static MapSpread MeanOf(IReadOnlyList<MapSpread> spreads) =>
        new(spreads.Average(s => s.Mean),
            spreads.Select(s => s.OverClips).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average(),
            spreads.Average(s => s.OverPositions), spreads.Average(s => s.OverChannels),
            spreads.Average(s => s.Negative));
}
