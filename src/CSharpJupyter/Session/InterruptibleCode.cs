using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace CSharpJupyter.Session;

/// <summary>
/// Rewrites a cell so that it can be interrupted between its statements, between any two rounds of a loop and at the
/// start of any function and lambda: there it calls <see cref="Interruption.Check"/>. Library loops that run the user's
/// lambdas thus stop too. Catch-alls of the cell let the interruption pass. No line moves. Finalizers, static
/// constructors and methods that native code calls stay as they are: an exception there would break more than the cell.
/// </summary>
/// <param name="model">Of the tree; tells expression trees, which hold no statements, from lambdas.</param>
sealed class InterruptibleCode(SemanticModel model) : CSharpSyntaxRewriter
{
    const string Name = "global::CSharpJupyter.Session.Interruption", Local = "interruption_";
    static readonly StatementSyntax Check = ParseStatement($"{Name}.{nameof(Interruption.Check)}();");
    static readonly StatementSyntax Keep = ParseStatement($"var {Local} = {Name}.{nameof(Interruption.Mine)}();");
    static readonly StatementSyntax CheckKept = ParseStatement(
        $"if ({Local}.{nameof(Interruption.IsRequested)}) {Name}.{nameof(Interruption.Stop)}({Local});");
    static readonly ExpressionSyntax Pass = ParseExpression($"{Name}.{nameof(Interruption.Pass)}");
    static readonly ExpressionSyntax IsStopping = ParseExpression($"{Name}.{nameof(Interruption.IsStopping)}");

    /// <summary>Names of delegates, or of possible ones: their targets are called from elsewhere.</summary>
    readonly Lazy<HashSet<string>> _delegates = new(() =>
        [.. model.SyntaxTree.GetRoot().DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(n => n.Parent is not InvocationExpressionSyntax
                && n.Parent is not MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax })
            .Select(n => n.Identifier.ValueText)]);

    // The loops being visited belong to a function that keeps its interruption.
    bool _isKept;

    /// <summary>Whether a tree holds anything to rewrite.</summary>
    public static bool IsNeeded(CompilationUnitSyntax root) => root.Members.SkipLast(1).Any(MayLast)
        || root.DescendantNodes()
            .Any(n => IsLoop(n) || IsFunction(n) || n is QueryExpressionSyntax or CatchClauseSyntax);

    /// <summary>A call may last, and nothing after it shall run in a cell that was told to stop.</summary>
    public override SyntaxNode? VisitCompilationUnit(CompilationUnitSyntax node)
    {
        var visited = (CompilationUnitSyntax)base.VisitCompilationUnit(node)!;
        return visited.WithMembers(List(visited.Members.SelectMany((m, i) =>
            i > 0 && MayLast(node.Members[i - 1]) ? new[] { GlobalStatement(Check), m } : [m])));
    }

    /// <summary>A check takes nearly a millisecond to compile, so there is none after what cannot last.</summary>
    static bool MayLast(MemberDeclarationSyntax member) => member is GlobalStatementSyntax or FieldDeclarationSyntax
        && member.DescendantNodes().Any(n => n is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax
            or AwaitExpressionSyntax or MemberAccessExpressionSyntax);

    /// <summary>The body of a loop, with a check before it.</summary>
    BlockSyntax Checked(StatementSyntax body) => After([_isKept ? CheckKept : Check], body);

    static BlockSyntax After(StatementSyntax[] first, StatementSyntax body) => body is BlockSyntax block
        ? block.WithStatements(block.Statements.InsertRange(0, first))
        : Block(Token(SyntaxKind.OpenBraceToken), List([.. first, body]), Token(SyntaxKind.CloseBraceToken));

    [return: NotNullIfNotNull(nameof(node))]
    public override SyntaxNode? Visit(SyntaxNode? node)
    {
        if (node is null || !IsFunction(node))
            return base.Visit(node) switch
            {
                WhileStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
                DoStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
                ForStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
                ForEachStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
                ForEachVariableStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
                WhereClauseSyntax where => where.WithCondition(Passed(where.Condition)),
                LetClauseSyntax let => let.WithExpression(Passed(let.Expression)),
                // A bare name may be no operation at all.
                SelectClauseSyntax { Expression: not IdentifierNameSyntax } select =>
                    select.WithExpression(Passed(select.Expression)),
                var other => other,
            };
        if (IsLeftAlone(node)) return node;
        var outer = _isKept;
        var entry = Entry(node, out _isKept);
        var visited = base.Visit(node);
        _isKept = outer;
        return visited switch
        {
            BaseMethodDeclarationSyntax { Body: { } body } method => method.WithBody(After(entry, body)),
            AccessorDeclarationSyntax { Body: { } body } accessor => accessor.WithBody(After(entry, body)),
            LocalFunctionStatementSyntax { Body: { } body } local => local.WithBody(After(entry, body)),
            AnonymousFunctionExpressionSyntax { Block: { } block } lambda => lambda.WithBlock(After(entry, block)),
            LambdaExpressionSyntax { ExpressionBody: { } value } lambda =>
                After(entry, value, HasNoValue(node)) is { } block
                    ? lambda.WithExpressionBody(null).WithBlock(block) : lambda,
            MethodDeclarationSyntax { ExpressionBody: { } arrow } method
                when After(entry, arrow, method.SemicolonToken, HasNoValue(node)) is { } block =>
                method.WithExpressionBody(null).WithSemicolonToken(default).WithBody(block),
            LocalFunctionStatementSyntax { ExpressionBody: { } arrow } local
                when After(entry, arrow, local.SemicolonToken, HasNoValue(node)) is { } block =>
                local.WithExpressionBody(null).WithSemicolonToken(default).WithBody(block),
            var other => other,
        };
    }

    public override SyntaxNode? VisitGotoStatement(GotoStatementSyntax node) => Checked(node);

    /// <summary>Whoever captures the text of an argument gets it as it was written.</summary>
    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node) =>
        node.DescendantNodes().Any(n => n is AnonymousFunctionExpressionSyntax or QueryExpressionSyntax)
        && model.GetSymbolInfo(node).Symbol is IMethodSymbol method
        && method.Parameters.Any(p => p.IsOptional
            && p.GetAttributes().Any(a => a.AttributeClass?.Name == nameof(CallerArgumentExpressionAttribute)))
            ? node : base.VisitInvocationExpression(node);

    /// <summary>
    /// How a function begins: one with loops keeps its interruption, except in a state machine, which may resume in
    /// another cell; a short one that calls nothing cannot last. A check in it costs a loop of numbers the registers
    /// that calls do not keep, and nearly four times its time; so accessors and operators of one expression have none.
    /// </summary>
    StatementSyntax[] Entry(SyntaxNode function, out bool kept)
    {
        var own = function.DescendantNodes(n => n == function || !IsFunction(n)).ToList();
        kept = own.Any(IsLoop) && !own.Any(n => n is YieldStatementSyntax)
            && !function.ChildTokens().Any(t => t.IsKind(SyntaxKind.AsyncKeyword));
        if (kept) return [Keep, CheckKept];
        var isShort = function is not AnonymousFunctionExpressionSyntax && !own.Any(n => IsLoop(n) || IsFunction(n)
            || n is BaseObjectCreationExpressionSyntax or QueryExpressionSyntax
                or ElementAccessExpressionSyntax { Expression: ThisExpressionSyntax }
            || n is InvocationExpressionSyntax call && !IsMathematics(call))
            && !_delegates.Value.Contains(NameOf(function));
        return isShort ? [] : [Check];
    }

    static string NameOf(SyntaxNode function) => function switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        LocalFunctionStatementSyntax local => local.Identifier.ValueText,
        _ => "",
    };

    static bool IsMathematics(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax
    {
        Expression: IdentifierNameSyntax { Identifier.ValueText: "Math" or "MathF" }
    };

    static bool IsLoop(SyntaxNode node) => node is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax
        or CommonForEachStatementSyntax or GotoStatementSyntax;

    static bool IsFunction(SyntaxNode node) => node is AnonymousFunctionExpressionSyntax
        or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax or AccessorDeclarationSyntax;

    bool IsLeftAlone(SyntaxNode function) => function switch
    {
        DestructorDeclarationSyntax => true,
        ConstructorDeclarationSyntax constructor => constructor.Modifiers.Any(SyntaxKind.StaticKeyword),
        MethodDeclarationSyntax method => IsCalledByNativeCode(method.AttributeLists),
        LocalFunctionStatementSyntax local => IsCalledByNativeCode(local.AttributeLists),
        LambdaExpressionSyntax lambda => IsExpressionTree(model.GetTypeInfo(lambda).ConvertedType),
        _ => false,
    };

    static bool IsCalledByNativeCode(SyntaxList<AttributeListSyntax> attributes) =>
        attributes.Any() && attributes.ToString().Contains("UnmanagedCallersOnly");

    /// <summary>Whether a function's expression is a statement and no value; null where that is not known.</summary>
    bool? HasNoValue(SyntaxNode function) => function switch
    {
        LambdaExpressionSyntax lambda => model.GetSymbolInfo(lambda).Symbol is IMethodSymbol method
            ? method.ReturnsVoid || method.IsAsync && method.ReturnType is INamedTypeSymbol { Arity: 0 } : null,
        MethodDeclarationSyntax method => HasNoValue(method.ReturnType, method.Modifiers),
        LocalFunctionStatementSyntax local => HasNoValue(local.ReturnType, local.Modifiers),
        _ => null,
    };

    static bool HasNoValue(TypeSyntax type, SyntaxTokenList modifiers) =>
        type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword }
        || modifiers.Any(SyntaxKind.AsyncKeyword) && type.ToString().Split('.')[^1] is "Task" or "ValueTask";

    /// <summary>An expression body as a block; null where nothing goes before it, or where it only throws.</summary>
    static BlockSyntax? After(StatementSyntax[] first, ArrowExpressionClauseSyntax arrow, SyntaxToken semicolon,
        bool? hasNoValue) => After(first, arrow.Expression, hasNoValue)
            ?.WithLeadingTrivia(arrow.ArrowToken.LeadingTrivia.AddRange(arrow.ArrowToken.TrailingTrivia))
            .WithTrailingTrivia(semicolon.TrailingTrivia);

    static BlockSyntax? After(StatementSyntax[] first, ExpressionSyntax value, bool? hasNoValue)
    {
        if (first.Length == 0 || hasNoValue is null || value is ThrowExpressionSyntax) return null;
        StatementSyntax statement = hasNoValue.Value
            ? ExpressionStatement(value, Token(SyntaxKind.SemicolonToken))
            : ReturnStatement(default, Token(SyntaxKind.ReturnKeyword).WithTrailingTrivia(Space), value,
                Token(SyntaxKind.SemicolonToken));
        return After(first, statement);
    }

    static bool IsExpressionTree(ITypeSymbol? type) => type?.ToDisplayString() is { } name
        && (name.StartsWith("System.Linq.Expressions.Expression", StringComparison.Ordinal)
            || name.StartsWith("System.Linq.Expressions.LambdaExpression", StringComparison.Ordinal));

    public override SyntaxNode? VisitQueryExpression(QueryExpressionSyntax node)
    {
        // A provider other than Enumerable must understand the code that it runs.
        var isElsewhere = node.DescendantNodes().Any(n => n switch
        {
            QueryClauseSyntax clause => TakesTree(model.GetQueryClauseInfo(clause).OperationInfo.Symbol),
            SelectOrGroupClauseSyntax clause => TakesTree(model.GetSymbolInfo(clause).Symbol),
            OrderingSyntax ordering => TakesTree(model.GetSymbolInfo(ordering).Symbol),
            _ => false,
        });
        return isElsewhere ? node : base.VisitQueryExpression(node);
    }

    static bool TakesTree(ISymbol? method) =>
        method is IMethodSymbol m && m.Parameters.Any(p => IsExpressionTree(p.Type));

    static ExpressionSyntax Passed(ExpressionSyntax value) =>
        InvocationExpression(Pass, ArgumentList(SingletonSeparatedList(Argument(value.WithoutTrivia()))))
            .WithTriviaFrom(value);

    public override SyntaxNode? VisitCatchClause(CatchClauseSyntax node)
    {
        var visited = (CatchClauseSyntax)base.VisitCatchClause(node)!;
        if (visited.Declaration is { } declaration
            && declaration.Type.ToString().Split('.')[^1] is not ("Exception" or "SystemException"))
            return visited;
        var name = visited.Declaration?.Identifier.ValueText is { Length: > 0 } named
            ? named
            : $"caught{node.SpanStart}_";
        ExpressionSyntax passes = PrefixUnaryExpression(SyntaxKind.LogicalNotExpression,
            InvocationExpression(IsStopping, ArgumentList(SingletonSeparatedList(
                Argument(IdentifierName(SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name))))));
        if (visited.Filter is { } filter)
            passes = BinaryExpression(SyntaxKind.LogicalAndExpression, passes,
                ParenthesizedExpression(filter.FilterExpression.WithoutTrivia()));
        var type = visited.Declaration?.Type.WithoutTrivia() ?? ParseTypeName("global::System.Exception");
        return visited.WithCatchKeyword(Token(SyntaxKind.CatchKeyword).WithTriviaFrom(visited.CatchKeyword))
            .WithDeclaration(CatchDeclaration(Token(SyntaxKind.OpenParenToken), type.WithTrailingTrivia(Space),
                Identifier(SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name),
                Token(SyntaxKind.CloseParenToken))
                .WithLeadingTrivia(visited.Declaration?.GetLeadingTrivia() ?? default)
                .WithTrailingTrivia(visited.Declaration?.GetTrailingTrivia() ?? default))
            .WithFilter(CatchFilterClause(Token(SyntaxKind.WhenKeyword).WithLeadingTrivia(Space),
                Token(SyntaxKind.OpenParenToken), passes, Token(SyntaxKind.CloseParenToken))
                .WithTrailingTrivia(visited.Filter?.GetTrailingTrivia() ?? default));
    }
}
