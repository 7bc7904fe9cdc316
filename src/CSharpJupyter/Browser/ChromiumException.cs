namespace CSharpJupyter.Browser;

/// <summary>Chromium could not do what was asked; the message says why.</summary>
sealed class ChromiumException(string message) : Exception(message);
