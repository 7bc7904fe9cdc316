namespace DevTools;

/// <summary>Chromium failed; the message says why.</summary>
/// <param name="message">The failure.</param>
/// <param name="isScript">A script threw; the page itself is well.</param>
public sealed class ChromiumException(string message, bool isScript = false) : Exception(message)
{
    /// <summary>Whether a script threw.</summary>
    public bool IsScript => isScript;
}
