using System.Diagnostics;
using System.Globalization;
using System.Net;
using CSharpJupyter.Formatters;
using CSharpJupyter.Output;
using CSharpJupyter.Session;
using Microsoft.CodeAnalysis.CSharp;

namespace CSharpJupyter.Dialect;

/// <summary>Runs a whole cell: magics, directives, then its parts one after the other.</summary>
sealed class CellRunner(ScriptSession session, ReferenceSet references)
{
    const string Supported = "#!csharp, #!html, #!markdown, #!javascript, #!time, #!who, #!whos, #!about, #!lsmagic, #r, #i, #load";
    readonly PackageRestorer _packages = new();

    /// <summary>A cell had to be stopped by an abort since this was last set to false.</summary>
    public bool WasAborted { get; set; }

    /// <summary>The value of the last expression as a bundle, or null where the cell ends in a statement.</summary>
    /// <param name="path">Names the cell in errors, like In[3].</param>
    /// <exception cref="CellFailedException">It cannot be run as it stands.</exception>
    public MimeBundle? Run(string code, string path, CellOutput output, CancellationToken interrupt)
    {
        var watch = Stopwatch.StartNew();
        var cell = CellText.Parse(code);
        foreach (var magic in cell.Magics) RunMagic(magic, output);
        MimeBundle? result = null;
        foreach (var part in cell.Parts)
        {
            if (result is not null) output.Display(result);
            result = RunPart(part, path, output, interrupt);
        }
        if (cell.Timed)
        {
            if (result is not null) output.Display(result);
            result = null;
            output.Display(new() { ["text/plain"] = string.Create(CultureInfo.InvariantCulture, $"Wall time: {watch.Elapsed.TotalMilliseconds:0.0##}ms") });
        }
        return result;
    }

    MimeBundle? RunPart(CellPart part, string path, CellOutput output, CancellationToken interrupt)
    {
        switch (part.Language)
        {
            case "csharp": return RunCSharp(part.Text, path, output, interrupt);
            case "html": output.Display(MimeBundle.Html(part.Text, "(HTML)")); return null;
            case "markdown": output.Display(new() { ["text/markdown"] = part.Text, ["text/plain"] = part.Text }); return null;
            case "javascript": output.Display(new() { ["application/javascript"] = part.Text, ["text/plain"] = "(JavaScript)" }); return null;
            default: throw new CellFailedException("NotSupported", $"{part.Language} is a .NET Interactive magic that this C# kernel does not support; it knows {Supported}.");
        }
    }

    MimeBundle? RunCSharp(string text, string path, CellOutput output, CancellationToken interrupt)
    {
        var (code, directives) = Directives.Extract(text);
        var requests = new List<PackageRequest>();
        foreach (var directive in directives)
        {
            if (directive.Name == "i") _packages.AddSource(PackageRequest.Parse(directive.Argument)?.Id ?? directive.Argument);
            else if (directive.Name == "r" && PackageRequest.Parse(directive.Argument) is { } package) requests.Add(package);
        }
        if (requests.Count > 0) LoadPackages(requests, output, interrupt);
        foreach (var directive in directives)
        {
            if (directive.Name == "r" && PackageRequest.Parse(directive.Argument) is null) Extensions.Load(references.Load(directive.Argument));
            else if (directive.Name == "load") RunFile(directive.Argument, output, interrupt);
        }
        if (directives.Count > 0 && string.IsNullOrWhiteSpace(code)) return null;
        interrupt.ThrowIfCancellationRequested();

        var submission = session.Compile(code, path, interrupt);
        return CellThread.Run(submission, interrupt, () =>
        {
            WasAborted = true;
            output.Write("stderr", "The cell did not stop by itself, because it runs code that is not its own. Its thread was aborted; what that code was doing may be left half done.\n");
        });
    }

    void RunFile(string file, CellOutput output, CancellationToken interrupt)
    {
        if (!File.Exists(file)) throw new CellFailedException("FileNotFound", $"#load: there is no file {Path.GetFullPath(file)}.");
        var back = Directory.GetCurrentDirectory();
        var full = Path.GetFullPath(file);
        var text = File.ReadAllText(full);
        // Paths inside a loaded file are meant from where it lies.
        Directory.SetCurrentDirectory(Path.GetDirectoryName(full)!);
        try { if (RunCSharp(text, Path.GetFileName(full), output, interrupt) is { } result) output.Display(result); }
        finally { Directory.SetCurrentDirectory(back); }
    }

    void LoadPackages(IReadOnlyList<PackageRequest> requests, CellOutput output, CancellationToken interrupt)
    {
        var restored = _packages.Restore(requests, interrupt);
        foreach (var folder in restored.NativeFolders) references.AddNativeFolder(folder);
        // All first: an extension may need any of them.
        var assemblies = restored.Managed.Select(references.Load).ToList();
        assemblies.ForEach(Extensions.Load);
        var names = restored.Installed.Where(i => requests.Any(r => i.StartsWith(r.Id + ", ", StringComparison.OrdinalIgnoreCase))).ToList();
        output.Display(MimeBundle.Html(
            $"<div><strong>Installed Packages</strong><ul>{string.Concat(names.Select(n => $"<li>{WebUtility.HtmlEncode(n)}</li>"))}</ul></div>",
            "Installed packages: " + string.Join("; ", names)));
    }

    void RunMagic(string magic, CellOutput output)
    {
        switch (magic.Split(' ')[0])
        {
            case "#!about": output.Write("stdout", $"C# kernel {typeof(CellRunner).Assembly.GetName().Version}, .NET {Environment.Version}, Roslyn {typeof(CSharpCompilation).Assembly.GetName().Version}\n"); break;
            case "#!lsmagic": output.Write("stdout", Supported + "\n"); break;
            case "#!who": output.Write("stdout", string.Join(" ", session.Variables().Select(v => v.Name).Order()) + "\n"); break;
            case "#!whos":
                foreach (var (name, type, value) in session.Variables().OrderBy(v => v.Name))
                    output.Write("stdout", $"{name}\t{type.Name}\t{Bundles.For(value, ["text/plain"])["text/plain"].Split('\n')[0]}\n");
                break;
            default: output.Write("stderr", $"{magic.Split(' ')[0]} is a .NET Interactive magic that this C# kernel does not support; it is ignored.\n"); break;
        }
    }
}
