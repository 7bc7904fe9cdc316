using System.Net;
using System.Runtime.Versioning;

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
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not a Jupyter connection file: {e.Message}");
        }
        if (file is null) throw new InvalidDataException($"{path} is empty.");
        if (file.Transport != "tcp")
            throw new InvalidDataException($"{path} asks for transport {file.Transport}; this kernel speaks tcp.");
        if (!(file.Ip == "localhost"
            || (IPAddress.TryParse(file.Ip, out var address) && IPAddress.IsLoopback(address))))
            throw new InvalidDataException($"{path} asks for the interface '{file.Ip}'; this kernel listens on the " +
                "loopback address only, so that no other machine can send it code.");
        if (file.Key != "" && file.SignatureScheme != "hmac-sha256")
            throw new InvalidDataException(
                $"{path} asks for {file.SignatureScheme}; this kernel signs with hmac-sha256.");
        if (OperatingSystem.IsLinux()) KeepPrivate(path);
        return file;
    }

    // The key in it is all that keeps other users of the machine out.
    [SupportedOSPlatform("linux")]
    static void KeepPrivate(string path)
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            if ((File.GetUnixFileMode(path) & ~owner) != 0) File.SetUnixFileMode(path, owner);
        }
        catch (UnauthorizedAccessException) { /* It is another user's, who has to keep it. */ }
    }

    public string Address(int port) => $"{Transport}://{Ip}:{port}";
}
