using System.Security.Cryptography;
using NetMQ;

namespace CSharpJupyter.Wire;

/// <summary>
/// Frames of a message: identities, delimiter, signature, header, parent, metadata, content (messaging specification
/// 5.3).
/// </summary>
sealed partial class WireFormat(string key)
{
    const string Delimiter = "<IDS|MSG>";
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    readonly byte[] _key = Encoding.UTF8.GetBytes(key);
    readonly string _session = Guid.NewGuid().ToString("N");

    /// <summary>Null, and why, when the frames are no message or the signature is wrong.</summary>
    public Message? Parse(NetMQMessage frames, out string why)
    {
        var bytes = frames.Select(f => f.ToByteArray()).ToList();
        var at = bytes.FindIndex(b => b.AsSpan().SequenceEqual(Encoding.ASCII.GetBytes(Delimiter)));
        why = "no delimiter";
        if (at < 0) return null;
        why = "too few frames";
        if (bytes.Count < at + 6) return null;
        why = "wrong signature";
        if (_key.Length > 0
            && !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Sign(bytes[(at + 2)..(at + 6)])),
                bytes[at + 1]))
            return null;
        try
        {
            why = "header or content is no JSON object";
            if (Node(bytes[at + 2]) is not JsonObject header || Node(bytes[at + 5]) is not JsonObject content)
                return null;
            why = "header has no msg_type";
            return header.Text("msg_type") == ""
                ? null
                : new(bytes[..at], bytes[at + 2], header, content, Node(bytes[at + 4]) as JsonObject);
        }
        catch (JsonException e)
        {
            why = e.Message;
            return null;
        }
    }

    // A browser sends half of an emoji as it is, and no reader takes it.
    static JsonNode? Node(byte[] json) => JsonNode.Parse(
        Halves().Replace(Encoding.UTF8.GetString(json), m => m.Length == 6 ? @"\ufffd" : m.Value),
        documentOptions: Strict);

    /// <summary>A backslash, a surrogate pair, or (in six characters) half of one, as JSON escapes them.</summary>
    [GeneratedRegex(@"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..")]
    private static partial Regex Halves();

    public NetMQMessage Frames(IEnumerable<byte[]> identities, string type, byte[]? parent, JsonObject content)
    {
        var header = new JsonObject
        {
            ["msg_id"] = Guid.NewGuid().ToString("N"), ["session"] = _session, ["username"] = "kernel",
            ["msg_type"] = type,
            ["version"] = "5.3", ["date"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ"),
        };
        byte[][] parts = [Utf8(header), parent ?? "{}"u8.ToArray(), "{}"u8.ToArray(), Utf8(content)];
        var message = new NetMQMessage();
        foreach (var identity in identities) message.Append(identity);
        message.Append(Delimiter);
        message.Append(_key.Length > 0 ? Sign(parts) : "");
        foreach (var part in parts) message.Append(part);
        return message;
    }

    static byte[] Utf8(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json);

    string Sign(IEnumerable<byte[]> parts)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        foreach (var part in parts) hash.AppendData(part);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>
/// One received Jupyter message. <see cref="HeaderBytes"/> is kept as it came, to be the parent of every answer.
/// </summary>
sealed record Message(IReadOnlyList<byte[]> Identities, byte[] HeaderBytes, JsonObject Header, JsonObject Content,
    JsonObject? Metadata = null)
{
    public string Type => Header.Text("msg_type");
}

/// <summary>
/// Reads message fields; a missing or mistyped field gives the fallback, because a client's slip must not stop the
/// kernel.
/// </summary>
static class JsonExtensions
{
    public static string Text(this JsonObject json, string name, string fallback = "") =>
        json[name] is JsonValue v && v.TryGetValue<string>(out var text) ? text : fallback;

    public static bool Flag(this JsonObject json, string name, bool fallback) =>
        json[name] is JsonValue v && v.TryGetValue<bool>(out var flag) ? flag : fallback;

    public static int Number(this JsonObject json, string name, int fallback) =>
        json[name] is JsonValue v && v.GetValueKind() == JsonValueKind.Number && v.TryGetValue<int>(out var number)
            ? number : fallback;
}
