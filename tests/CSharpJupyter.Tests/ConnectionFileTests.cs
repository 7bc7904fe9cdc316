using CSharpJupyter.Wire;

namespace CSharpJupyter.Tests;

public class ConnectionFileTests
{
    [Theory]
    [InlineData("0.0.0.0"), InlineData("*"), InlineData("192.168.1.7"), InlineData("::"), InlineData("example.org"),
        InlineData("")]
    public void A_kernel_does_not_listen_where_others_can_reach_it(string ip)
    {
        var path = Written(ip);
        Assert.Contains("listens on the loopback address only",
            Assert.Throws<InvalidDataException>(() => ConnectionFile.Read(path)).Message);
        File.Delete(path);
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("::1"), InlineData("localhost")]
    public void The_connection_file_is_its_owners_alone(string ip)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException();
        var path = Written(ip);
        File.SetUnixFileMode(path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.Equal(ip, ConnectionFile.Read(path).Ip);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        File.Delete(path);
    }

    static string Written(string ip)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path,
            $$"""{ "ip": "{{ip}}", "transport": "tcp", "key": "secret", "shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5 }""");
        return path;
    }
}
