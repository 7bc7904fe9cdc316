using MerKernel.Interpretability;
using MerKernel.Reports.Attention;
using MerKernel.Faces;
using OpenCvSharp;

namespace MerKernel.Tests.Interpretability;

public class MeasureTests
{
    [Fact]
    public void Components_of_a_known_covariance_are_its_axes_with_its_variances()
    {
        // Points at +-3 along (3, 4) / 5 and +-1 along (-4, 3) / 5, shifted by (10, 20): variances 9 and 1 along the
        // axes, so 90 and 10 per cent.
        float[][] rows = [[11.8f, 22.4f], [8.2f, 17.6f], [9.2f, 20.6f], [10.8f, 19.4f]];
        var pca = PrincipalComponents.Of(rows);
        Assert.Equal(0.6, pca.Directions[0][0], 1e-6);
        Assert.Equal(0.8, pca.Directions[0][1], 1e-6);
        Assert.Equal(0.8, pca.Directions[1][0], 1e-6);
        Assert.Equal(-0.6, pca.Directions[1][1], 1e-6);
        Assert.Equal(0.9, pca.Shares[0], 1e-6);
        Assert.Equal(0.1, pca.Shares[1], 1e-6);
        Assert.Equal([3, -3, 0, 0], pca.Scores.Select(s => Math.Round(s[0], 5)));
        Assert.Equal([0, 0, -1, 1], pca.Scores.Select(s => Math.Round(s[1], 5)));
    }

    [Fact]
    public void Rows_that_are_all_alike_have_no_component() =>
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Of([[1f, 2], [1f, 2]]));

    [Fact]
    public void A_points_nearest_neighbour_is_of_its_kind_or_not()
    {
        // 0 and 1 are each other's nearest, and so are 12 and 13.5; 10's nearest is 12.
        float[][] points = [[0], [1], [10], [12], [13.5f]];
        var agreement = NeighbourAgreement.Of(points, ["a", "a", "a", "b", "b"]);
        Assert.Equal(4 / 5.0, agreement.Share); // all but 10
        Assert.Equal((3 * (2 / 4.0) + 2 * (1 / 4.0)) / 5, agreement.Chance, 1e-12);
        Assert.Equal(1.0, NeighbourAgreement.Of(points, ["a", "a", "a", "b", "b"], [4]).Share);
        Assert.Equal(0.0, NeighbourAgreement.Of(points, ["a", "a", "a", "b", "b"], [2]).Share);
    }

    [Fact]
    public void Spread_is_told_apart_by_what_it_lies_along()
    {
        // Clips alike; channel 0 has rows 1, 3 (deviation 1), channel 1 rows -2, -2 (deviation 0).
        float[,] map = { { 1, 3 }, { -2, -2 } };
        var still = MapSpread.Of([map, map]);
        Assert.Equal(0, still.Mean, 1e-6);
        Assert.Equal(0, still.OverClips, 1e-6);
        Assert.Equal(0.5, still.OverPositions, 1e-6);
        Assert.Equal((1.5 + 2.5) / 2, still.OverChannels, 1e-6);
        Assert.Equal(0.5, still.Negative);

        // The second clip has 4 more everywhere: a deviation of 2 over clips, the others as before.
        var moving = MapSpread.Of([map, new float[,] { { 5, 7 }, { 2, 2 } }]);
        Assert.Equal(2, moving.OverClips, 1e-6);
        Assert.Equal(0.5, moving.OverPositions, 1e-6);
        Assert.Equal(2, moving.OverChannels, 1e-6);
        Assert.Equal(1, MapSpread.MeanOf([still, moving]).OverClips, 1e-6);

        // One clip varies neither much nor little.
        var one = MapSpread.Of([map]);
        Assert.Equal(double.NaN, one.OverClips);
        Assert.Equal(2, MapSpread.MeanOf([one, moving]).OverClips, 1e-6);
        Assert.Equal(double.NaN, MapSpread.MeanOf([one]).OverClips);
    }

    [Fact]
    public void Overlap_is_the_maps_share_of_its_own_region_beside_that_of_other_clips()
    {
        bool[] left = [true, false, false, false], right = [false, false, true, true];
        var overlap = RegionOverlap.Of([[3, 1, 0, 0], [1, 0, 0, 3], [0, 0, 0, 0]], [left, right, left])!;
        Assert.Equal((0.75 + 0.75) / 2, overlap.Share, 1e-12);
        Assert.Equal((0.25 + 0.5) / 2, overlap.Area, 1e-12);
        Assert.Equal((0 + 0.25) / 2, overlap.OtherClips, 1e-12);
        Assert.Equal((2, 1), (overlap.Count, overlap.Empty));
        // Of the two assignments one is as good as the true one: itself.
        Assert.InRange(overlap.P, 0.45, 0.55);
        // In groups of their own nothing can be exchanged.
        Assert.Equal(1, RegionOverlap.Of([[3, 1, 0, 0], [1, 0, 0, 3]], [left, right], ["a", "b"])!.P);
        Assert.Null(RegionOverlap.Of([[0, 0]], [[true, false]]));
    }

    [Fact]
    public void An_even_map_has_in_every_band_the_bands_height_and_bands_fill_the_face()
    {
        var points = Enumerable.Range(0, 68).Select(i =>
            new Point2f(50, i switch { <= 16 => 50, <= 26 => 20, <= 35 => 50, <= 47 => 30, _ => 70 } - 0.5f)).ToArray();
        var bands = FaceBands.Of([points], size: 100);
        Assert.Equal([("forehead", 0, 0.15), ("eyebrows", 0.15, 0.25), ("eyes", 0.25, 0.4), ("nose", 0.4, 0.6),
            ("mouth", 0.6, 0.8), ("chin", 0.8, 1)],
            bands.Select(b => (b.Name, Math.Round(b.Top, 6), Math.Round(b.Bottom, 6))));
        double[] even = [1, 1, 1, 1, 1, 1, 1];
        Assert.All(bands, band => Assert.Equal(band.Height, band.Share(even), 1e-6));

        // All weight in the second of four rows, 0.25 to 0.5: 0.15 of it in the eyes, 0.1 in the nose.
        Assert.Equal([0, 0, 0.6, 0.4, 0, 0], bands.Select(b => Math.Round(b.Share([0, 5, 0, 0]), 6)));
    }

    [Fact]
    public void A_network_counts_once_however_many_clips_it_saw()
    {
        // Values 1 and 3 of one network, 5 of another: means 2 and 5; within them -1, +1 and 0.
        var values = new Queue<double>([1, 3, 5]);
        var (mean, within) = AttentionStudy.Summary([[null!, null!], [null!]], _ => values.Dequeue());
        Assert.Equal((3.5, Math.Round(Math.Sqrt(2.0 / 3), 12)), (mean, Math.Round(within, 12)));
    }
}
