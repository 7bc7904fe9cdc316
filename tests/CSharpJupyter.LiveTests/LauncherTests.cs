using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace CSharpJupyter.LiveTests;

/// <summary><c>./mer jupyter</c> itself, in a home whose configuration would open its server to everybody.</summary>
public sealed partial class LauncherTests : IDisposable
{
    readonly string _home = Directory.CreateTempSubdirectory("csharp-jupyter-home-").FullName;

    [Fact]
    public async Task The_server_listens_on_the_loopback_address_alone_and_answers_nobody_without_its_token()
    {
        var configuration = Directory.CreateDirectory(Path.Combine(_home, ".jupyter")).FullName;
        File.WriteAllText(Path.Combine(configuration, "jupyter_notebook_config.py"),
            "c.NotebookApp.ip = '0.0.0.0'\nc.NotebookApp.token = ''\nc.NotebookApp.password = ''\n" +
            "c.NotebookApp.allow_origin = '*'\n");
        File.WriteAllText(Path.Combine(configuration, "jupyter_server_config.py"),
            "c.ServerApp.ip = '0.0.0.0'\nc.ServerApp.token = ''\nc.IdentityProvider.token = ''\n");
        var port = FreePort();
        using var server = Start("--no-browser", $"--port={port}");
        try
        {
            var token = await Token(server, port);
            var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
                .Where(l => l.Port == port).Select(l => l.Address).ToList();
            Assert.Equal([IPAddress.Loopback], listeners);
            using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
            var place = $"http://127.0.0.1:{port}/api/contents";
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"{place}?token={token}")).StatusCode);
            foreach (var other in new[] { "", "?token=", "?token=wrong" })
                Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(place + other)).StatusCode);
            // A page elsewhere that has its own name resolve to this machine.
            using var rebound = new HttpRequestMessage(HttpMethod.Get, $"{place}?token={token}")
            {
                Headers = { Host = "elsewhere.example" }
            };
            Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(rebound)).StatusCode);
        }
        finally { server.Kill(entireProcessTree: true); }
    }

    [Theory]
    [InlineData("--ip=0.0.0.0"), InlineData("--ip", "0.0.0.0"), InlineData("--i=0.0.0.0"),
        InlineData("--ServerApp.ip=*"), InlineData("--NotebookApp.token="), InlineData("--IdentityProvider.token="),
        InlineData("--config=x.py")]
    [InlineData("--NotebookApp.password="), InlineData("--NotebookApp.disable_check_xsrf=True"),
        InlineData("--sock=/tmp/x"), InlineData("--gateway-url=http://x"), InlineData("NotebookApp.ip=0.0.0.0"),
        InlineData("-f", "x.json")]
    public void Whatever_could_open_it_is_not_passed_on(params string[] options)
    {
        using var launcher = Start(options);
        var said = launcher.StandardError.ReadToEnd();
        launcher.WaitForExit();
        Assert.Equal(1, launcher.ExitCode);
        Assert.Contains($"{options[0]} is not passed on", said, StringComparison.Ordinal);
    }

    Process Start(params string[] options)
    {
        var start = new ProcessStartInfo(Path.Combine(Root, "mer"), ["jupyter", .. options])
        {
            RedirectStandardError = true, RedirectStandardOutput = true
        };
        // Jupyter finds its own folders from the home; what is set in this process would lead elsewhere.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("JUPYTER", StringComparison.Ordinal)
            || n.StartsWith("XDG_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        // A build that is out of date is made again, from the packages that are there: those of a home that is deleted
        // afterwards would be missed.
        start.Environment["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        start.Environment["HOME"] = _home;
        start.Environment["JUPYTER_TOKEN"] = "";
        return Process.Start(start)!;
    }

    /// <summary>The token of the address that the server prints once it listens.</summary>
    static async Task<string> Token(Process server, int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var seen = "";
        while (await server.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            seen += line + "\n";
            if (Address().Match(line) is { Success: true } address && address.Groups["port"].Value == $"{port}")
                return address.Groups["token"].Value;
        }
        throw new InvalidOperationException($"the server ended: {seen}");
    }

    [GeneratedRegex(@"http://(?:127\.0\.0\.1|localhost):(?<port>\d+)/\S*\?token=(?<token>[0-9a-f]{40,})")]
    private static partial Regex Address();

    static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    static string Root { get; } = Above(AppContext.BaseDirectory);

    static string Above(string folder) =>
        File.Exists(Path.Combine(folder, "MerNotebooks.sln")) ? folder : Above(Path.GetDirectoryName(folder)!);

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
