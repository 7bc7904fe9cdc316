using System.CommandLine;
using MerKernel.Cli.Notebooks;

namespace MerKernel.Cli.Commands;

/// <summary>Looks at report pages in headless Chromium.</summary>
static class TestPagesCommand
{
    public static Command Create()
    {
        var pages = new Argument<string[]>("page") { Description = "pages or folders of pages (default: results/reports)", Arity = ArgumentArity.ZeroOrMore };
        var shows = new Option<string[]>("--shows") { Description = "text that a reader must see on one of the pages, letter for letter; may be repeated", AllowMultipleArgumentsPerToken = true };
        var command = new Command("test-pages", "Opens report pages in headless Chromium and fails on errors, requests and cut charts.  Example: mer test-pages results/reports/03-table3.html") { pages, shows };
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var files = Files(parsed.GetValue(pages) is { Length: > 0 } given ? given : [ReportFolder.Default]);
            using var browser = PageBrowser.TryOpen() ?? throw new UserErrorException("No Chromium is installed; sudo apt-get install chromium.");
            var (wrong, unseen) = (0, (parsed.GetValue(shows) ?? []).ToHashSet());
            foreach (var file in files)
            {
                cancel.ThrowIfCancellationRequested();
                var complaints = browser.Check(file);
                Console.WriteLine($"{Path.GetFileName(file)}: {(complaints.Count == 0 ? "in order" : $"{complaints.Count} complaints")}");
                foreach (var complaint in complaints) Console.Error.WriteLine($"  {complaint}");
                unseen.RemoveWhere(browser.Text.Contains);
                wrong += complaints.Count == 0 ? 0 : 1;
            }
            Console.WriteLine($"{files.Count - wrong} of {files.Count} pages in order");
            foreach (var text in unseen) Console.Error.WriteLine($"no page shows the text {text}");
            return wrong == 0 && unseen.Count == 0 ? 0 : 1;
        }));
        return command;
    }

    static List<string> Files(string[] given)
    {
        var files = given.SelectMany(Pages).ToList();
        return files.Count > 0 ? files : throw new UserErrorException($"There are no pages in {string.Join(", ", given)}; ./mer report makes them.");
    }

    static IEnumerable<string> Pages(string place) =>
        Directory.Exists(place) ? Directory.GetFiles(place, "*.html").Order(StringComparer.Ordinal)
        : File.Exists(place) ? [place]
        : throw new UserErrorException($"There is no page {place}; ./mer report makes the pages.");
}
