using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace CSharpJupyter.Session;

/// <summary>
/// Rewrites a cell so that it can be interrupted between any two rounds of a loop and at the start of any method, local
/// function and lambda: there it calls <see cref="Interruption.Check"/>. Library loops that run the user's lambdas thus
/// stop too. Catch-alls of the cell let the interruption pass. No line moves. Finalizers, static constructors and
/// methods that native code calls stay as they are: an exception there would break more than the cell.
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
    public static bool IsNeeded(SyntaxNode root) =>
        root.DescendantNodes().Any(n => IsLoop(n) || IsFunction(n) || n is QueryExpressionSyntax or CatchClauseSyntax);

    /// <summary>The body of a loop, with a check before it.</summary>
    BlockSyntax Checked(StatementSyntax body) => After([_isKept ? CheckKept : Check], body);

    static BlockSyntax After(StatementSyntax[] first, StatementSyntax body) => body is BlockSyntax block
        ? block.WithStatements(block.Statements.InsertRange(0, first))
        : Block(Token(SyntaxKind.OpenBraceToken), List([.. first, body]), Token(SyntaxKind.CloseBraceToken));

    [return: NotNullIfNotNull(nameof(node))]
    public override SyntaxNode? Visit(SyntaxNode? node) => base.Visit(node) switch
    {
        WhileStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
        DoStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
        ForStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
        ForEachStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
        ForEachVariableStatementSyntax loop => loop.WithStatement(Checked(loop.Statement)),
        WhereClauseSyntax where => where.WithCondition(Passed(where.Condition)),
        LetClauseSyntax let => let.WithExpression(Passed(let.Expression)),
        var other => other,
    };

    public override SyntaxNode? VisitGotoStatement(GotoStatementSyntax node) => Checked(node);

    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        if (IsCalledByNativeCode(node.AttributeLists)) return node;
        var entry = Entry(node, node.Identifier.ValueText, out var kept);
        var visited = (MethodDeclarationSyntax)Visit(kept, () => base.VisitMethodDeclaration(node))!;
        if (visited.Body is { } body) return visited.WithBody(After(entry, body));
        return visited.ExpressionBody is { } arrow
            && After(entry, arrow, visited.SemicolonToken, HasNoValue(node.ReturnType, node.Modifiers)) is { } block
            ? visited.WithExpressionBody(null).WithSemicolonToken(default).WithBody(block) : visited;
    }

    public override SyntaxNode? VisitLocalFunctionStatement(LocalFunctionStatementSyntax node)
    {
        if (IsCalledByNativeCode(node.AttributeLists)) return node;
        var entry = Entry(node, node.Identifier.ValueText, out var kept);
        var visited = (LocalFunctionStatementSyntax)Visit(kept, () => base.VisitLocalFunctionStatement(node))!;
        if (visited.Body is { } body) return visited.WithBody(After(entry, body));
        return visited.ExpressionBody is { } arrow
            && After(entry, arrow, visited.SemicolonToken, HasNoValue(node.ReturnType, node.Modifiers)) is { } block
            ? visited.WithExpressionBody(null).WithSemicolonToken(default).WithBody(block) : visited;
    }

    public override SyntaxNode? VisitOperatorDeclaration(OperatorDeclarationSyntax node) =>
        WithBody(node, () => base.VisitOperatorDeclaration(node));

    public override SyntaxNode? VisitConversionOperatorDeclaration(ConversionOperatorDeclarationSyntax node) =>
        WithBody(node, () => base.VisitConversionOperatorDeclaration(node));

    public override SyntaxNode? VisitConstructorDeclaration(ConstructorDeclarationSyntax node) =>
        node.Modifiers.Any(SyntaxKind.StaticKeyword)
            ? node
            : WithBody(node, () => base.VisitConstructorDeclaration(node));

    public override SyntaxNode? VisitDestructorDeclaration(DestructorDeclarationSyntax node) => node;

    public override SyntaxNode? VisitAccessorDeclaration(AccessorDeclarationSyntax node)
    {
        var entry = Entry(node, "", out var kept);
        var visited = (AccessorDeclarationSyntax)Visit(kept, () => base.VisitAccessorDeclaration(node))!;
        return visited.Body is { } body ? visited.WithBody(After(entry, body)) : visited;
    }

    BaseMethodDeclarationSyntax WithBody(BaseMethodDeclarationSyntax node, Func<SyntaxNode?> visit)
    {
        var entry = Entry(node, "", out var kept);
        var visited = (BaseMethodDeclarationSyntax)Visit(kept, visit)!;
        return visited.Body is { } body ? visited.WithBody(After(entry, body)) : visited;
    }

    SyntaxNode? Visit(bool kept, Func<SyntaxNode?> visit)
    {
        var outer = _isKept;
        _isKept = kept;
        var visited = visit();
        _isKept = outer;
        return visited;
    }

    /// <summary>
    /// How a function begins: one with loops keeps its interruption, except in a state machine, which may resume in
    /// another cell; a short one that calls nothing cannot last.
    /// </summary>
    StatementSyntax[] Entry(SyntaxNode function, string name, out bool kept)
    {
        var own = function.DescendantNodes(n => n == function || !IsFunction(n)).ToList();
        kept = own.Any(IsLoop) && !own.Any(n => n is YieldStatementSyntax)
            && !function.ChildTokens().Any(t => t.IsKind(SyntaxKind.AsyncKeyword));
        if (kept) return [Keep, CheckKept];
        var isShort = !IsLambda(function) && !own.Any(n =>
            IsLoop(n) || IsFunction(n) || n is BaseObjectCreationExpressionSyntax or QueryExpressionSyntax
                || n is InvocationExpressionSyntax call && !IsMathematics(call)) && !_delegates.Value.Contains(name);
        return isShort ? [] : [Check];
    }

    static bool IsLoop(SyntaxNode node) => node is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax
        or CommonForEachStatementSyntax or GotoStatementSyntax;

    static bool IsLambda(SyntaxNode node) => node is AnonymousFunctionExpressionSyntax;

    static bool IsFunction(SyntaxNode node) => IsLambda(node)
        || node is LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax or AccessorDeclarationSyntax;

    static bool IsMathematics(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax
    {
        Expression: IdentifierNameSyntax { Identifier.ValueText: "Math" or "MathF" }
    };

    static bool IsCalledByNativeCode(SyntaxList<AttributeListSyntax> attributes) =>
        attributes.Any() && attributes.ToString().Contains("UnmanagedCallersOnly");

    static bool HasNoValue(TypeSyntax type, SyntaxTokenList modifiers) =>
        type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword }
        || modifiers.Any(SyntaxKind.AsyncKeyword) && type.ToString().Split('.')[^1] is "Task" or "ValueTask";

    /// <summary>An expression body as a block; null where nothing goes before it, or where it only throws.</summary>
    static BlockSyntax? After(StatementSyntax[] first, ArrowExpressionClauseSyntax arrow, SyntaxToken semicolon,
        bool hasNoValue) => After(first, arrow.Expression, hasNoValue)
            ?.WithLeadingTrivia(arrow.ArrowToken.LeadingTrivia.AddRange(arrow.ArrowToken.TrailingTrivia))
            .WithTrailingTrivia(semicolon.TrailingTrivia);

    static BlockSyntax? After(StatementSyntax[] first, ExpressionSyntax value, bool hasNoValue)
    {
        if (first.Length == 0 || value is ThrowExpressionSyntax) return null;
        StatementSyntax statement = hasNoValue
            ? ExpressionStatement(value, Token(SyntaxKind.SemicolonToken))
            : ReturnStatement(default, Token(SyntaxKind.ReturnKeyword).WithTrailingTrivia(Space), value,
                Token(SyntaxKind.SemicolonToken));
        return After(first, statement);
    }

    public override SyntaxNode? VisitSimpleLambdaExpression(SimpleLambdaExpressionSyntax node) =>
        Lambda(node, () => base.VisitSimpleLambdaExpression(node));

    public override SyntaxNode? VisitParenthesizedLambdaExpression(ParenthesizedLambdaExpressionSyntax node) =>
        Lambda(node, () => base.VisitParenthesizedLambdaExpression(node));

    public override SyntaxNode? VisitAnonymousMethodExpression(AnonymousMethodExpressionSyntax node)
    {
        var entry = Entry(node, "", out var kept);
        var visited = (AnonymousMethodExpressionSyntax)Visit(kept, () => base.VisitAnonymousMethodExpression(node))!;
        return visited.WithBlock(After(entry, visited.Block));
    }

    LambdaExpressionSyntax Lambda(LambdaExpressionSyntax node, Func<SyntaxNode?> visit)
    {
        if (IsExpressionTree(node)) return node;
        var entry = Entry(node, "", out var kept);
        var visited = (LambdaExpressionSyntax)Visit(kept, visit)!;
        if (visited.Block is { } block) return visited.WithBlock(After(entry, block));
        if (visited.ExpressionBody is not { } value || model.GetSymbolInfo(node).Symbol is not IMethodSymbol method)
            return visited;
        var hasNoValue = method.ReturnsVoid || method.IsAsync && method.ReturnType is INamedTypeSymbol { Arity: 0 };
        return After(entry, value, hasNoValue) is { } body ? visited.WithExpressionBody(null).WithBlock(body) : visited;
    }

    bool IsExpressionTree(ExpressionSyntax lambda) => IsExpressionTree(model.GetTypeInfo(lambda).ConvertedType);

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

    public override SyntaxNode? VisitSelectClause(SelectClauseSyntax node)
    {
        var visited = (SelectClauseSyntax)base.VisitSelectClause(node)!;
        // A bare name may be no operation at all.
        return visited.Expression is IdentifierNameSyntax
            ? visited
            : visited.WithExpression(Passed(visited.Expression));
    }

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
