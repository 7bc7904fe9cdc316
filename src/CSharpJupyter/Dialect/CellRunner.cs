using System.Diagnostics;
using System.Globalization;
using System.Net;
using CSharpJupyter.Formatters;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.DotNet.Interactive;

namespace CSharpJupyter.Dialect;

/// <summary>Runs a whole cell: its parts and commands, one after the other.</summary>
sealed class CellRunner(ScriptSession session, ReferenceSet references)
{
    readonly PackageRestorer _packages = new();
    readonly Dictionary<string, object> _values = [];

    /// <summary>The value of the last expression as a bundle, or null where the cell ends in a statement.</summary>
    /// <param name="path">Names the cell in errors, like In[3].</param>
    /// <param name="language">The language that the front end names.</param>
    /// <exception cref="CellFailedException">It cannot be run as written.</exception>
    public MimeBundle? Run(string code, string path, CellOutput output, CancellationToken interrupt,
        string language = "csharp")
    {
        var watch = Stopwatch.StartNew();
        var cell = CellText.Parse(code, language);
        MimeBundle? result = null;
        foreach (var part in cell.Parts)
        {
            if (result is not null) output.Display(result);
            result = part.IsCommand ? RunCommand(part, output, interrupt) : RunPart(part, path, output, interrupt);
        }
        if (cell.Timed)
        {
            if (result is not null) output.Display(result);
            result = null;
            output.Display(new()
            {
                ["text/plain"] = string.Create(CultureInfo.InvariantCulture,
                    $"Wall time: {watch.Elapsed.TotalMilliseconds:0.0##}ms")
            });
        }
        return result;
    }

    MimeBundle? RunPart(CellPart part, string path, CellOutput output, CancellationToken interrupt)
    {
        switch (part.Language)
        {
            case "csharp": return RunCSharp(part.Text, path, output, interrupt);
            case "html": output.Display(MimeBundle.Html(part.Text, "(HTML)")); return null;
            case "markdown":
                output.Display(new() { ["text/markdown"] = part.Text, ["text/plain"] = part.Text });
                return null;
            case "javascript":
                output.Display(new() { ["application/javascript"] = part.Text, ["text/plain"] = "(JavaScript)" });
                return null;
            default: Keep(part, output); return null;
        }
    }

    MimeBundle? RunCSharp(string text, string path, CellOutput output, CancellationToken interrupt)
    {
        var (code, directives) = Directives.Extract(text);
        var requests = new List<PackageRequest>();
        foreach (var directive in directives)
        {
            if (directive.Name == "i") _packages.AddSource(PackageRequest.Source(directive.Argument));
            else if (directive.Name == "r" && PackageRequest.Parse(directive.Argument) is { } package)
                requests.Add(package);
        }
        if (requests.Count > 0) LoadPackages(requests, output, interrupt);
        foreach (var directive in directives)
        {
            if (directive.Name == "r" && PackageRequest.Parse(directive.Argument) is null)
                references.Load(directive.Argument);
            else if (directive.Name == "load") RunFile(directive.Argument, output, interrupt);
        }
        if (directives.Count > 0 && string.IsNullOrWhiteSpace(code)) return null;
        interrupt.ThrowIfCancellationRequested();

        var submission = session.Compile(code, path, interrupt);
        return CellThread.Run(submission, interrupt);
    }

    void RunFile(string file, CellOutput output, CancellationToken interrupt)
    {
        if (!File.Exists(file))
            throw new CellFailedException("FileNotFound", $"#load: there is no file {Path.GetFullPath(file)}.");
        RunInside(file, [("csharp", File.ReadAllText(file))], output, interrupt);
    }

    void RunInside(string file, IReadOnlyList<(string Language, string Code)> cells, CellOutput output,
        CancellationToken interrupt)
    {
        var back = Directory.GetCurrentDirectory();
        var full = Path.GetFullPath(file);
        if (!output.Loaded.Add(full)) return;
        // Paths inside a file are meant from where it lies.
        Directory.SetCurrentDirectory(Path.GetDirectoryName(full)!);
        try
        {
            foreach (var (language, code) in cells)
                if (Run(code, Path.GetFileName(full), output, interrupt, language) is { } result)
                    output.Display(result);
        }
        finally { Directory.SetCurrentDirectory(back); }
    }

    void LoadPackages(IReadOnlyList<PackageRequest> requests, CellOutput output, CancellationToken interrupt)
    {
        var restored = _packages.Restore(requests, interrupt, found =>
        {
            foreach (var folder in found.NativeFolders) references.AddNativeFolder(folder);
            foreach (var assembly in found.Managed) references.Load(assembly);
        });
        var names = restored.Installed
            .Where(i => requests.Any(r => i.StartsWith(r.Id + ", ", StringComparison.OrdinalIgnoreCase))).ToList();
        output.Display(MimeBundle.Html(
            "<div><strong>Installed Packages</strong><ul>" +
            $"{string.Concat(names.Select(n => $"<li>{WebUtility.HtmlEncode(n)}</li>"))}</ul></div>",
            "Installed packages: " + string.Join("; ", names)));
    }

    MimeBundle? RunCommand(CellPart command, CellOutput output, CancellationToken interrupt)
    {
        switch (command.Language)
        {
            case "#!about":
                output.Write("stdout",
                    $"C# kernel {typeof(CellRunner).Assembly.GetName().Version}, .NET {Environment.Version}, Roslyn " +
                    $"{typeof(CSharpCompilation).Assembly.GetName().Version}\n");
                break;
            case "#!lsmagic": output.Write("stdout", CellText.Known + "\n"); break;
            case "#!who":
                output.Write("stdout",
                    string.Join(" ", session.Variables().Select(v => v.Name).Order(StringComparer.Ordinal)) + "\n");
                break;
            case "#!whos":
                // Formatting runs the variables' own code, which may have no end.
                CellThread.Run(new(false, () =>
                {
                    foreach (var (name, type, value) in session.Variables()
                        .OrderBy(v => v.Name, StringComparer.Ordinal))
                        output.Write("stdout", $"{name}\t{type.Name}\t" +
                            $"{Bundles.For(value, ["text/plain"])["text/plain"].Split('\n')[0]}\n");
                    return Task.FromResult<object?>(null);
                }), interrupt);
                break;
            case "#!import":
                var file = command.Options.Trim('"', ' ');
                RunInside(file, NotebookFile.Read(file), output, interrupt);
                break;
            case "#!set":
                var set = new Options("#!set", command.Options, "name", "value", "mime-type");
                Set(set.Need("name"), Value(set.Need("value"), output), interrupt);
                break;
            case "#!share":
                var share = new Options("#!share", command.Options, "from", "as", "mime-type");
                if (share.Rest is not [var shared])
                    throw new CellFailedException("Magic", "#!share names one variable: #!share --from value data.");
                Set(share["as"] ?? shared, Shared(share.Need("from"), shared), interrupt);
                break;
        }
        return null;
    }

    /// <summary>Declares a variable of the session.</summary>
    void Set(string name, object value, CancellationToken interrupt)
    {
        if (!SyntaxFacts.IsValidIdentifier(name))
            throw new CellFailedException("Magic", $"{name} is no name of a C# variable.");
        SharedValue.Next = value;
        var type = session.Variables().FirstOrDefault(v => ReferenceEquals(v.Value, value)).Type ?? value.GetType();
        var spelt = ScriptSession.Spell(type);
        CellThread.Run(session.Compile(
            $"var {name} = {(spelt is null ? "" : $"({spelt})")}CSharpJupyter.Dialect.SharedValue.Next;", "#!set",
            interrupt), interrupt);
    }

    object Value(string written, CellOutput output)
    {
        if (!written.StartsWith('@')) return written;
        var (from, name) = written[1..].Split(':', 2) is [var a, var b] ? (a, b) : ("", "");
        return from switch
        {
            "input" => output.Ask(name, password: false),
            "password" => new PasswordString(output.Ask(name, password: true)),
            _ => Shared(from, name),
        };
    }

    object Shared(string from, string name) => from switch
    {
        "value" => _values.TryGetValue(name, out var value)
            ? value
            : throw new CellFailedException("Magic", $"There is no #!value {name}."),
        "csharp" => session.Variables().FirstOrDefault(v => v.Name == name) is { Name: not null } variable
            ? variable.Value ?? throw new CellFailedException("Magic", $"{name} is null.")
            : throw new CellFailedException("Magic", $"There is no variable {name}."),
        _ => throw new CellFailedException("NotSupported",
            $"{from} is no kernel here; values come from csharp, value, @input:PROMPT and @password:PROMPT."),
    };

    /// <summary><c>#!value --name data</c>: text under a name.</summary>
    void Keep(CellPart part, CellOutput output)
    {
        var options = new Options("#!value", part.Options, "name", "mime-type", "from-file", "from-value");
        var text = options["from-file"] is { } file
            ? File.Exists(file)
                ? File.ReadAllText(file)
                : throw new CellFailedException("FileNotFound", $"#!value: there is no file {Path.GetFullPath(file)}.")
            : options["from-value"] ?? part.Text;
        _values[options.Need("name")] = text;
        output.Display(new() { ["text/plain"] = text, [options["mime-type"] ?? "text/plain"] = text });
    }
}

/// <summary>
/// Hands a value to the cell that declares its variable. Public because that cell reads it; no user has to.
/// </summary>
[System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)]
public static class SharedValue
{
    /// <summary>The value of the next declaration.</summary>
    public static object Next { get; internal set; } = "";
}
