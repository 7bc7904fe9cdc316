namespace CSharpJupyter.Session;

/// <summary>A cell that could not run: its name and message go to the notebook as they are, without a stack trace.</summary>
sealed class CellFailedException(string name, string message) : Exception(message)
{
    public string Name { get; } = name;
}
