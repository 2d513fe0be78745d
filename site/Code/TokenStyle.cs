using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Site.Code;

/// <summary>Which colour a token has. Nothing is compiled: names are judged by where they stand.</summary>
internal static class TokenStyle
{
    private const string Keyword = "k";
    private const string Type = "t";
    private const string Method = "m";
    private const string Text = "s";
    private const string Number = "n";
    private const string Comment = "c";
    private const string Directive = "p";

    public static string? Of(SyntaxToken token)
    {
        SyntaxKind kind = token.Kind();
        if (kind is SyntaxKind.IdentifierToken) return OfName(token);
        if (kind is SyntaxKind.NumericLiteralToken) return Number;
        if (SyntaxFacts.IsKeywordKind(kind)) return Keyword;
        return IsText(kind) ? Text : null;
    }

    public static string? Of(SyntaxTrivia trivia)
    {
        if (trivia.IsDirective) return Directive;
        return trivia.Kind() is SyntaxKind.SingleLineCommentTrivia
            or SyntaxKind.MultiLineCommentTrivia
            or SyntaxKind.SingleLineDocumentationCommentTrivia
            or SyntaxKind.MultiLineDocumentationCommentTrivia
            ? Comment
            : null;
    }

    private static bool IsText(SyntaxKind kind) => kind
        is SyntaxKind.StringLiteralToken
        or SyntaxKind.CharacterLiteralToken
        or SyntaxKind.Utf8StringLiteralToken
        or SyntaxKind.SingleLineRawStringLiteralToken
        or SyntaxKind.MultiLineRawStringLiteralToken
        or SyntaxKind.Utf8SingleLineRawStringLiteralToken
        or SyntaxKind.Utf8MultiLineRawStringLiteralToken
        or SyntaxKind.InterpolatedStringStartToken
        or SyntaxKind.InterpolatedVerbatimStringStartToken
        or SyntaxKind.InterpolatedSingleLineRawStringStartToken
        or SyntaxKind.InterpolatedMultiLineRawStringStartToken
        or SyntaxKind.InterpolatedStringTextToken
        or SyntaxKind.InterpolatedStringEndToken
        or SyntaxKind.InterpolatedRawStringEndToken;

    private static string? OfName(SyntaxToken token) => token.Parent switch
    {
        IdentifierNameSyntax { IsVar: true } => Keyword,
        SimpleNameSyntax name => OfUse(name),
        BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or TypeParameterSyntax => Type,
        ConstructorDeclarationSyntax or DestructorDeclarationSyntax => Type,
        MethodDeclarationSyntax or LocalFunctionStatementSyntax => Method,
        _ => null,
    };

    private static string? OfUse(SimpleNameSyntax name)
    {
        if (IsCalled(name)) return name.Identifier.Text is "nameof" ? Keyword : Method;
        bool isType = SyntaxFacts.IsInTypeOnlyContext(name)
            || name is GenericNameSyntax
            || (name.Identifier.Text is [var first, ..] && char.IsUpper(first) && MayBeType(name));
        return isType ? Type : null;
    }

    private static bool IsCalled(SimpleNameSyntax name)
    {
        ExpressionSyntax called = name.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Name == name => access,
            MemberBindingExpressionSyntax binding => binding,
            _ => name,
        };
        return called.Parent is InvocationExpressionSyntax call && call.Expression == called;
    }

    // Console.Out rather than a property of the snippet; e is IOException or TimeoutException.
    private static bool MayBeType(SimpleNameSyntax name) => name.Parent switch
    {
        MemberAccessExpressionSyntax access => access.Expression == name,
        ConstantPatternSyntax => true,
        _ => false,
    };
}
