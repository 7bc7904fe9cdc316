using System.Globalization;
using System.Runtime.InteropServices;
using CsCheck;

namespace MerKernel.Reliability.Tests.Fuzz;

/// <summary>Runs cases: some hundreds each in the tests, a share of MER_FUZZ_CASES in the nightly mode.</summary>
static partial class Fuzzer
{
    static readonly string? s_nightly = Environment.GetEnvironmentVariable("MER_FUZZ_CASES");

    /// <summary>
    /// Samples cases; each must end within a second of processor time, the best of four readings, with an answer or
    /// a message.
    /// </summary>
    /// <param name="cases">What is fed.</param>
    /// <param name="read">
    /// The reader; <see cref="UserErrorException"/> is a good answer, any other exception a fault.
    /// </param>
    /// <param name="usual">Cases in the tests.</param>
    /// <param name="percent">Share of the nightly cases.</param>
    /// <param name="log">Receives the count and the slowest case.</param>
    public static void Run<T>(Gen<T> cases, Action<T> read, int usual, int percent, ITestOutputHelper log)
    {
        var (count, sentences, again, slowest) = (0, 0, 0, 0.0);
        var gate = new Lock();
        cases.Sample(value =>
        {
            var (seconds, said) = Read(value, read);
            // Whoever comes first by a path pays for the compiler, and any case may pay for the collector; a slow input
            // is slow each time.
            for (var more = 0; seconds >= 1 && more < 3; more++)
            {
                lock (gate) again++;
                seconds = Math.Min(seconds, Read(value, read).Seconds);
            }
            lock (gate)
                (count, sentences, slowest) = (count + 1, sentences + (said ? 1 : 0), Math.Max(slowest, seconds));
            Assert.True(seconds < 1, $"a case took {seconds:0.0} s of processor time at best");
        }, iter: s_nightly is null ? usual : int.Parse(s_nightly, CultureInfo.InvariantCulture) * percent / 100);
        log.WriteLine($"{count} cases, {sentences} met with a sentence, the others read; the slowest took " +
            $"{slowest * 1000:0} ms of processor time; {again} read again");
    }

    static (double Seconds, bool Said) Read<T>(T value, Action<T> read)
    {
        var start = ProcessorSeconds();
        var said = false;
        try { read(value); }
        catch (UserErrorException e)
        {
            said = true;
            Assert.False(string.IsNullOrWhiteSpace(e.Message));
        }
        return (ProcessorSeconds() - start, said);
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
