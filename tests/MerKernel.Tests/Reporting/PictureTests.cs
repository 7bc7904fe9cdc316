using MerKernel.Data;
using MerKernel.Reports.Pictures;
using OpenCvSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Reporting;

/// <summary>Pictures and the words that replace them.</summary>
public class PictureTests
{
    static PictureGrid.Tile Tile(string caption = "") => new(new Mat(8, 8, MatType.CV_8UC3, Scalar.Gray), caption);

    [Fact]
    public void A_grid_says_its_title_its_data_its_columns_and_its_rows()
    {
        var grid = PictureGrid.Draw("Attention", "Synthetic, n = 8.\nEvery map has a scale of its own.",
            ["", "block 1"], [new("EP01, disgust", [Tile(), Tile("0 to 1")]), new("EP02, anger", [Tile()])]);
        Assert.Equal("Attention. Synthetic, n = 8. Every map has a scale of its own. Columns: block 1. Rows: EP01, " +
            "disgust; EP02, anger.", grid.AltText);
        Assert.False(grid.Image.Empty());
    }

    [Fact]
    public void A_tile_stands_below_its_own_heading_however_wide_those_of_other_rows_are()
    {
        static PictureGrid.Tile Of(int width, Scalar colour, string caption) =>
            new(new Mat(8, width, MatType.CV_8UC3, colour), caption);
        var grid = PictureGrid.Draw("Attention", "Synthetic", ["block 1", "block 2"],
        [
            new("with a strip", [Of(10, Scalar.Red, "0 .. 1"), Of(10, Scalar.Blue, "0 .. 1")]),
            new("without", [Of(8, Scalar.Red, "1.2e-18 .. 0.046 and more"), Of(8, Scalar.Blue, "0 .. 0.04")]),
        ], side: 96);
        var left = Enumerable.Range(0, grid.Image.Rows).Select(y => Enumerable.Range(0, grid.Image.Cols)
            .FirstOrDefault(x => grid.Image.At<Vec3b>(y, x) == new Vec3b(255, 0, 0))).Where(x => x > 0).ToArray();
        Assert.Equal(2 * 96, left.Length);
        var place = Assert.Single(left.Distinct());
        var caption = SheetText.Width("1.2e-18 .. 0.046 and more", 0.36);
        Assert.InRange(place, 8 + caption, 8 + caption + 16);
        // The heading, written from just there on.
        var ink = Enumerable.Range(place - 20, 40).First(x => Enumerable.Range(45, 17)
            .Any(y => grid.Image.At<Vec3b>(y, x).Item0 < 128));
        Assert.InRange(ink, place, place + 3);
    }

    [Fact]
    public void What_rounding_leaves_of_a_zero_is_written_as_zero() =>
        Assert.Equal("0 .. 0.046", MapPicture.Range(new[,] { { 1.2e-18f, 0.046f } }));

    [Fact]
    public void Rows_without_a_caption_are_said_by_their_tiles() =>
        Assert.Equal("Faces. Synthetic. Rows: 01, disgust, 02, anger.",
            PictureGrid.Draw("Faces", "Synthetic", [], [new("", [Tile("01, disgust"), Tile("02, anger")])]).AltText);

    [Fact]
    public void A_kernel_finds_its_picture_and_its_words_by_the_attributes_name()
    {
        var picture = new Picture(new Mat(8, 9, MatType.CV_8UC3, Scalar.Gray), "a < b");
        Assert.Equal(["image/png", "text/plain"], Formats.Preferred(picture));
        using var read = Cv2.ImDecode(Convert.FromBase64String(Formats.Of(picture, "image/png")), ImreadModes.Color);
        Assert.Equal((8, 9), (read.Rows, read.Cols));
        Assert.Equal("a < b", Formats.Of(picture, "text/plain"));
    }

    [Fact]
    public void Maps_of_one_figure_share_a_scale_unless_each_is_to_have_its_own()
    {
        using var maps = tensor(new[] { 0.508f, 0.509f, 0f, 1f }).view(2, 1, 2);
        // The left and right cell of the first map, which is 160 pixels high and 320 wide.
        static Vec3b[] Cells(Picture picture) => [picture.Image.At<Vec3b>(130, 50), picture.Image.At<Vec3b>(130, 300)];
        var shared = Cells(maps.AsMaps("Weights"));
        Assert.Equal(shared[0], shared[1]);
        var own = Cells(maps.AsMaps("Weights", ownScales: true));
        Assert.NotEqual(own[0], own[1]);
        Assert.Contains("Colours: 0 dark, 1 light.", maps.AsMaps("Weights").AltText);
    }

    [Fact]
    public void Maps_with_both_signs_are_blue_below_zero_and_red_above()
    {
        using var map = tensor(new[] { -1f, 2f }).view(1, 1, 2);
        var picture = map.AsMaps("Difference");
        var (low, high) = (picture.Image.At<Vec3b>(130, 50), picture.Image.At<Vec3b>(130, 300));
        Assert.True(low.Item0 > low.Item2 && high.Item2 > high.Item0);
        // Half as far from 0 is half as far from white.
        Assert.True(low.Item2 > high.Item0);
        Assert.Contains("Colours: -2 blue, 0 white, 2 red.", picture.AltText);
    }
}
