using System.Composition.Hosting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.Host.Mef;
using Microsoft.CodeAnalysis.QuickInfo;
using Microsoft.CodeAnalysis.Text;

namespace CSharpJupyter.Language;

/// <summary>
/// Completion and inspection through Roslyn's own services, on two submissions: one that holds the visible declarations
/// of executed cells, and after it the cell being written. Roslyn keeps its knowledge of a project with the solution it
/// was asked in, so both are compiled once after each executed cell and every request starts from there.
/// </summary>
sealed class LanguageService
{
    readonly ReferenceSet _references;
    readonly VisibleDeclarations _visible = new();
    readonly Lock _lock = new();
    // Roslyn's services take a second to compose; a kernel answers before that.
    readonly Lazy<(Solution Empty, DocumentId Session, DocumentId Cell)> _start = new(Start);
    Solution? _solution;
    IReadOnlySet<string> _own = new HashSet<string>();
    int _version;
    volatile bool _isBehind = true;

    public LanguageService(ScriptSession session, ReferenceSet references)
    {
        _references = references;
        // Without the lock: a cell does not wait for a completion.
        session.Submitted += cell =>
        {
            _visible.Add(cell);
            _isBehind = true;
        };
    }

    static (Solution Empty, DocumentId Session, DocumentId Cell) Start()
    {
        var (solution, session) = Add(new AdhocWorkspace(Services()).CurrentSolution, "Session", []);
        (solution, var cell) = Add(solution, "Cell", [new(session.ProjectId)]);
        return (solution, session, cell);
    }

    /// <summary>
    /// Roslyn's, without items that a notebook cannot insert: types that need another using, snippets, operators after
    /// a dot.
    /// </summary>
    static MefHostServices Services()
    {
        string[] without = ["ImportCompletionProvider", "SnippetCompletionProvider", "UnnamedSymbolCompletionProvider"];
        var parts = MefHostServices.DefaultAssemblies.SelectMany(a => a.GetTypes())
            .Where(t => !without.Any(w => t.Name.EndsWith(w, StringComparison.Ordinal)));
        return MefHostServices.Create(new ContainerConfiguration().WithParts(parts).CreateContainer());
    }

    static (Solution, DocumentId) Add(Solution solution, string name, IEnumerable<ProjectReference> previous)
    {
        var project = ProjectId.CreateNewId(name);
        var document = DocumentId.CreateNewId(project, name);
        return (solution.AddProject(ProjectInfo.Create(project, VersionStamp.Create(), name, name, LanguageNames.CSharp,
            isSubmission: true,
            parseOptions: ScriptSession.ParseOptions,
            compilationOptions: ScriptSession.CompilationOptions.WithScriptClassName(name),
            projectReferences: previous)).AddDocument(document, name, ""), document);
    }

    /// <summary>Compiles the cells executed since the last time, so that the next request need not.</summary>
    public void Prepare() => Current();

    Solution Current()
    {
        lock (_lock)
        {
            // A cell that only refers to a library declares nothing.
            var version = _references.Version;
            var (empty, session, cell) = _start.Value;
            if (_solution is not null && !_isBehind && version == _version) return _solution;
            (_isBehind, _version) = (false, version);
            // The cell's submission inherits the references.
            _solution = (_solution ?? empty).WithDocumentText(session, SourceText.From(_visible.Source(out _own)))
                .WithProjectMetadataReferences(session.ProjectId, _references.All);
            _solution.GetProject(cell.ProjectId)!.GetCompilationAsync().Wait();
            return _solution;
        }
    }

    Document Open(string code)
    {
        // Magic lines become blank, with the same length, so that positions stay.
        var lines = code.Split('\n').Select(l =>
            l.TrimStart().StartsWith("#!") || l.TrimStart().StartsWith("#i ") ? new string(' ', l.Length) : l);
        return Current().WithDocumentText(_start.Value.Cell, SourceText.From(string.Join("\n", lines)))
            .GetDocument(_start.Value.Cell)!;
    }

    public JsonObject Complete(string code, int cursor)
    {
        var document = Open(code);
        var text = document.GetTextAsync().Result;
        var service = CompletionService.GetService(document)!;
        var list = service.GetCompletionsAsync(document, cursor).Result;
        var span = list.ItemsList.Count > 0 ? list.Span : new TextSpan(cursor, 0);
        var own = _own;
        var typed = text.ToString(TextSpan.FromBounds(span.Start, Math.Max(span.Start, cursor)));
        var items = list.ItemsList.Where(i => i.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
            && !own.Contains(i.DisplayText)).ToList();
        if (items.Count == 0) items = [.. service.FilterItems(document, [.. list.ItemsList], typed)];
        var matches = items.Select(i => (Text: i.Properties.GetValueOrDefault("InsertionText") ?? i.DisplayText,
            Kind: i.Tags.FirstOrDefault()?.ToLowerInvariant() ?? ""))
            .DistinctBy(m => m.Text).Take(500).ToList();
        var (start, end) = (CodePoints.FromUtf16(code, span.Start), CodePoints.FromUtf16(code, cursor));
        return new()
        {
            ["status"] = "ok", ["matches"] = new JsonArray([.. matches.Select(m => (JsonNode)m.Text)]),
            ["cursor_start"] = start, ["cursor_end"] = end,
            ["metadata"] = new JsonObject
            {
                // JupyterLab shows the kinds.
                ["_jupyter_types_experimental"] = new JsonArray([.. matches.Select(m =>
                    new JsonObject { ["text"] = m.Text, ["type"] = m.Kind, ["start"] = start, ["end"] = end })]),
            },
        };
    }

    public JsonObject Inspect(string code, int cursor)
    {
        var document = Open(code);
        var info = QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, cursor).Result
            // At the end of a word, or on the bracket after it, the word before is meant.
            ?? (cursor > 0
                ? QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, cursor - 1).Result : null);
        if (info is null)
            return new()
            {
                ["status"] = "ok", ["found"] = false, ["data"] = new JsonObject(), ["metadata"] = new JsonObject()
            };
        var text = string.Join("\n", info.Sections.Select(s => s.Text).Where(t => t != ""));
        return new()
        {
            ["status"] = "ok", ["found"] = true, ["data"] = new JsonObject { ["text/plain"] = text },
            ["metadata"] = new JsonObject()
        };
    }
}
