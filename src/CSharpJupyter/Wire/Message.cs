using System.Text.Json.Nodes;

namespace CSharpJupyter.Wire;

/// <summary>One received Jupyter message. <see cref="HeaderBytes"/> is kept as it came, to be the parent of every answer.</summary>
sealed record Message(IReadOnlyList<byte[]> Identities, byte[] HeaderBytes, JsonObject Header, JsonObject Content, JsonObject? Metadata = null)
{
    public string Type => Header.Text("msg_type");
    public string Session => Header.Text("session");
}
