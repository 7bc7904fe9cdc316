using CliWrap.Buffered;
using CliWrap;

namespace MerKernel.Cli.Notebooks;

/// <summary>Makes pages of executed notebooks with nbconvert and the template next to this program.</summary>
static class PageRenderer
{
    /// <summary>Renders pages; each is replaced as a whole.</summary>
    /// <param name="pages">A notebook's file, or the notebook itself, and the page to write.</param>
    /// <exception cref="UserErrorException">nbconvert is missing, or a notebook cannot be read.</exception>
    public static IReadOnlyList<RenderedPage> Render(IEnumerable<(JsonNode Notebook, string Target)> pages)
    {
        var job = new JsonObject
        {
            // A page has one copy.
            ["plotly"] = NotebookHost.PackedPlotly(),
            ["pages"] = new JsonArray(
                [.. pages.Select(p => new JsonObject { ["notebook"] = p.Notebook, ["target"] = p.Target })]),
        };
        var render = JupyterPython.Result(CliWrap.Cli.Wrap(JupyterPython.Program).WithArguments(
        [
            Path.Combine(AppContext.BaseDirectory, "render_pages.py"),
            Path.Combine(AppContext.BaseDirectory, "templates")
        ])
            .WithStandardInputPipe(PipeSource.FromString(job.ToJsonString()))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync());
        if (!render.IsSuccess) throw new UserErrorException(Complaint(render.StandardError));
        return [.. render.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .Select(p => new RenderedPage((string)p["target"]!, (string)p["title"]!, (int)p["errors"]!))];
    }

    static string Complaint(string errors) => errors.Contains("ModuleNotFoundError", StringComparison.Ordinal)
        ? "nbconvert is not installed; ./mer report in the checkout installs it (Debian's python3-nbconvert)."
        : $"The pages could not be made: {errors.TrimEnd().Split('\n').Last()}";
}

/// <summary>A page that was made.</summary>
/// <param name="File">Its file.</param>
/// <param name="Title">The notebook's first heading.</param>
/// <param name="Errors">Cells that ended with an error.</param>
sealed record RenderedPage(string File, string Title, int Errors);
