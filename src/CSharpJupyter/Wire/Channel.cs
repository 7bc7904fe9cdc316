namespace CSharpJupyter.Wire;

/// <summary>The channels that carry messages; the fifth, the heartbeat, only echoes.</summary>
enum Channel { Shell, Control, Stdin, Iopub }
