using CSharpJupyter.Output;
using CSharpJupyter.Session;

namespace Microsoft.DotNet.Interactive;

/// <summary>A value on the page that can be replaced in place.</summary>
public sealed class DisplayedValue
{
    readonly IReadOnlyList<string> _mimeTypes;
    readonly CellOutput? _output;

    DisplayedValue(CellOutput? output, IReadOnlyList<string> mimeTypes) => (_output, _mimeTypes) = (output, mimeTypes);

    /// <summary>Names the output within the notebook.</summary>
    public string DisplayId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Replaces what is shown, wherever in the notebook it stands.</summary>
    public void Update(object? value)
    {
        Interruption.Check();
        (CellOutput.Current ?? _output)?.Display(Kernel.Bundle(value, _mimeTypes), DisplayId, update: true);
    }

    internal static DisplayedValue Show(object? value, IReadOnlyList<string> mimeTypes)
    {
        Interruption.Check();
        var shown = new DisplayedValue(CellOutput.Current, mimeTypes);
        shown._output?.Display(Kernel.Bundle(value, mimeTypes), shown.DisplayId);
        return shown;
    }
}
