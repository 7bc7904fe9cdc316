namespace Microsoft.DotNet.Interactive.Commands
{
    /// <summary>Something to send to the kernel.</summary>
    public abstract class KernelCommand;

    /// <summary>Code to run.</summary>
    public sealed class SubmitCode(string code) : KernelCommand
    {
        /// <summary>C#, with the kernel's magics.</summary>
        public string Code { get; } = code;
    }
}

namespace Microsoft.DotNet.Interactive.Events
{
    /// <summary>Something that became of a command.</summary>
    public abstract class KernelEvent;

    /// <summary>It ran to its end.</summary>
    public sealed class CommandSucceeded : KernelEvent;

    /// <summary>It did not.</summary>
    public sealed class CommandFailed(Exception exception) : KernelEvent
    {
        /// <summary>Why.</summary>
        public Exception Exception { get; } = exception;

        /// <summary>Why, in words.</summary>
        public string Message => Exception.Message;
    }
}

namespace Microsoft.DotNet.Interactive
{
    /// <summary>A command's outcome.</summary>
    public sealed record KernelCommandResult(IReadOnlyList<Events.KernelEvent> Events);
}
