using System.Text.Json;

namespace CSharpJupyter.Wire;

/// <summary>The connection file a Jupyter client writes for a kernel: addresses, ports and the signing key.</summary>
sealed record ConnectionFile
{
    public string Transport { get; init; } = "tcp";
    public string Ip { get; init; } = "127.0.0.1";
    public int ShellPort { get; init; }
    public int IopubPort { get; init; }
    public int StdinPort { get; init; }
    public int ControlPort { get; init; }
    public int HbPort { get; init; }
    /// <summary>HMAC key; empty: messages are not signed.</summary>
    public string Key { get; init; } = "";
    public string SignatureScheme { get; init; } = "hmac-sha256";

    static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <exception cref="InvalidDataException">The file is not a connection file this kernel can serve.</exception>
    public static ConnectionFile Read(string path)
    {
        ConnectionFile? file;
        try { file = JsonSerializer.Deserialize<ConnectionFile>(File.ReadAllText(path), Names); }
        catch (JsonException e) { throw new InvalidDataException($"{path} is not a Jupyter connection file: {e.Message}"); }
        if (file is null) throw new InvalidDataException($"{path} is empty.");
        if (file.Transport != "tcp") throw new InvalidDataException($"{path} asks for transport {file.Transport}; this kernel speaks tcp.");
        if (file.Key != "" && file.SignatureScheme != "hmac-sha256") throw new InvalidDataException($"{path} asks for {file.SignatureScheme}; this kernel signs with hmac-sha256.");
        return file;
    }

    public string Address(int port) => $"{Transport}://{Ip}:{port}";
}
