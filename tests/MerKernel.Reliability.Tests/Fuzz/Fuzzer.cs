using System.Globalization;
using System.Runtime.InteropServices;
using CsCheck;
using Xunit.Abstractions;

namespace MerKernel.Reliability.Tests.Fuzz;

/// <summary>Runs cases: some hundreds each in the tests, a share of MER_FUZZ_CASES in the nightly mode.</summary>
static partial class Fuzzer
{
    static readonly string? s_nightly = Environment.GetEnvironmentVariable("MER_FUZZ_CASES");

    /// <summary>Samples cases; each must end within a second of processor time with an answer or a sentence.</summary>
    /// <param name="cases">What is fed.</param>
    /// <param name="read">The reader; <see cref="UserErrorException"/> is a good answer, any other exception a fault.</param>
    /// <param name="usual">Cases in the tests.</param>
    /// <param name="percent">Share of the nightly cases.</param>
    /// <param name="log">Receives the count and the slowest case.</param>
    public static void Run<T>(Gen<T> cases, Action<T> read, int usual, int percent, ITestOutputHelper log)
    {
        var (count, sentences, slowest) = (0, 0, 0.0);
        var gate = new Lock();
        cases.Sample(value =>
        {
            var start = ProcessorSeconds();
            var said = 0;
            try { read(value); }
            catch (UserErrorException e)
            {
                said = 1;
                Assert.False(string.IsNullOrWhiteSpace(e.Message));
            }
            var seconds = ProcessorSeconds() - start;
            lock (gate) (count, sentences, slowest) = (count + 1, sentences + said, count < 10 ? 0 : Math.Max(slowest, seconds));
            // The first cases pay for the compiler.
            Assert.True(seconds < 1 || count < 10, $"a case took {seconds:0.0} s of processor time");
        }, iter: s_nightly is null ? usual : int.Parse(s_nightly, CultureInfo.InvariantCulture) * percent / 100);
        log.WriteLine($"{count} cases, {sentences} met with a sentence, the others read; the slowest took {slowest * 1000:0} ms of processor time");
    }

    // Of this thread, so that a busy machine makes nothing look slow.
    static double ProcessorSeconds()
    {
        _ = Clock(3, out var time);
        return time.Seconds + time.Nanoseconds * 1e-9;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Clock(int clock, out Time time);

    struct Time
    {
        public long Seconds, Nanoseconds;
    }
}
