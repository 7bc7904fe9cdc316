namespace Microsoft.DotNet.Interactive;

/// <summary>A secret that does not show by mistake: as text it is asterisks, as many for every secret.</summary>
public sealed class PasswordString(string? password)
{
    readonly string _password = password ?? "";

    /// <summary>The secret.</summary>
    public string GetClearTextPassword() => _password;

    /// <summary>Asterisks.</summary>
    public override string ToString() => new('*', 12);
}
