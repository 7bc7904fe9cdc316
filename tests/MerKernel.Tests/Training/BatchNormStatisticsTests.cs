using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Tests.Experiments;
using TorchSharp;

namespace MerKernel.Tests.Training;

[Collection(AloneCollection.Name)]
public class BatchNormStatisticsTests
{
    [Fact]
    public void Weights_and_statistics_come_from_the_training_subjects_only()
    {
        using var data = TinyDataset.Create();
        using var otherTestSubject = TinyDataset.Create();
        using var otherTrainingSubject = TinyDataset.Create();
        Blacken(otherTestSubject, "01");
        Blacken(otherTrainingSubject, "02");

        var state = StateWithout01(data);
        Assert.Contains("motion.stem.bn1.running_mean", state.Keys);
        Assert.Equal(state, StateWithout01(otherTestSubject));
        Assert.NotEqual(state["motion.stem.bn1.running_mean"],
            StateWithout01(otherTrainingSubject)["motion.stem.bn1.running_mean"]);
    }

    private static void Blacken(MerDataset data, string subject)
    {
        for (var clip = 0; clip < data.Clips.Length; clip++)
        {
            if (data.Clips[clip].Subject == subject)
            {
                using var frames = data.Frames.narrow(0, 2 * clip, 1);
                frames.zero_();
            }
        }
    }

    private static Dictionary<string, double[]> StateWithout01(MerDataset data)
    {
        Dictionary<string, double[]> state = [];
        FoldRun.Train(LosoEngineTests.Tiny(data), data, "01", torch.CPU, finished: (network, _) =>
        {
            using var scope = torch.NewDisposeScope();
            foreach (var (name, tensor) in network.state_dict())
                state[name] = tensor.detach().to(torch.ScalarType.Float64).flatten().data<double>().ToArray();
        });
        return state;
    }
}
