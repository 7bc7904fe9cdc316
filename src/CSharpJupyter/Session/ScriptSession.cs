using System.Collections.Immutable;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using Microsoft.CodeAnalysis;

namespace CSharpJupyter.Session;

/// <summary>
/// A chain of Roslyn script submissions, one for each cell that declares something. Roslyn compiles; the assemblies are
/// loaded here, into the default load context, where those from <c>#r</c> find their dependencies and native files
/// (Roslyn's own loader gives each a context of its own).
/// </summary>
sealed class ScriptSession(ReferenceSet references)
{
    /// <summary>The imports of .NET Interactive, and its helpers.</summary>
    public static readonly ImmutableArray<string> Imports =
    [
        "System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks",
        "System.Linq",
        "Microsoft.DotNet.Interactive", "Microsoft.DotNet.Interactive.Formatting",
        "Microsoft.DotNet.Interactive.Kernel",
    ];

    /// <summary>The SDK's version of the language: the compiler's previews beyond it make keywords of names.</summary>
    public static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.CSharp14, kind: SourceCodeKind.Script);

    /// <summary>
    /// Release: cells compute. Unsafe code is allowed; version unification remarks (CS1701, CS1702) are not the user's.
    /// </summary>
    public static readonly CSharpCompilationOptions CompilationOptions = new CSharpCompilationOptions(
        OutputKind.DynamicallyLinkedLibrary)
        .WithOptimizationLevel(OptimizationLevel.Release).WithAllowUnsafe(true).WithUsings(Imports)
        .WithSpecificDiagnosticOptions([KeyValuePair.Create("CS1701", ReportDiagnostic.Suppress),
            KeyValuePair.Create("CS1702", ReportDiagnostic.Suppress)]);

    // Inherited from the first, and bound there: a package may bring an assembly that the kernel's own refers to. That
    // makes a second one of the kernel's, and display ambiguous.
    static readonly CSharpCompilationOptions Later = CompilationOptions.WithUsings(ImmutableArray<string>.Empty);

    CSharpCompilation? _last;
    object?[] _states = new object?[2];
    int _slots, _count, _version;

    /// <summary>
    /// Raised for each cell that compiled and declares something, before it runs: completion follows along.
    /// </summary>
    public event Action<CSharpCompilation>? Submitted;

    /// <summary>
    /// Compiles a cell and makes it part of the session; the function runs it and gives the value of its last
    /// expression.
    /// </summary>
    /// <param name="path">Names the cell in stack traces, like In[3].</param>
    /// <exception cref="CellFailedException">The code does not compile.</exception>
    public Submission Compile(string code, string path, CancellationToken cancel)
    {
        var (name, version) = ($"Cell{++_count}", references.Version);
        var written = Create(
            CSharpSyntaxTree.ParseText(SourceText.From(code, Encoding.UTF8), ParseOptions, path, cancel));
        var root = written.SyntaxTrees[0].GetCompilationUnitRoot(cancel);
        if (root.Members.Count == 0)
        {
            ThrowOnErrors(written.GetDiagnostics(cancel), path);
            Keep(written, version);
            return new(false, () => Task.FromResult<object?>(null));
        }

        var compilation = InterruptibleCode.IsNeeded(root) ? Create(Interruptible(written, root, path)) : written;
        using var pe = new MemoryStream();
        using var pdb = new MemoryStream();
        var emitted = Emit(compilation);
        // Errors are told of the code as it was written; code that compiles only as written runs as written.
        if (!emitted.Success && compilation != written) emitted = Emit(compilation = written);
        ThrowOnErrors(emitted.Diagnostics, path);
        pe.Position = pdb.Position = 0;
        var assembly = AssemblyLoadContext.Default.LoadFromStream(pe, pdb);
        references.Remember(assembly);
        var entry = compilation.GetEntryPoint(cancel)!;
        var factory = assembly.GetType(entry.ContainingType.MetadataName, throwOnError: true)!
            .GetMethod(entry.MetadataName, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .CreateDelegate<Func<object?[], Task<object?>>>();
        var hasResult = HasResult(compilation);
        // Where nothing is kept, the next cell's state takes the place of this one's, which nobody can name.
        if (_slots + 1 >= _states.Length) Array.Resize(ref _states, _states.Length * 2);
        if (Keep(compilation, version)) _slots++;
        var states = _states;
        return new(hasResult, () => factory(states));

        CSharpCompilation Create(SyntaxTree tree) =>
            CSharpCompilation.CreateScriptCompilation($"{name}-{Guid.NewGuid():N}", tree, references.Since(_version),
                (_last is null ? CompilationOptions : Later).WithScriptClassName(name), _last, typeof(object));

        EmitResult Emit(CSharpCompilation cell)
        {
            pe.SetLength(0);
            pdb.SetLength(0);
            return cell.Emit(pe, pdb,
                options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb),
                cancellationToken: cancel);
        }
    }

    static SyntaxTree Interruptible(CSharpCompilation written, CompilationUnitSyntax root, string path) =>
        CSharpSyntaxTree.Create(
            (CompilationUnitSyntax)new InterruptibleCode(written.GetSemanticModel(root.SyntaxTree)).Visit(root),
            ParseOptions, path, Encoding.UTF8);

    /// <summary>
    /// Makes a cell part of the session if a later one can name anything of it. A kept cell costs 50 kB, most of it for
    /// Roslyn's table of references, and the binding of every later one a step more.
    /// </summary>
    bool Keep(CSharpCompilation cell, int version)
    {
        var root = cell.SyntaxTrees[0].GetCompilationUnitRoot();
        if (_last is not null && version == _version && root.Usings.Count == 0 && root.Externs.Count == 0
            && !cell.ScriptClass!.GetMembers().Any(IsDeclared))
            return false;
        (_last, _version) = (cell, version);
        Submitted?.Invoke(cell);
        return true;
    }

    /// <summary>Whether later cells can name a member of a cell.</summary>
    public static bool IsDeclared(ISymbol member) => member.CanBeReferencedByName && !member.IsImplicitlyDeclared
        && member is IFieldSymbol or IPropertySymbol or IEventSymbol or INamedTypeSymbol
            or IMethodSymbol { MethodKind: MethodKind.Ordinary };

    /// <summary>
    /// The cell ends in an expression without semicolon that has a value, or returns one, in a branch too.
    /// </summary>
    static bool HasResult(CSharpCompilation compilation) =>
        compilation.SyntaxTrees[0].GetCompilationUnitRoot() is var root && root.DescendantNodes(n =>
                n is GlobalStatementSyntax or not (MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax
                    or LocalFunctionStatementSyntax))
            .Any(n => n is ReturnStatementSyntax { Expression: not null })
        || root.Members[^1] switch
        {
            // Not by the type of its own, which null and a method group have none of.
            GlobalStatementSyntax { Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } last } =>
                compilation.GetSemanticModel(last.SyntaxTree).GetTypeInfo(last.Expression).ConvertedType
                    is not { SpecialType: SpecialType.System_Void },
            _ => false,
        };

    static void ThrowOnErrors(IEnumerable<Diagnostic> diagnostics, string path)
    {
        var errors = diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
        if (errors.Count == 0) return;
        throw new CellFailedException("CompilationError", string.Join("\n", errors.Select(e =>
        {
            var at = e.Location.GetLineSpan();
            var place = at.IsValid ? $"{(at.Path == "" ? path : at.Path)}:{at.StartLinePosition.Line + 1}:" +
                $"{at.StartLinePosition.Character + 1}: " : "";
            return $"{place}{e.Id}: {e.GetMessage()}";
        }).Concat(errors.Select(e => e.Location.SourceTree).OfType<SyntaxTree>().Distinct()
            .SelectMany(UsingDeclarations))));
    }

    /// <summary>
    /// A script's grammar has no using declarations; the compiler's error for one (a semicolon is missing) does not
    /// help.
    /// </summary>
    static IEnumerable<string> UsingDeclarations(SyntaxTree tree) =>
        from directive in tree.GetRoot().DescendantNodes().OfType<UsingDirectiveSyntax>()
        let name = directive.GetLastToken().GetNextToken()
        where directive.SemicolonToken.IsMissing && name.IsKind(SyntaxKind.IdentifierToken)
            && name.GetNextToken().IsKind(SyntaxKind.EqualsToken)
        select $"'using {directive.NamespaceOrType} {name} = ...' works in a function only: write 'var {name} = ...' " +
            $"in a cell, for later cells too, or 'using (var {name} = ...) {{ ... }}'.";

    /// <summary>Variables of the session, newest declaration first, with their type and value.</summary>
    public IEnumerable<(string Name, Type Type, object? Value)> Variables()
    {
        var seen = new HashSet<string>();
        for (var slot = Math.Min(_slots, _states.Length - 1); slot > 0; slot--)
        {
            if (_states[slot] is not { } state) continue;
            foreach (var field in state.GetType()
                .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                if (!field.Name.StartsWith('<') && seen.Add(field.Name))
                    yield return (field.Name, field.FieldType, field.GetValue(state));
        }
    }

    /// <summary>A type as source, or null where it has no name that a cell could write.</summary>
    public static string? Spell(Type type)
    {
        if (type.IsArray) return Spell(type.GetElementType()!) is { } element && type.IsSZArray ? element + "[]" : null;
        if (!type.IsVisible || type.IsNested || type.Name.Contains('<')) return null;
        var name = $"global::{(type.Namespace is null ? "" : type.Namespace + ".")}{type.Name.Split('`')[0]}";
        if (!type.IsGenericType) return name;
        var arguments = type.GetGenericArguments().Select(Spell).ToList();
        return arguments.Contains(null) ? null : $"{name}<{string.Join(", ", arguments)}>";
    }
}

/// <summary>A compiled cell: whether it ends in a value, and the function that runs it.</summary>
sealed record Submission(bool HasResult, Func<Task<object?>> Run);

/// <summary>
/// A cell that could not run: its name and message go to the notebook as they are, without a stack trace.
/// </summary>
sealed class CellFailedException(string name, string message) : Exception(message)
{
    public string Name { get; } = name;
}
