using System.Text.Json.Nodes;
using CSharpJupyter.Session;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.QuickInfo;
using Microsoft.CodeAnalysis.Text;

namespace CSharpJupyter.Language;

/// <summary>
/// Completion and inspection through Roslyn's own services: one submission project per executed cell, each referring to the one before, and an
/// empty one at the end in which the cell being written is put. Roslyn keeps what it knows of a project with the solution it was asked in, so the
/// end is compiled once after each cell and every request starts from there; else each would compile all cells again.
/// </summary>
sealed class LanguageService
{
    readonly AdhocWorkspace _workspace = new();
    readonly ReferenceSet _references;
    readonly Lock _lock = new();
    Solution _executed;
    ProjectId? _last;
    (Solution Solution, DocumentId Document)? _next;
    int _count, _version;

    public LanguageService(ScriptSession session, ReferenceSet references)
    {
        (_references, _executed) = (references, _workspace.CurrentSolution);
        session.Submitted += Add;
    }

    void Add(string code)
    {
        lock (_lock)
        {
            var version = _references.Version;
            (_executed, _last, _) = With(code);
            (_version, _next) = (version, null);
        }
    }

    (Solution, ProjectId, DocumentId) With(string code)
    {
        var name = $"submission{++_count}";
        var project = ProjectId.CreateNewId(name);
        var document = DocumentId.CreateNewId(project, name);
        var solution = _executed.AddProject(ProjectInfo.Create(project, VersionStamp.Create(), name, name, LanguageNames.CSharp, isSubmission: true,
            parseOptions: ScriptSession.ParseOptions, compilationOptions: ScriptSession.CompilationOptions.WithScriptClassName(name),
            metadataReferences: _references.Since(_version), projectReferences: _last is null ? [] : [new ProjectReference(_last)]));
        return (solution.AddDocument(document, name, SourceText.From(code)), project, document);
    }

    /// <summary>Compiles what was executed since the last time, so that the next request need not.</summary>
    public void Prepare() => Next();

    (Solution Solution, DocumentId Document) Next()
    {
        lock (_lock)
        {
            if (_next is { } ready) return ready;
            // What is found out about the executed cells is found out in their solution, and so carried over into all later ones.
            if (_last is not null) _executed.GetProject(_last)!.GetCompilationAsync().Wait();
            var (solution, project, document) = With("");
            solution.GetProject(project)!.GetCompilationAsync().Wait();
            return (_next = (solution, document)).Value;
        }
    }

    Document Open(string code)
    {
        // Magic lines become blank, with the same length, so that positions stay.
        var lines = code.Split('\n').Select(l => l.TrimStart().StartsWith("#!") || l.TrimStart().StartsWith("#i ") ? new string(' ', l.Length) : l);
        var (solution, document) = Next();
        return solution.WithDocumentText(document, SourceText.From(string.Join("\n", lines))).GetDocument(document)!;
    }

    public JsonObject Complete(string code, int cursor)
    {
        var document = Open(code);
        var text = document.GetTextAsync().Result;
        var service = CompletionService.GetService(document)!;
        var list = service.GetCompletionsAsync(document, cursor).Result;
        var span = list.ItemsList.Count > 0 ? list.Span : new TextSpan(cursor, 0);
        var typed = text.ToString(TextSpan.FromBounds(span.Start, Math.Max(span.Start, cursor)));
        var items = list.ItemsList.Where(i => i.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).ToList();
        if (items.Count == 0) items = [.. service.FilterItems(document, [.. list.ItemsList], typed)];
        var matches = items.Select(i => (Text: i.Properties.GetValueOrDefault("InsertionText") ?? i.DisplayText, Kind: i.Tags.FirstOrDefault()?.ToLowerInvariant() ?? ""))
            .DistinctBy(m => m.Text).Take(500).ToList();
        var (start, end) = (CodePoints.FromUtf16(code, span.Start), CodePoints.FromUtf16(code, cursor));
        return new()
        {
            ["status"] = "ok", ["matches"] = new JsonArray([.. matches.Select(m => (JsonNode)m.Text)]),
            ["cursor_start"] = start, ["cursor_end"] = end,
            ["metadata"] = new JsonObject
            {
                // JupyterLab shows the kinds.
                ["_jupyter_types_experimental"] = new JsonArray([.. matches.Select(m => new JsonObject { ["text"] = m.Text, ["type"] = m.Kind, ["start"] = start, ["end"] = end })]),
            },
        };
    }

    public JsonObject Inspect(string code, int cursor)
    {
        var document = Open(code);
        var info = QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, cursor).Result
            // At the end of a word, or on the bracket after it, the word before is meant.
            ?? (cursor > 0 ? QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, cursor - 1).Result : null);
        if (info is null) return new() { ["status"] = "ok", ["found"] = false, ["data"] = new JsonObject(), ["metadata"] = new JsonObject() };
        var text = string.Join("\n", info.Sections.Select(s => s.Text).Where(t => t != ""));
        return new() { ["status"] = "ok", ["found"] = true, ["data"] = new JsonObject { ["text/plain"] = text }, ["metadata"] = new JsonObject() };
    }
}
