using CSharpJupyter.Session;

namespace CSharpJupyter.Dialect;

/// <summary>A NuGet package a notebook asks for; without a version, the newest.</summary>
sealed record PackageRequest(string Id, string Version)
{
    const string Scheme = "nuget:";

    /// <summary>Null when the text of a <c>#r</c> names no package.</summary>
    /// <exception cref="CellFailedException">It should, and does not.</exception>
    public static PackageRequest? Parse(string argument)
    {
        if (!argument.TrimStart().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var parts = argument.TrimStart()[Scheme.Length..].Split(',', 2, StringSplitOptions.TrimEntries);
        if (parts[0] == "" || parts[0].Any(c => !char.IsLetterOrDigit(c) && c is not ('.' or '_' or '-')))
            throw new CellFailedException("PackageName", $"#r \"{argument}\" names no package; write #r \"nuget: NAME\" or #r \"nuget: NAME, VERSION\".");
        return new(parts[0], parts.Length > 1 && parts[1] != "" ? parts[1] : "*");
    }

    /// <summary>The folder or address that a <c>#i</c> names.</summary>
    public static string Source(string argument) => argument.TrimStart().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? argument.TrimStart()[Scheme.Length..].Trim() : argument.Trim();
}
