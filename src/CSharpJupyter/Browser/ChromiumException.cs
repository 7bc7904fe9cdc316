namespace CSharpJupyter.Browser;

/// <summary>Chromium could not do what was asked; the message says why.</summary>
/// <param name="isScript">A script threw; the page itself is well.</param>
sealed class ChromiumException(string message, bool isScript = false) : Exception(message)
{
    public bool IsScript => isScript;
}
