using MerKernel.Experiments;

namespace MerKernel.Tests.Experiments;

public sealed class ProfileTests
{
    [Fact]
    public void Nothing_given_changes_nothing() => Assert.Equal(Profile.Medium, Profile.Medium.With());

    [Fact]
    public void Given_values_take_the_place_of_the_profiles()
    {
        var small = Profile.Small;
        Assert.Equal(
            small with
            {
                Model = small.Model with { WidthDivisor = 7, InputSize = 64 },
                Training = small.Training with
                {
                    Epochs = 1,
                    BatchSize = 2,
                    LearningRate = 0.3,
                    LearningRateDecay = 0.4,
                    WeightDecay = 0.5,
                    LabelSmoothing = 0.6,
                    Augmentation = small.Training.Augmentation with
                    {
                        FlipProbability = 0.8,
                        MaxRotationDegrees = 9,
                        CropPadding = 10
                    },
                },
            },
            small.With(1, 2, 0.3, 0.4, 0.5, 0.6, 7, 64, 0.8, 9, 10));
    }
}
