using MerKernel.Experiments;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Tests.Training;

public class ComputeDeviceTests
{
    [Fact]
    public void The_processor_is_a_device() => Assert.Equal(DeviceType.CPU, ComputeDevice.Named("cpu").type);

    [Theory]
    [InlineData("gpu"), InlineData("cuda:x"), InlineData("cuda:-1"), InlineData("cuda:0:1"), InlineData("")]
    public void Another_name_is_refused_with_the_names_that_are_known(string name) =>
        Assert.Contains("write cpu, cuda or cuda:1",
            Assert.Throws<UserErrorException>(() => ComputeDevice.Named(name)).Message);

    [Fact]
    public void A_GPU_that_is_not_there_is_refused_with_a_cure()
    {
        // Beyond any machine's number of GPUs, so that the test holds on machines with some.
        var message = Assert.Throws<UserErrorException>(() => ComputeDevice.Named("cuda:99")).Message;
        Assert.Contains(torch.cuda.is_available() ? "counted from 0" : "./mer doctor", message);
    }

    [Fact]
    public void BFloat16_is_in_the_processor_if_the_kernel_lists_it()
    {
        var flags = File.ReadLines("/proc/cpuinfo")
            .First(l => l.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        Assert.Equal(flags.Contains("avx512_bf16") || flags.Contains("amx_bf16"), ComputeDevice.ProcessorHasBFloat16);
    }

    [Theory]
    [InlineData(null, "cpu", Precision.Single), InlineData(null, "cuda", Precision.BFloat16),
        InlineData(null, "cuda:1", Precision.BFloat16)]
    [InlineData("fp32", "cuda", Precision.Single), InlineData("bf16", "cpu", Precision.BFloat16)]
    public void A_processor_computes_in_32_bits_and_a_GPU_in_bfloat16_unless_told_otherwise(string? name, string device,
        Precision precision) =>
            Assert.Equal(precision, PrecisionNames.Named(name, device));

    [Fact]
    public void Another_precision_is_refused_with_those_that_are_known() =>
        Assert.Equal("There is no precision 'half'; write fp32 or bf16.",
            Assert.Throws<UserErrorException>(() => PrecisionNames.Named("half", "cpu")).Message);

    [Fact]
    public void Precision_makes_an_experiment_of_its_own_and_the_usual_one_keeps_its_name()
    {
        var single = new Experiment
        {
            Dataset = MerKernel.Data.DatasetId.Samm, DatasetFingerprint = "f", Model = Profile.Small.Model,
            Training = new TrainingOptions { Precision = Precision.Single }
        };
        Assert.Equal(ExperimentHash.Of(single with { Training = new TrainingOptions() }), ExperimentHash.Of(single));
        Assert.NotEqual(ExperimentHash.Of(single),
            ExperimentHash.Of(single with { Training = new TrainingOptions { Precision = Precision.BFloat16 } }));
    }
}
