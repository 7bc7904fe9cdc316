using CSharpJupyter.Output;
using Microsoft.DotNet.Interactive.Formatting;

namespace Microsoft.DotNet.Interactive;

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
    public DisplayedValue Display(object? value, params string[] mimeTypes) => DisplayExtensions.Display(value, mimeTypes);

    /// <summary>Shows text as the given MIME type, as it is.</summary>
    public DisplayedValue DisplayAs(string value, string mimeType) => value.DisplayAs(mimeType);

    /// <summary>Writes to the cell's standard output.</summary>
    public void DisplayStandardOut(string output) => _cell.Write("stdout", output);

    /// <summary>Writes to the cell's standard error.</summary>
    public void DisplayStandardError(string error) => _cell.Write("stderr", error);
}
