using DevTools;

namespace MerKernel.Cli.Notebooks;

/// <summary>A report page in headless Chromium without a network: its complaints and its PDF.</summary>
sealed class PageBrowser : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Widths a page is looked at, in CSS pixels: a desk, a laptop next to a window, a telephone.</summary>
    static readonly int[] Widths = [1280, 1000, 400];

    const long MostBytes = 3_000_000;

    readonly Chromium _chromium;

    PageBrowser(string program)
    {
        _chromium = new Chromium(program, (Widths[0], 900), Limit);
        _chromium.Call("Page.enable", [], Limit);
        _chromium.Call("Page.addScriptToEvaluateOnNewDocument", new() { ["source"] = Script("page_listen.js") }, Limit);
    }

    /// <summary>A browser, or null where no Chromium is installed.</summary>
    /// <exception cref="UserErrorException">It does not start.</exception>
    public static PageBrowser? TryOpen()
    {
        var program = Chromium.Find();
        try
        {
            return program is null ? null : new PageBrowser(program);
        }
        catch (ChromiumException e)
        {
            throw new UserErrorException($"{program} does not start ({e.Message.TrimEnd('.')}); where it is a snap, " +
                "install Debian's chromium or Google's chrome instead.", e);
        }
    }

    /// <summary>Opens a page at several widths and gives a message for everything that is wrong with it.</summary>
    public IReadOnlyList<string> Check(string page)
    {
        Open(page);
        var seen = new List<(string Complaint, int Width)>();
        foreach (var width in Widths)
        {
            Resize(width);
            seen.AddRange(_chromium.Evaluate("merCheckPage()", Limit)!.AsArray().Select(c => ((string)c!, width)));
        }
        List<string> complaints = [.. seen.GroupBy(s => s.Complaint,
            (complaint, at) => $"{complaint} (at {string.Join(", ", at.Select(a => a.Width))} px)")];
        if (new FileInfo(page).Length is > MostBytes and var bytes)
            complaints.Add(
                $"the page has {bytes / 1e6:0.0} MB, more than the {MostBytes / 1e6:0} MB that still travel by mail");
        complaints.AddRange(_chromium.Evaluate("merHeard", Limit)!.AsArray().Select(c => (string)c!));
        return complaints;
    }

    /// <summary>The text that a reader sees, of the page that was opened last.</summary>
    public string Text => (string)_chromium.Evaluate("document.body.innerText", Limit)!;

    /// <summary>The page on A4 paper.</summary>
    public byte[] Pdf(string page)
    {
        Open(page);
        var printed = _chromium.Call("Page.printToPDF", new()
        {
            ["printBackground"] = true, ["preferCSSPageSize"] = true, ["displayHeaderFooter"] = true,
            ["headerTemplate"] = "<span></span>",
            ["footerTemplate"] =
                """<div style="font-size:8px;width:100%;text-align:center;color:#555"><span class="pageNumber"></span> / <span class="totalPages"></span></div>""",
        }, Limit);
        return Convert.FromBase64String((string)printed["data"]!);
    }

    void Open(string page)
    {
        Resize(Widths[0]);
        _chromium.Call("Page.navigate", new() { ["url"] = new Uri(Path.GetFullPath(page)).AbsoluteUri }, Limit);
        // The answer comes when the page is committed; later events belong to the new page.
        _chromium.Evaluate(Script("page_check.js"), Limit);
        _chromium.Evaluate("merDrawn()", Limit);
    }

    void Resize(int width) => _chromium.Call("Emulation.setDeviceMetricsOverride",
        new() { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = false }, Limit);

    static string Script(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, name));

    public void Dispose() => _chromium.Dispose();
}
