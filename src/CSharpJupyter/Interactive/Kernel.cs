using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.Formatting;

namespace Microsoft.DotNet.Interactive;

/// <summary>
/// The helpers a notebook calls by their bare names, as in .NET Interactive, and the one kernel there is: this.
/// </summary>
public sealed class Kernel
{
    Kernel() { }

    /// <summary>The kernel that runs C#.</summary>
    public static Kernel Current { get; } = new();

    /// <summary>There are no kernels of other languages next to it, so it is the root too.</summary>
    public static Kernel Root => Current;

    /// <summary>Its name.</summary>
    public string Name => "csharp";

    /// <summary>This kernel by its name; null for every other.</summary>
    public Kernel? FindKernelByName(string name) => name is "csharp" or ".NET" ? this : null;

    /// <summary>Runs code in the session, as part of the running cell.</summary>
    /// <exception cref="InvalidOperationException">No cell is running.</exception>
    public Task<KernelCommandResult> SubmitCodeAsync(string code)
    {
        var submit = CellOutput.Current?.Submit ?? throw new InvalidOperationException("No cell is running.");
        KernelEvent ended;
        try
        {
            submit(code);
            ended = new CommandSucceeded();
        }
        catch (Exception e) when (!Interruption.IsStopping(e))
        {
            ended = new CommandFailed(e);
        }
        return Task.FromResult(new KernelCommandResult([ended]));
    }

    /// <summary>Runs a command; only <see cref="SubmitCode"/> means something here.</summary>
    /// <exception cref="NotSupportedException">Another command.</exception>
    public Task<KernelCommandResult> SendAsync(KernelCommand command) => command is SubmitCode submit
        ? SubmitCodeAsync(submit.Code)
        : throw new NotSupportedException($"{command.GetType().Name} is a command of .NET Interactive that this " +
            "kernel does not know; it knows SubmitCode.");

    /// <summary>Shows a value now; the result can be updated in place.</summary>
    /// <param name="value">Anything; null shows as &lt;null&gt;.</param>
    /// <param name="mimeTypes">Formats to use instead of the type's preferred ones.</param>
    public static DisplayedValue display(object? value, params string[] mimeTypes) =>
        DisplayExtensions.Display(value, mimeTypes);

    /// <summary>Markup that displays as HTML.</summary>
    public static IHtmlContent HTML(string content) => new HtmlString(content);

    /// <summary>Runs a script in the page.</summary>
    public static void Javascript(string script) => CellOutput.Current?.Display(
        MimeBundle.Html($"<script type=\"text/javascript\">{script}</script>", "(JavaScript)"));

    /// <summary>Adds rules to the page.</summary>
    public static void CSS(string rules) =>
        CellOutput.Current?.Display(MimeBundle.Html($"<style>{rules}</style>", "(CSS)"));

    /// <summary>Removes the cell's output; with <paramref name="wait"/> only when new output comes.</summary>
    public static void clear_output(bool wait = false) => CellOutput.Current?.Clear(wait);

    /// <summary>Asks the user for a line.</summary>
    public static Task<string> GetInputAsync(string prompt = "") =>
        Task.FromResult(CellOutput.Current?.Ask(prompt, password: false) ?? "");

    /// <summary>Asks the user for a line without showing it.</summary>
    public static Task<PasswordString> GetPasswordAsync(string prompt = "") =>
        Task.FromResult(new PasswordString(CellOutput.Current?.Ask(prompt, password: true)));
}

/// <summary>The running cell, for code that wants to show something in it or to stop with it.</summary>
public sealed class KernelInvocationContext
{
    readonly CellOutput _cell;

    KernelInvocationContext(CellOutput cell) => _cell = cell;

    /// <summary>The cell that the calling code belongs to; null outside a cell.</summary>
    public static KernelInvocationContext? Current => CellOutput.Current is { } cell ? new(cell) : null;

    /// <summary>Cancelled when the cell is interrupted.</summary>
    public CancellationToken CancellationToken => _cell.Interrupt;

    /// <summary>The kernel that runs the cell.</summary>
    public Kernel HandlingKernel => Kernel.Current;

    /// <summary>Shows a value now; the result can be updated in place.</summary>
    public DisplayedValue Display(object? value, params string[] mimeTypes) =>
        DisplayExtensions.Display(value, mimeTypes);

    /// <summary>Shows text as the given MIME type, as it is.</summary>
    public DisplayedValue DisplayAs(string value, string mimeType) => value.DisplayAs(mimeType);

    /// <summary>Writes to the cell's standard output.</summary>
    public void DisplayStandardOut(string output) => _cell.Write("stdout", output);

    /// <summary>Writes to the cell's standard error.</summary>
    public void DisplayStandardError(string error) => _cell.Write("stderr", error);
}

/// <summary>A secret that does not show by mistake: as text it is asterisks, as many for every secret.</summary>
public sealed class PasswordString(string? password)
{
    readonly string _password = password ?? "";

    /// <summary>The secret.</summary>
    public string GetClearTextPassword() => _password;

    /// <summary>Asterisks.</summary>
    public override string ToString() => new('*', 12);
}
