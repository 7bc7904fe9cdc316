using CSharpJupyter.Session;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Completion;
using Microsoft.CodeAnalysis.QuickInfo;
using Microsoft.CodeAnalysis.Text;

namespace CSharpJupyter.Tests;

/// <summary>
/// Roslyn's completion and inspection the plain way, to compare with: one submission after the other, as the cells were
/// written.
/// </summary>
sealed class ChainedCompletion(ReferenceSet references)
{
    Solution _solution = new AdhocWorkspace().CurrentSolution;
    DocumentId? _last;
    int _count;

    public void Add(string cell) => (_solution, _last) = With(cell);

    (Solution, DocumentId) With(string code)
    {
        var name = $"Cell{++_count}";
        var project = ProjectId.CreateNewId();
        var document = DocumentId.CreateNewId(project);
        return (_solution.AddProject(ProjectInfo.Create(project, VersionStamp.Create(), name, name,
            LanguageNames.CSharp, isSubmission: true,
            parseOptions: ScriptSession.ParseOptions,
            compilationOptions: ScriptSession.CompilationOptions.WithScriptClassName(name),
            metadataReferences: references.All, projectReferences: _last is null
                ? []
                : [new ProjectReference(_last.ProjectId)])).AddDocument(document, name, code), document);
    }

    Document Open(string code)
    {
        // What is found out about the cells is kept with their solution.
        if (_last is not null) _solution.GetProject(_last.ProjectId)!.GetCompilationAsync().Wait();
        var (solution, document) = With(code);
        return solution.GetDocument(document)!;
    }

    /// <summary>
    /// Text that may be at the end of the code; items that need more text, another using say, are left out.
    /// </summary>
    public IReadOnlyList<string> Complete(string code)
    {
        var document = Open(code);
        var list = CompletionService.GetService(document)!.GetCompletionsAsync(document, code.Length).Result;
        var typed = code[list.Span.Start..];
        return [.. list.ItemsList
            .Where(i => !i.IsComplexTextEdit && i.FilterText.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(i => i.DisplayText).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>What is said of the place.</summary>
    public string Inspect(string code, int cursor)
    {
        var document = Open(code);
        var info = QuickInfoService.GetService(document)!.GetQuickInfoAsync(document, cursor).Result;
        return string.Join("\n", info?.Sections.Select(s => s.Text).Where(t => t != "") ?? []);
    }
}
