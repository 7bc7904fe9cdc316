namespace CSharpJupyter.Session;

/// <summary>A compiled cell: whether it ends in a value, and the function that runs it.</summary>
sealed record Submission(bool HasResult, Func<Task<object?>> Run);
