using MerKernel.Reports.Pictures;
using OpenCvSharp;

namespace MerKernel.Tests.Reporting;

/// <summary>Pictures and the words that replace them.</summary>
public class PictureTests
{
    static PictureGrid.Tile Tile(string caption = "") => new(new Mat(8, 8, MatType.CV_8UC3, Scalar.Gray), caption);

    [Fact]
    public void A_grid_says_its_title_its_data_its_columns_and_its_rows()
    {
        var grid = PictureGrid.Draw("Attention", "Look-alike, n = 8.\nEvery map has a scale of its own.",
            ["", "block 1"], [new("EP01, disgust", [Tile(), Tile("0 to 1")]), new("EP02, anger", [Tile()])]);
        Assert.Equal("Attention. Look-alike, n = 8. Every map has a scale of its own. Columns: block 1. Rows: EP01, " +
            "disgust; EP02, anger.", grid.AltText);
        Assert.False(grid.Image.Empty());
    }

    [Fact]
    public void Rows_without_a_caption_are_said_by_their_tiles() =>
        Assert.Equal("Faces. Look-alike. Rows: 01, disgust, 02, anger.",
            PictureGrid.Draw("Faces", "Look-alike", [], [new("", [Tile("01, disgust"), Tile("02, anger")])]).AltText);

    [Fact]
    public void A_kernel_finds_its_picture_and_its_words_by_the_attributes_name()
    {
        var picture = new Picture(new Mat(8, 9, MatType.CV_8UC3, Scalar.Gray), "a < b");
        Assert.Equal(["image/png", "text/plain"], Formats.Preferred(picture));
        using var read = Cv2.ImDecode(Convert.FromBase64String(Formats.Of(picture, "image/png")), ImreadModes.Color);
        Assert.Equal((8, 9), (read.Rows, read.Cols));
        Assert.Equal("a < b", Formats.Of(picture, "text/plain"));
    }
}
