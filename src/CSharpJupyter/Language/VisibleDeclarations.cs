using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CSharpJupyter.Language;

/// <summary>
/// The declarations that the next cell can name, written as the source of a single submission. Completing against the
/// chain of all cells would cost time in the square of their number (Roslyn walks the whole chain for each cell whose
/// names it may offer) and as much memory again.
/// </summary>
sealed class VisibleDeclarations
{
    readonly Lock _lock = new();
    readonly Dictionary<string, string> _usings = [];
    readonly Dictionary<string, List<ISymbol>> _byName = [];

    /// <summary>Adds an executed cell's declarations; they hide earlier ones under the same names.</summary>
    public void Add(CSharpCompilation cell)
    {
        lock (_lock)
        {
            foreach (var directive in cell.SyntaxTrees.Single().GetCompilationUnitRoot().Usings)
                _usings[directive.Alias?.Name.ToString() ?? directive.WithoutTrivia().ToString()] =
                    directive.WithoutTrivia().ToString();
            foreach (var symbol in cell.ScriptClass!.GetMembers().Where(ScriptSession.IsDeclared)) Add(symbol);
        }
    }

    void Add(ISymbol symbol)
    {
        if (!_byName.TryGetValue(symbol.Name, out var old)) _byName[symbol.Name] = old = [];
        old.RemoveAll(o => Hides(symbol, o));
        old.Add(symbol);
    }

    /// <summary>Methods leave other overloads, types those with another number of type parameters.</summary>
    static bool Hides(ISymbol symbol, ISymbol old) => (symbol, old) switch
    {
        (IMethodSymbol a, IMethodSymbol b) => Signature(a) == Signature(b),
        (INamedTypeSymbol a, INamedTypeSymbol b) => a.Arity == b.Arity,
        _ => true,
    };

    static string Signature(IMethodSymbol method) =>
        $"{method.Arity}({string.Join(',', method.Parameters.Select(p => $"{p.RefKind} {p.Type}"))})";

    /// <summary>
    /// Usings, types, methods and properties as they were compiled; variables by their type, without the values they
    /// got.
    /// </summary>
    /// <param name="own">Names in it that no cell declared.</param>
    public string Source(out IReadOnlySet<string> own)
    {
        lock (_lock)
        {
            var source = new StringBuilder();
            foreach (var directive in _usings.Values) source.Append(directive).Append('\n');
            var types = new TypeNames(IsVisible);
            foreach (var symbol in _byName.Values.SelectMany(s => s))
                source.Append(Declaration(symbol, types)).Append('\n');
            own = types.Own;
            return source.Append(types.Declarations()).ToString();
        }
    }

    bool IsVisible(INamedTypeSymbol type) =>
        _byName.TryGetValue(type.Name, out var symbols) && symbols.Any(s =>
            s is INamedTypeSymbol t && t.Arity == type.Arity && t.ContainingType.Name == type.ContainingType.Name);

    static string Declaration(ISymbol symbol, TypeNames types) => symbol switch
    {
        IFieldSymbol variable => Variable(variable, types),
        // One declaration may name several.
        IEventSymbol happening => $"event {types.Visit(happening.Type)} {TypeNames.Escape(happening.Name)};",
        _ => TypeNames.Written(symbol),
    };

    static string Variable(IFieldSymbol variable, TypeNames types)
    {
        var name = TypeNames.Escape(variable.Name);
        var type = types.Visit(variable.Type);
        return variable is { IsConst: true, HasConstantValue: true, Type.TypeKind: not TypeKind.Enum }
            ? $"const {type} {name} = {SymbolDisplay.FormatPrimitive(variable.ConstantValue!, quoteStrings: true,
                useHexadecimalNumbers: false) ?? "null"};"
            : $"{(variable.IsReadOnly ? "readonly " : "")}{type} {name};";
    }
}
