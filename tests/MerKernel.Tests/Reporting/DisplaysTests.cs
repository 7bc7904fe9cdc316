using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Reports;
using MerKernel.Reports.Pictures;
using MerKernel.Training;
using OpenCvSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Reporting;

[Collection(AloneCollection.Name)]
public class DisplaysTests
{
    static readonly Experiment Full = new()
    {
        Dataset = DatasetId.CasmeII, DatasetFingerprint = "x", Training = new() { LearningRate = 6e-3 }
    };

    static string[] Texts(TextTable table, int row) => [.. table.Rows[row].Select(c => c.Text)];

    [Fact]
    public void A_confusion_matrix_is_a_table_with_names_and_scores()
    {
        var table = ConfusionMatrix.FromRows([3, 1], [2, 4]).Table("low", "high");
        Assert.Equal(["", "low", "high", "clips", "recall", "precision", "F1"], table.Columns.Select(c => c.Heading));
        // Recall 3/4, precision 3/5, F1 6/9; 4/6, 4/5, 8/11.
        Assert.Equal(["low", "3", "1", "4", "0.750", "0.600", "0.667"], Texts(table, 0));
        Assert.Equal(["high", "2", "4", "6", "0.667", "0.800", "0.727"], Texts(table, 1));
        Assert.Equal("7 of 10 clips: accuracy 70.0 %, UF1 0.697, UAR 0.708.", Assert.Single(table.Notes));
    }

    [Fact]
    public void An_experiment_shows_what_differs_rounded_for_people()
    {
        var changed = Full with { Training = Full.Training with { LearningRate = 0.1 * 6e-3, LabelSmoothing = 0.1 } };
        Assert.NotEqual("0.0006", (0.1 * 6e-3).ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        var table = changed.Differences(Full);
        Assert.Equal(["label smoothing", "0", "0.1"], Texts(table, 0));
        Assert.Equal(["learning rate", "0.006", "0.0006"], Texts(table, 1));
    }

    [Fact]
    public void A_network_shows_its_layers_with_shapes()
    {
        using var net = MerNet.Create(new MerNetOptions { InputSize = 48, WidthDivisor = 16, WindowSize = 4 }, seed: 1);
        var rows = net.Layers().Rows.ToDictionary(r => r[0].Text, r => r.Select(c => c.Text).ToArray());
        // 180 / 16 and 3 x 3 x 3 weights each.
        Assert.Equal(["motion.stem.conv1", "Conv2d", "1 x 11 x 24 x 24", "297", "171,072"], rows["motion.stem.conv1"]);
        Assert.Equal(net.parameters().Sum(p => p.numel())
            .ToString("#,0", System.Globalization.CultureInfo.InvariantCulture), rows["all"][3]);
        Assert.Contains(net.Head.Parameters().Rows,
            r => r[0].Text == "fc3" && r[2].Text == "5 x 8 5" && r[3].Text == "45");
    }

    [Fact]
    public void A_tensor_without_frames_or_values_is_shown_in_words()
    {
        using var scope = NewDisposeScope();
        Assert.Equal("<pre>Tensor 0 x 3 x 32 x 32 Float32 on cpu</pre>", Displays.Html(zeros(0, 3, 32, 32)));
        Assert.StartsWith("<pre>Tensor 2 x 2 Float32 on cpu", Displays.Html(eye(2).to_sparse()));
        Assert.StartsWith("<img", Displays.Html(zeros(3, 32, 32)));
    }

    [Fact]
    public void Frames_are_shown_as_the_camera_saw_them_and_maps_name_their_range()
    {
        using var scope = NewDisposeScope();
        // One colour: red 200, green 100, blue 50; normalised with ImageNet's constants it must come back.
        var bytes = tensor(new byte[] { 200, 100, 50 }).view(3, 1, 1).expand(3, 16, 16).clone();
        var normalised =
            (bytes.to_type(ScalarType.Float32) / 255 - tensor(new[] { 0.485f, 0.456f, 0.406f }).view(3, 1, 1))
                / tensor(new[] { 0.229f, 0.224f, 0.225f }).view(3, 1, 1);
        foreach (var frame in (Tensor[])[bytes, normalised])
        {
            var picture = frame.AsFrames("A frame");
            var found = Enumerable.Range(0, picture.Image.Rows)
                .SelectMany(y => Enumerable.Range(0, picture.Image.Cols).Select(x => picture.Image.At<Vec3b>(y, x)));
            Assert.Equal(160 * 160, found.Count(p => p == new Vec3b(50, 100, 200)));
        }
        Assert.Contains("left: -0.5 .. 2",
            tensor(new float[,] { { -0.5f, 1 }, { 2, 0 } }).AsMaps("A map", "left").AltText);
        Assert.Contains("near: 0.0191 .. 0.0193",
            tensor(new float[,] { { 0.0191f, 0.0193f } }).AsMaps("Two values", "near").AltText);
        Assert.Throws<ArgumentException>(() => zeros(2, 4, 8, 8).AsMaps("Too many dimensions"));
    }
}
