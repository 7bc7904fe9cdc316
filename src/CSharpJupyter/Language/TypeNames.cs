using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CSharpJupyter.Language;

/// <summary>
/// Writes types as source. Those that have no name in the session any more, because a later cell declared another of
/// that name or because they never had one, get declarations of their own.
/// </summary>
/// <param name="isVisible">Whether its bare name means this type, declared in a cell.</param>
sealed class TypeNames(Func<INamedTypeSymbol, bool> isVisible) : SymbolVisitor<string>
{
    readonly Dictionary<string, string> _hidden = [];
    readonly HashSet<string> _own = [];
    readonly Dictionary<ITypeSymbol, (string Name, string Members)> _anonymous = new(SymbolEqualityComparer.Default);

    /// <summary>Names of no declaration of the session's: nothing to offer.</summary>
    public IReadOnlySet<string> Own => _own;

    /// <summary>The declarations that the names written so far need.</summary>
    public string Declarations()
    {
        var source = new StringBuilder();
        foreach (var declaration in _hidden.Values) source.Append(declaration).Append('\n');
        foreach (var (name, members) in _anonymous.Values) source.Append($"class {name} {{ {members} }}\n");
        return source.ToString();
    }

    /// <summary>
    /// A declaration as written in its cell, with its documentation. Other text before it may be half of an #if.
    /// </summary>
    public static string Written(ISymbol symbol) =>
        string.Join('\n', symbol.DeclaringSyntaxReferences.Select(r => r.GetSyntax())
            .Select(s => s.WithLeadingTrivia(s.GetLeadingTrivia()
                .Where(t => t.GetStructure() is DocumentationCommentTriviaSyntax)).ToFullString()));

    /// <summary>With an @ where the name is a keyword.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    public override string DefaultVisit(ISymbol symbol) =>
        symbol.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    public override string VisitArrayType(IArrayTypeSymbol array)
    {
        // int[][,] is an array of int[,]: the outer brackets come first.
        var brackets = "";
        ITypeSymbol element = array;
        for (; element is IArrayTypeSymbol inner; element = inner.ElementType)
            brackets += $"[{new string(',', inner.Rank - 1)}]";
        return Visit(element) + brackets;
    }

    public override string VisitPointerType(IPointerTypeSymbol pointer) => Visit(pointer.PointedAtType) + "*";

    public override string VisitNamedType(INamedTypeSymbol type)
    {
        if (type.IsAnonymousType) return Anonymous(type);
        if (type is { IsTupleType: true, TupleElements.Length: > 1 })
            return $"({string.Join(", ", type.TupleElements
                .Select(e => Visit(e.Type) + (e.IsExplicitlyNamedTupleElement ? " " + Escape(e.Name) : "")))})";
        var arguments = type.TypeArguments.IsEmpty ? "" : $"<{string.Join(", ", type.TypeArguments.Select(Visit))}>";
        return Container(type) + Escape(type.Name) + arguments;
    }

    string Container(INamedTypeSymbol type) => type switch
    {
        { SpecialType: SpecialType.System_Void } => "",
        { ContainingType: { IsScriptClass: true } cell } => isVisible(type) ? "" : Hidden(type, cell.Name),
        { ContainingType: { } outer } => Visit(outer) + ".",
        { ContainingNamespace: { IsGlobalNamespace: false } space } =>
            space.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) + ".",
        _ => "global::",
    };

    /// <summary>Kept under the name of its cell.</summary>
    string Hidden(INamedTypeSymbol type, string cell)
    {
        _own.Add(cell = "Earlier" + cell);
        _hidden[$"{cell}.{type.Name}`{type.Arity}"] = $"static partial class {cell} {{ public {Written(type)} }}";
        return cell + ".";
    }

    string Anonymous(INamedTypeSymbol type)
    {
        if (!_anonymous.TryGetValue(type, out var declared))
        {
            var members = string.Join(" ", type.GetMembers().OfType<IPropertySymbol>()
                .Select(p => $"public {Visit(p.Type)} {Escape(p.Name)} {{ get; }}"));
            _anonymous[type] = declared = ($"AnonymousType{_anonymous.Count + 1}", members);
            _own.Add(declared.Name);
        }
        return declared.Name;
    }
}
