using MerKernel.Flow;
using MerKernel.Baselines;
using MerKernel.Models;
using MerKernel.Training;

namespace MerKernel.Tests.Baselines;

public class ClipInputsTests
{
    static readonly FlowInput Asked = new(FlowMethod.Farneback, 16);

    [Fact]
    public void Every_clip_has_its_flow_and_it_is_computed_once()
    {
        using var data = TinyDataset.Create();
        var flows = ClipInputs.Of(data, Asked);
        Assert.Equal([data.Clips.Length, 4, 16, 16], flows.shape);
        Assert.Same(flows, ClipInputs.Of(data, new FlowInput(FlowMethod.Farneback, 16)));
        Assert.NotSame(flows, ClipInputs.Of(data, Asked with { Size = 12 }));
    }

    [Fact]
    public void The_cache_gives_the_same_values_and_mends_what_is_damaged()
    {
        using var folder = new TemporaryFolder();
        float[] Values()
        {
            using var data = TinyDataset.Create(cacheFolder: folder.Path);
            return ClipInputs.Of(data, Asked).data<float>().ToArray();
        }
        var computed = Values();
        var files = Directory.GetFiles(folder.Path, "*.input", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        var bytes = File.ReadAllBytes(files[0]);
        Assert.Equal(computed, Values());

        var damaged = bytes.ToArray();
        damaged[^1] ^= 1;
        File.WriteAllBytes(files[0], damaged);
        File.WriteAllBytes(files[1], bytes[..40]);
        Assert.Equal(computed, Values());
        Assert.Equal(bytes, File.ReadAllBytes(files[0]));
    }
}
