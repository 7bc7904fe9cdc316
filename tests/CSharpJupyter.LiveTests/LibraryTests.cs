using System.Diagnostics;
using System.Text.Json.Nodes;
using CSharpJupyter.Tests;

namespace CSharpJupyter.LiveTests;

/// <summary>Libraries as notebooks use them: packages with native files, tensors, pictures, sheets.</summary>
public sealed class LibraryTests : IDisposable
{
    /// <summary>Next to the tests' own build; TorchSharp and its native files lie there together.</summary>
    static readonly string Built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "MerKernel.Cli",
        "release_linux-x64"));

    readonly KernelClient _kernel = new();

    [Fact]
    public void Pictures_of_a_package_with_native_files_show_as_PNG_with_words()
    {
        Assert.Equal("ok", _kernel.Execute("#r \"nuget: OpenCvSharp4, 4.13.0.20260627\"\n" +
            "#r \"nuget: OpenCvSharp4.official.runtime.linux-x64, 4.13.0.20260627\"\nusing OpenCvSharp;").Status);
        var plain = Shown("new Mat(20, 30, MatType.CV_8UC3, Scalar.Red)");
        Assert.Equal((30, 20), Size(plain));
        Assert.Equal("Mat 20 x 30, CV_8UC3", Words(plain));
        Assert.Equal("A red field.",
            Words(Shown("new { Image = new Mat(20, 30, MatType.CV_8UC3, Scalar.Red), AltText = \"A red field.\" }")));
        Assert.Equal("The same, displayed.", Words(Shown("display(new { Image = new Mat(8, 9, MatType.CV_8UC1, " +
            "Scalar.White), AltText = \"The same, displayed.\" });")));
        // Numbers that no picture has: of 0 to 1 it would be black.
        var floats = _kernel.Execute("var deep = new Mat(20, 30, MatType.CV_32FC3, new Scalar(0, 0.5, 1)); deep");
        Assert.Null(floats.Result!["image/png"]);
        Assert.Equal("Mat 20 x 30, CV_32FC3, 0 to 1; a picture is of 8 or 16 bits", floats.Plain);
        // Words without a picture are any object's.
        Assert.Null(_kernel.Execute("new { Image = 5, AltText = \"none\" }").Result!["image/png"]);
    }

    [Fact]
    public void Tensors_show_shape_type_device_and_a_preview_and_image_tensors_a_picture()
    {
        Assert.Equal("ok", _kernel.Execute($"#r \"{Built}/TorchSharp.dll\"\nusing TorchSharp;").Status);
        Assert.Equal("Tensor [2, 3] Float32 on cpu\n[0, 1, 2, 3, 4, 5]",
            _kernel.Execute("torch.arange(6, dtype: torch.float32).reshape(2, 3)").Plain);
        Assert.Equal("Tensor [100] Int64 on cpu\n[0, 1, 2, 3, 4, 5, 6, 7, …]",
            _kernel.Execute("torch.arange(100)").Plain);
        Assert.Equal("Tensor [0] Float32 on cpu", _kernel.Execute("torch.zeros(0)").Plain);
        Assert.Equal("Tensor [3, 4] Float32 on cpu", _kernel.Execute("var at = new long[,] { { 0, 1 }, { 2, 3 } }; " +
            "torch.sparse_coo_tensor(torch.tensor(at), torch.ones(2), new long[] { 3, 4 })").Plain);
        var image = Shown("torch.zeros(3, 8, 16, dtype: torch.uint8)");
        Assert.Equal((16, 8), Size(image));
        Assert.Equal("Tensor [3, 8, 16] Byte on cpu", Words(image));
    }

    [Fact]
    public void Training_is_interrupted_and_what_it_learned_so_far_is_kept()
    {
        _kernel.Execute($"#r \"{Built}/TorchSharp.dll\"\nusing TorchSharp;\n" +
            "var model = torch.nn.Linear(64, 4); var optimizer = torch.optim.AdamW(model.parameters()); var " +
            "steps = 0;");
        for (var time = 0; time < 2; time++)
        {
            var cell = _kernel.SendExecute("""
                Console.WriteLine("started");
                while (true)
                {
                    using var scope = torch.NewDisposeScope();
                    optimizer.zero_grad();
                    torch.nn.functional.cross_entropy(model.forward(torch.randn(256, 64)), torch.randint(4, 256)).backward();
                    optimizer.step();
                    steps++;
                }
                """);
            Assert.True(_kernel.WaitForStream());
            Thread.Sleep(500);
            var watch = Stopwatch.StartNew();
            _kernel.Ask("interrupt_request", control: true);
            Assert.Equal("KeyboardInterrupt", _kernel.Reply(cell)["ename"]!.GetValue<string>());
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
        }
        Assert.Equal("True", _kernel.Execute("steps > 0 && model.forward(torch.randn(1, 64)).shape[1] == 4").Plain);
    }

    [Fact]
    public void A_sheet_shows_its_first_rows_as_a_table()
    {
        _kernel.Execute("#r \"nuget: Microsoft.Data.Analysis, 0.23.1\"\nusing Microsoft.Data.Analysis;");
        var data = _kernel.Execute("new DataFrame(new StringDataFrameColumn(\"clip\", Enumerable.Range(0, " +
            "40).Select(i => $\"EP<{i}>\")), new DoubleDataFrameColumn(\"uf1\", Enumerable.Range(0, 40).Select(i => " +
            "i / 4.0)))").Result!;
        var html = data["text/html"]!.GetValue<string>();
        Assert.Contains("<th>clip</th><th>uf1</th>", html);
        Assert.Contains("<td>EP&lt;3&gt;</td><td>0.75</td>", html);
        Assert.Contains("first 25 shown", html);
        Assert.Equal("DataFrame, 40 rows x 2 columns", data["text/plain"]!.GetValue<string>());
    }

    [Fact]
    public void What_cannot_be_restored_is_said_with_the_source_asked_and_stands_in_no_others_way()
    {
        // Twice: what failed is not taken for restored the next time, by this kernel or by another.
        for (var time = 0; time < 2; time++)
        {
            var failed = _kernel.Execute(
                "#i \"nuget: /a/folder/of/packages\"\n#r \"nuget: No.Such.Package.At.All, 1.0.0\"");
            Assert.Equal("PackageRestore", failed.Error["ename"]!.GetValue<string>());
            // The source that #i added was asked.
            Assert.Contains("/a/folder/of/packages", failed.Error["evalue"]!.GetValue<string>());
        }
        Assert.Equal("ok", _kernel.Execute("#r \"nuget: Microsoft.Data.Analysis, 0.23.1\"").Status);
    }

    JsonObject Shown(string code) =>
        _kernel.Execute(code).Published.Single(p => p.Type is "execute_result" or "display_data").Content;

    static (int Width, int Height) Size(JsonObject shown)
    {
        var png = Convert.FromBase64String(shown["data"]!["image/png"]!.GetValue<string>());
        int Number(int at) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
        return (Number(16), Number(20));
    }

    /// <summary>The replacement for the picture, in both places where pages look.</summary>
    static string Words(JsonObject shown)
    {
        var words = shown["data"]!["text/plain"]!.GetValue<string>();
        Assert.Equal(words, shown["metadata"]!["image/png"]!["alt"]!.GetValue<string>());
        return words;
    }

    public void Dispose() => _kernel.Dispose();
}
