namespace MerKernel.Cli.Notebooks;

/// <summary>A page that was made.</summary>
/// <param name="File">Its file.</param>
/// <param name="Title">The notebook's first heading.</param>
/// <param name="Charts">Charts on it.</param>
/// <param name="Errors">Cells that ended with an error.</param>
sealed record RenderedPage(string File, string Title, int Charts, int Errors);
