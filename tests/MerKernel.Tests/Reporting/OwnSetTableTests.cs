using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Reports;
using OpenCvSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Reporting;

public class OwnSetTableTests
{
    /// <summary>As mer tables does: a row that needs action units is left out, and does not stop the others.</summary>
    [Fact]
    public void A_table_on_a_set_without_coded_action_units_has_the_rows_that_need_none()
    {
        using var folder = new TemporaryFolder();
        List<string> sheet = ["person,take,first,peak,last,label"];
        foreach (var (person, background) in new[] { ("ann", 60), ("ben", 120) })
            foreach (var (take, emotion) in new[] { (1, "joy"), (2, "surprise") })
            {
                sheet.Add($"{person},{take},1,2,3,{emotion}");
                var clip = Directory.CreateDirectory(folder.File($"frames/{person}/{take}")).FullName;
                for (var frame = 1; frame <= 3; frame++)
                {
                    using var picture = new Mat(32, 32, MatType.CV_8UC3, Scalar.All(background + 5 * take));
                    Cv2.Rectangle(picture, new Rect(0, 8 * take, 32, 4 * frame), Scalar.All(200), -1);
                    Cv2.ImWrite(Path.Combine(clip, $"{frame}.png"), picture);
                }
            }
        File.WriteAllLines(folder.File("clips.csv"), sheet);
        File.WriteAllText(folder.File("dataset.json"), """
            {
              "name": "Four clips", "sheet": "clips.csv", "frames": "{subject}/{clip}",
              "columns": { "subject": "person", "clip": "take", "onset": "first", "apex": "peak", "offset": "last",
                "emotion": "label" },
              "classes": { "joy": "joy", "surprise": "surprise" }
            }
            """);
        new DataChoices { Alignment = "none" }.Keep(folder, DatasetId.Own);
        using var study = new Study
        {
            Bench = new Workbench
            {
                Root = folder, DataFolder = folder, Only = [DatasetId.Own],
                Profile = Profile.Tiny with { Training = Profile.Tiny.Training with { Epochs = 1 } },
            },
            Protocols = [EpochProtocol.Default], Device = CPU,
        };
        study.Bench.Load(DatasetId.Own);
        var table = study.Compare(2,
            ("Mine", full => full with { ActionUnits = ActionUnitSource.None, Seed = 5 }),
            ("With units", full => full with { Seed = 6 }));
        table.Run();
        Assert.Contains(table.Rows, row => row.Label == "Mine" && row.Score is { Clips: 4 });
        Assert.DoesNotContain(table.Rows, row => row.Label == "With units" && row.Score is not null);
    }
}
