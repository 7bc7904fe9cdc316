using MerKernel.Training;

namespace MerKernel.Tests.Training;

public class TrainingOptionsTests
{
    [Fact]
    public void Defaults_are_the_papers()
    {
        var options = new TrainingOptions();
        Assert.Equal((75, 16, 2, 8e-4, 0.6),
            (options.Epochs, options.BatchSize, options.AccumulationSteps, options.LearningRate, options.WeightDecay));
    }

    [Fact]
    public void The_learning_rate_decays_for_fifty_epochs_and_then_stays()
    {
        var options = new TrainingOptions();
        Assert.Equal(8e-4, options.LearningRateAt(0));
        Assert.Equal(8e-4 * 0.987 * 0.987, options.LearningRateAt(2), 12);
        Assert.Equal(options.LearningRateAt(50), options.LearningRateAt(74));
        Assert.Equal(4.158e-4, options.LearningRateAt(74), 3e-7); // 8e-4 * e^(50 ln 0.987)
    }

    [Fact]
    public void A_decay_every_thirty_epochs_is_one_step_within_fifty()
    {
        var options = new TrainingOptions
        {
            LearningRate = 1e-3, LearningRateDecay = 0.5, DecayEvery = 30, DecayEpochs = 50
        };
        Assert.Equal([1e-3, 5e-4, 5e-4], new[] { 29, 30, 74 }.Select(options.LearningRateAt));
    }
}
