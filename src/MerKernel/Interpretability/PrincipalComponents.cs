using static TorchSharp.torch;

namespace MerKernel.Interpretability;

/// <summary>Principal components by singular value decomposition of the centred rows.</summary>
/// <param name="Scores">The rows in the components' coordinates, [rows][components].</param>
/// <param name="Directions">
/// The components as unit vectors, largest variance first; the entry of largest size is positive, so that runs agree.
/// </param>
/// <param name="Shares">Each component's share of the variance.</param>
public sealed record PrincipalComponents(double[][] Scores, double[][] Directions, double[] Shares)
{
    /// <summary>Finds the components of largest variance.</summary>
    /// <param name="rows">Rows of equal length, at least two.</param>
    /// <param name="count">How many components.</param>
    /// <exception cref="ArgumentException">Fewer than two rows, or no variance.</exception>
    public static PrincipalComponents Of(IReadOnlyList<IReadOnlyList<float>> rows, int count = 2)
    {
        if (rows.Count < 2)
            throw new ArgumentException($"Components need at least two rows, {rows.Count} came.", nameof(rows));
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var data = tensor(rows.SelectMany(r => r.Select(v => (double)v)).ToArray()).view(rows.Count, -1);
        data -= data.mean([0], keepdim: true);
        var (u, s, v) = linalg.svd(data, fullMatrices: false);
        var variance = s.mul(s);
        var total = variance.sum().item<double>();
        if (!(total > 0)) throw new ArgumentException("The rows are all alike; there is no component.", nameof(rows));
        count = (int)Math.Min(count, s.size(0));
        var directions = Rows(v.narrow(0, 0, count));
        var signs = directions.Select(d => d.MaxBy(Math.Abs) < 0 ? -1.0 : 1.0).ToArray();
        var scores = Rows((u * s).narrow(1, 0, count));
        return new PrincipalComponents(
            [.. scores.Select(row => row.Select((x, c) => x * signs[c]).ToArray())],
            [.. directions.Select((d, c) => d.Select(x => x * signs[c]).ToArray())],
            [.. variance.narrow(0, 0, count).data<double>().ToArray().Select(x => x / total)]);
    }

    static double[][] Rows(Tensor matrix) =>
        [.. matrix.contiguous().data<double>().ToArray().Chunk((int)matrix.size(1))];
}
