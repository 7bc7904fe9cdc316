using System.ComponentModel;
using System.Globalization;
using System.IO.Compression;
using DevTools;

namespace CSharpJupyter.Formatters;

/// <summary>
/// Static pictures of Plotly charts, drawn by plotly.js itself in a headless Chromium that starts with the first chart
/// and is kept. Where that does not work the chart goes without a picture, and the notebook says so once.
/// </summary>
static class ChartPictures
{
    /// <summary>
    /// Pixels of the picture for one of the page: text stays crisp on most screens and the file small.
    /// </summary>
    const double Scale = 1.5;

    /// <summary>A broken Chromium is not started for every chart anew.</summary>
    const int MostFailures = 2;

    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60), DrawLimit = TimeSpan.FromSeconds(30);
    static readonly Lock Guard = new();
    static Chromium? s_page;
    static int s_failures;
    static bool s_told;

    /// <summary>
    /// Draws the figure on white; the colours are reduced to a palette, which halves a chart's file. Null where no
    /// picture can be made.
    /// </summary>
    /// <param name="figure">plotly.js's JSON: data, layout, config.</param>
    /// <param name="size">In CSS pixels.</param>
    /// <param name="plotlyJs">Its source, asked for when a page is opened.</param>
    public static byte[]? Draw(string figure, (int Width, int Height) size, Func<string> plotlyJs)
    {
        lock (Guard)
        {
            if (s_failures >= MostFailures) return null;
            // Whole: nothing was cut off on its way, the page can draw the next chart.
            var whole = false;
            try
            {
                var limit = s_page is null ? StartLimit : DrawLimit;
                s_page ??= Open(plotlyJs());
                var picture = s_page.Evaluate(string.Create(CultureInfo.InvariantCulture,
                    $"csharpJupyterDraw({figure}, {size.Width}, {size.Height}, {Scale})"), limit)!;
                (whole, s_failures) = (true, 0);
                return PngWriter.FromPalette(Unpack(picture["pixels"]!),
                    Convert.FromBase64String(picture["palette"]!.GetValue<string>()),
                    picture["height"]!.GetValue<int>(), picture["width"]!.GetValue<int>());
            }
            catch (Exception e) when (e is ChromiumException or IOException or Win32Exception)
            {
                whole = e is ChromiumException { IsScript: true };
                if (!whole) s_failures++;
                if (!s_told)
                    CellOutput.Current?.Write("stderr",
                        "This chart has no static picture for pages without scripts: " +
                        $"{e.Message.Split('\n')[0].TrimEnd('.')}.\n");
                s_told = true;
                return null;
            }
            finally
            {
                // Also after an interrupt, which may have cut a message in two.
                if (!whole) Close();
            }
        }
    }

    static void Close()
    {
        // Forgotten first: an interrupt may cut the rest short.
        (var page, s_page) = (s_page, null);
        page?.Dispose();
    }

    static Chromium Open(string plotlyJs)
    {
        if (Chromium.Find() is not { } program)
        {
            s_failures = MostFailures - 1;
            throw new ChromiumException("no Chromium is installed");
        }
        var page = new Chromium(program, (1280, 960), StartLimit);
        try
        {
            page.Evaluate(plotlyJs + "\n;0", StartLimit);
            page.Evaluate(Script, StartLimit);
            return page;
        }
        catch
        {
            page.Dispose();
            throw;
        }
    }

    static byte[] Unpack(JsonNode pixels)
    {
        using var packed = new MemoryStream(Convert.FromBase64String(pixels.GetValue<string>()));
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var raw = new MemoryStream();
        gzip.CopyTo(raw);
        return raw.ToArray();
    }

    /// <summary>
    /// Each colour is cut to 5 bits a channel. The palette holds the commonest exact colour of each of the 256 most
    /// frequent ones, and the others take the nearest of these.
    /// </summary>
    const string Script = """
        async function csharpJupyterDraw(figure, width, height, scale) {
          const layout = { ...figure.layout, width, height };
          const image = new Image();
          image.src = await Plotly.toImage({ data: figure.data, layout, config: figure.config }, { format: "png", width, height, scale });
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height), paper = canvas.getContext("2d", { willReadFrequently: true });
          paper.fillStyle = "white";
          paper.fillRect(0, 0, canvas.width, canvas.height);
          paper.drawImage(image, 0, 0);
          const colours = new Uint32Array(paper.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
          const exact = new Map();
          for (const c of colours) exact.set(c, (exact.get(c) ?? 0) + 1);
          const kindOf = c => (c & 0xf8) >> 3 | (c & 0xf800) >> 6 | (c & 0xf80000) >> 9, kinds = new Map();
          for (const [c, n] of exact) {
            const kind = kinds.get(kindOf(c)) ?? { all: 0, most: 0 };
            kind.all += n;
            if (n > kind.most) [kind.most, kind.colour] = [n, c];
            kinds.set(kindOf(c), kind);
          }
          const palette = [...kinds.values()].sort((a, b) => b.all - a.all).slice(0, 256).map(k => [k.colour & 255, k.colour >> 8 & 255, k.colour >> 16 & 255]);
          const nearest = c => {
            const [r, g, b] = [c & 255, c >> 8 & 255, c >> 16 & 255];
            let best = 0, least = Infinity;
            palette.forEach((p, i) => {
              const far = (p[0] - r) ** 2 + (p[1] - g) ** 2 + (p[2] - b) ** 2;
              if (far < least) [least, best] = [far, i];
            });
            return best;
          };
          const index = new Map([...exact.keys()].map(c => [c, nearest(c)]));
          const pixels = Uint8Array.from(colours, c => index.get(c));
          const packed = await new Response(new Blob([pixels]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
          return { width: canvas.width, height: canvas.height, palette: new Uint8Array(palette.flat()).toBase64(), pixels: packed.toBase64() };
        }
        """;
}
