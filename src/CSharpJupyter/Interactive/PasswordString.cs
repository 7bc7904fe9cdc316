namespace Microsoft.DotNet.Interactive;

/// <summary>A secret that does not show by mistake: as text it is dots.</summary>
public sealed class PasswordString(string? password)
{
    readonly string _password = password ?? "";

    /// <summary>The secret.</summary>
    public string GetClearTextPassword() => _password;

    /// <summary>Dots, as many as the secret has characters.</summary>
    public override string ToString() => new('·', _password.Length);
}
