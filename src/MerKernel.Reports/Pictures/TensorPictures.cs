using System.Runtime.InteropServices;
using OpenCvSharp;
using static TorchSharp.torch;

namespace MerKernel.Reports.Pictures;

/// <summary>Tensors as pictures: frames as the camera saw them, maps in colours.</summary>
public static class TensorPictures
{
    // As many in a row are as wide as a chart.
    const int Side = 160, InRow = 5;

    /// <summary>Frames side by side.</summary>
    /// <param name="frames">
    /// [3, S, S] or [N, 3, S, S]: uint8, or floats that were normalised with ImageNet's constants as networks see them.
    /// </param>
    /// <param name="title">Their heading.</param>
    /// <param name="captions">A few words below each.</param>
    public static Picture AsFrames(this Tensor frames, string title, params IReadOnlyList<string> captions)
    {
        using var scope = NewDisposeScope();
        var shown = frames.detach().cpu();
        if (shown.dim() == 3) shown = shown.unsqueeze(0);
        if (shown.dim() != 4 || shown.size(1) != 3)
            throw new ArgumentException(
                $"Frames are [3, S, S] or [N, 3, S, S]; these are [{string.Join(", ", frames.shape)}].");
        if (shown.dtype != ScalarType.Byte)
        {
            float[] mean = [0.485f, 0.456f, 0.406f], deviation = [0.229f, 0.224f, 0.225f];
            shown = shown.mul(tensor(deviation).view(3, 1, 1)).add(tensor(mean).view(3, 1, 1)).mul(255).round()
                .clamp(0, 255).to_type(ScalarType.Byte);
        }
        // BGR, pixel by pixel, as OpenCV has it.
        var pixels = shown.flip(1).permute(0, 2, 3, 1).contiguous();
        return Grid(title, Enumerable.Range(0, (int)pixels.size(0)).Select(i => Image(pixels[i], MatType.CV_8UC3)),
            captions);
    }

    /// <summary>
    /// Maps side by side in colours of one scale, so that they can be compared: dark to light from the smallest value
    /// of all to the largest, or blue over white (0) to red where there are both signs. The scale is in the heading,
    /// each map's own ends are below it.
    /// </summary>
    /// <param name="maps">[H, W] or [N, H, W].</param>
    /// <param name="title">Their heading.</param>
    /// <param name="captions">A few words below each.</param>
    public static Picture AsMaps(this Tensor maps, string title, params IReadOnlyList<string> captions) =>
        maps.AsMaps(title, ownScales: false, captions);

    /// <summary>Maps side by side in colours, each on a scale of its own if that is wanted.</summary>
    /// <param name="maps">[H, W] or [N, H, W].</param>
    /// <param name="title">Their heading.</param>
    /// <param name="ownScales">
    /// Whether each map has the whole scale between its own ends: the pattern of each shows, their sizes do not.
    /// </param>
    /// <param name="captions">A few words below each.</param>
    public static Picture AsMaps(this Tensor maps, string title, bool ownScales, params IReadOnlyList<string> captions)
    {
        using var scope = NewDisposeScope();
        var shown = maps.detach().cpu().to_type(ScalarType.Float32).contiguous();
        if (shown.dim() == 2) shown = shown.unsqueeze(0);
        if (shown.dim() != 3)
            throw new ArgumentException($"Maps are [H, W] or [N, H, W]; these are [{string.Join(", ", maps.shape)}]. " +
                "Average the channels first, for example with mean([1]).");
        var (height, width) = ((int)shown.size(1), (int)shown.size(2));
        var values = Enumerable.Range(0, (int)shown.size(0)).Select(i =>
        {
            var map = new float[height, width];
            Buffer.BlockCopy(shown[i].contiguous().data<float>().ToArray(), 0, map, 0, sizeof(float) * height * width);
            return map;
        }).ToList();
        var scales = values.Select(v => MapScale.Of(ownScales ? [v] : values)).ToList();
        return Grid(title, values.Zip(scales, (v, scale) => Wide(MapPicture.Colours(v, scale))),
            [.. values.Select((v, i) =>
                $"{(i < captions.Count ? captions[i] + "\n" : "")}{MapPicture.Range(v)}")],
            ownScales ? "Every map has a colour scale of its own." : InWords(scales[0]));
    }

    static string InWords(MapScale scale)
    {
        var (least, most) = MapPicture.Written(scale.Least, scale.Most);
        return scale.Diverges
            ? $"Colours: {least} blue, 0 white, {most} red." : $"Colours: {least} dark, {most} light.";
    }

    /// <summary>
    /// At least as wide as high, so that a caption has room; a map of few columns shows each as a stripe.
    /// </summary>
    static Mat Wide(Mat map)
    {
        if (map.Cols >= map.Rows) return map;
        using (map) return map.Resize(new OpenCvSharp.Size(Side, Side), 0, 0, InterpolationFlags.Nearest);
    }

    static Picture Grid(string title, IEnumerable<Mat> images, IReadOnlyList<string> captions, string subtitle = "")
    {
        var tiles = images.Select((image, i) => new PictureGrid.Tile(image, i < captions.Count ? captions[i] : ""))
            .ToList();
        // As many in each row as in the others, where that goes.
        var rows = (tiles.Count + InRow - 1) / InRow;
        return PictureGrid.Draw(title, subtitle, [],
            [.. tiles.Chunk((tiles.Count + rows - 1) / rows).Select(row => new PictureGrid.Row("", row))], side: Side);
    }

    static Mat Image(Tensor pixels, MatType type)
    {
        var image = new Mat((int)pixels.size(0), (int)pixels.size(1), type);
        var bytes = pixels.contiguous().data<byte>().ToArray();
        Marshal.Copy(bytes, 0, image.Data, bytes.Length);
        return image;
    }
}
