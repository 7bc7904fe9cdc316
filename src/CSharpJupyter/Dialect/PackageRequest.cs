namespace CSharpJupyter.Dialect;

/// <summary>A NuGet package a notebook asks for; without a version, the newest.</summary>
sealed record PackageRequest(string Id, string Version)
{
    /// <summary>Null when the text of a <c>#r</c> names no package.</summary>
    public static PackageRequest? Parse(string argument)
    {
        if (!argument.TrimStart().StartsWith("nuget:", StringComparison.OrdinalIgnoreCase)) return null;
        var parts = argument.TrimStart()["nuget:".Length..].Split(',', 2, StringSplitOptions.TrimEntries);
        return new(parts[0], parts.Length > 1 && parts[1] != "" ? parts[1] : "*");
    }
}
