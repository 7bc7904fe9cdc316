namespace CSharpJupyter.Dialect;

/// <summary>Managed files, folders of native files, and names with versions of restored packages.</summary>
sealed record RestoredPackages(IReadOnlyList<string> Managed, IReadOnlyList<string> NativeFolders, IReadOnlyList<string> Installed);
