namespace MerKernel;

/// <summary>
/// An error the user can mend: its message is one sentence that names the file or option and the cure, and is shown
/// without a stack trace.
/// </summary>
public sealed class UserErrorException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One sentence: what is wrong, where, and what to do.</param>
    /// <param name="inner">The cause, if another exception reported it.</param>
    public UserErrorException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>
    /// Whether it is of one experiment, its network, weights or input, so that all others can be trained.
    /// </summary>
    public bool IsOfExperiment { get; init; }
}
