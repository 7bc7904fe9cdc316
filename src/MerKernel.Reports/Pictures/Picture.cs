using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using OpenCvSharp;

namespace MerKernel.Reports.Pictures;

/// <summary>A picture and what it shows in words, for those who cannot see it. The C# kernel shows both; any other shows the HTML.</summary>
/// <param name="Image">The picture, BGR.</param>
/// <param name="AltText">What it shows.</param>
public sealed record Picture(Mat Image, string AltText) : IHtmlContent
{
    /// <inheritdoc/>
    public void WriteTo(TextWriter writer, HtmlEncoder encoder) =>
        writer.Write($"""<img src="data:image/png;base64,{Convert.ToBase64String(Image.ToBytes())}" alt="{encoder.Encode(AltText)}">""");
}
