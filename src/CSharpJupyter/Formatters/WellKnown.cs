using System.Globalization;
using System.Net;

namespace CSharpJupyter.Formatters;

/// <summary>Values of well-known libraries, recognised by name: the kernel refers to none of them.</summary>
static class WellKnown
{
    const int FrameRows = 25, PreviewValues = 8;

    // OpenCV's IMWRITE_PNG_COMPRESSION and its largest value: an executed notebook is kept, and the default files are
    // more than twice as large.
    static readonly int[] PngAtItsSmallest = [16, 9];

    /// <summary>Null for everything else.</summary>
    public static MimeBundle? Bundle(object value)
    {
        var type = value.GetType();
        if (Is(type, "Plotly.NET.GenericChart")) return PlotlyChart.Bundle(type, value);
        if (Is(type, "Microsoft.Data.Analysis.DataFrame")) return Frame(value);
        if (Is(type, "TorchSharp.torch+Tensor")) return Tensor(value, type);
        if (Is(type, "OpenCvSharp.Mat")) return Mat(value);
        return Described(value, type);
    }

    /// <summary>
    /// A picture with words for those who cannot see it: whatever has an <c>Image</c> that shows as PNG and an
    /// <c>AltText</c>, so that a library needs no reference to this kernel and a cell no type of its own.
    /// </summary>
    static MimeBundle? Described(object value, Type type)
    {
        if (type.GetProperty("AltText")?.GetValue(value) is not string words
            || type.GetProperty("Image")?.GetValue(value) is not { } image)
            return null;
        if (Bundle(image) is not { } bundle || !bundle.ContainsKey("image/png")) return null;
        bundle["text/plain"] = words;
        return bundle;
    }

    static bool Is(Type type, string name)
    {
        for (Type? at = type; at is not null; at = at.BaseType) if (at.FullName == name) return true;
        return false;
    }

    static MimeBundle Frame(dynamic frame)
    {
        long rows = frame.Rows.Count;
        var columns = new List<dynamic>();
        foreach (var column in frame.Columns) columns.Add(column);
        var shown = Math.Min(rows, FrameRows);
        var html = new StringBuilder("<table><thead><tr><th></th>");
        foreach (var column in columns) html.Append($"<th>{Encode((string)column.Name)}</th>");
        html.Append("</tr></thead><tbody>");
        for (var row = 0L; row < shown; row++)
        {
            html.Append($"<tr><td><i>{row}</i></td>");
            foreach (var column in columns) html.Append($"<td>{Encode(Text((object?)column[row]))}</td>");
            html.Append("</tr>");
        }
        html.Append("</tbody></table>");
        var size = $"DataFrame, {rows} rows x {columns.Count} columns";
        return MimeBundle.Html(html + $"<p>{size}{(shown < rows ? $", first {shown} shown" : "")}</p>", size);
    }

    static MimeBundle Tensor(dynamic tensor, Type type)
    {
        long[] shape = tensor.shape;
        string dtype = tensor.dtype.ToString();
        var text = $"Tensor [{string.Join(", ", shape)}] {dtype} on {(string)tensor.device.ToString()}";
        var image = dtype == "Byte" && (shape.Length == 2 || shape is [1 or 3, _, _]) && shape[^1] >= 8
            && shape[^2] >= 8;
        if (image)
        {
            byte[] planes = tensor.contiguous().cpu().data<byte>().ToArray();
            var png = PngWriter.FromPlanes(planes, shape.Length == 2 ? 1 : (int)shape[0], (int)shape[^2],
                (int)shape[^1]);
            return new() { ["image/png"] = Convert.ToBase64String(png), ["text/plain"] = text };
        }
        var count = shape.Aggregate(1L, (product, size) => product * size);
        // The values of a sparse one cannot be read in order.
        if (count == 0 || dtype.StartsWith("Complex") || (bool)tensor.is_sparse) return new() { ["text/plain"] = text };
        dynamic float64 = Enum.Parse(type.Assembly.GetType("TorchSharp.torch+ScalarType")!, "Float64");
        double[] first = tensor.detach().reshape(-1L).narrow(0L, 0L, Math.Min(count, PreviewValues)).cpu().to(float64)
            .data<double>().ToArray();
        var values = string.Join(", ", first.Select(v => v.ToString("G5", CultureInfo.InvariantCulture)));
        return new() { ["text/plain"] = $"{text}\n[{values}{(count > PreviewValues ? ", …" : "")}]" };
    }

    static string Range(dynamic mat)
    {
        using var values = mat.Reshape(1);
        double least, most;
        values.MinMaxLoc(out least, out most);
        return string.Create(CultureInfo.InvariantCulture, $"{least:G5} to {most:G5}; a picture is of 8 or 16 bits");
    }

    static MimeBundle Mat(dynamic mat)
    {
        var text = $"Mat {(int)mat.Rows} x {(int)mat.Cols}, {(object)mat.Type()}";
        if ((bool)mat.Empty()) return new() { ["text/plain"] = text };
        try
        {
            // A picture has 8 or 16 bits without sign; of other numbers 0..1 would be black.
            if ((int)mat.Depth() is not (0 or 2)) return new() { ["text/plain"] = $"{text}, {Range(mat)}" };
            return new()
            {
                ["image/png"] = Convert.ToBase64String((byte[])mat.ToBytes(".png", PngAtItsSmallest)),
                ["text/plain"] = text
            };
        }
        catch (Exception e) when (e.GetType().FullName == "OpenCvSharp.OpenCVException")
        {
            return new() { ["text/plain"] = text };
        }
    }

    public static string Text(object? value) => value switch
    {
        null => "null",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    public static string Encode(string text) => WebUtility.HtmlEncode(text);
}
