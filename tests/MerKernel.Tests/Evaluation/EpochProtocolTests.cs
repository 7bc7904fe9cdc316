using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

public class EpochProtocolTests
{
    [Fact]
    public void The_final_epoch_is_scored_by_default()
    {
        var outcome = EpochProtocol.Default.Apply([Folds.Of("01", "0012", "0012", "0000", "1111")]);
        Assert.Equal(3, outcome.Folds[0].Epoch);
        Assert.Equal(1, outcome.Pooled(3).Correct);
    }

    [Fact]
    public void The_published_rule_takes_each_subjects_best_epoch()
    {
        var outcome = new BestTestEpoch()
            .Apply([Folds.Of("01", "0012", "1111", "0011", "1111"), Folds.Of("02", "01", "00", "10", "10")]);
        Assert.Equal([2, 1], outcome.Folds.Select(f => f.Epoch!.Value));
        Assert.Equal(3 + 1, outcome.Pooled(3).Correct);
    }

    [Fact]
    public void The_published_rule_maximises_accuracy_and_F1_separately()
    {
        // Labels 0 x4, 1, 2. Epoch 1: all 0: accuracy 4/6, F1 (0.8 + 0 + 0) / 3 = 0.267.
        // Epoch 2: two 0 and both rare classes right, two 0 taken for 1: accuracy 4/6 as well, F1 higher. Epoch 3: five
        // right by all but class 2: accuracy 5/6, F1 (8/9 + 1 + 0) / 3.
        var outcome = new BestTestEpoch().Apply([Folds.Of("01", "000012", "000000", "001112", "000010")]);
        Assert.Equal(3, outcome.Folds[0].Epoch);
        // Epoch 2's F1: class 0: 4/6, class 1: 2/4, class 2: 1 -> 0.722; epoch 3's: 0.630.
        Assert.Equal(2, outcome.F1Folds[0].Epoch);
        Assert.Equal((4.0 / 6 + 0.5 + 1) / 3, Metrics.UF1(outcome.PooledForF1(3)), 12);
    }

    [Fact]
    public void The_published_rule_takes_the_first_of_equally_good_epochs() =>
        Assert.Equal(2, new BestTestEpoch().Apply([Folds.Of("01", "01", "22", "00", "11")]).Folds[0].Epoch);

    [Fact]
    public void The_published_rule_stops_at_a_hundred_percent() =>
        Assert.Equal((1, 1), BestTestEpoch.BestEpochs([(0.5, 0.4), (1, 0.9), (1, 1)]));

    [Fact]
    public void Epochs_that_did_not_learn_the_classes_cannot_be_chosen()
    {
        // All right in the first epoch, which knew no classes, then two and one of three.
        var fold = Folds.Of("01", "001", "001", "000", "011") with
        {
            EpochsBeforeClasses = 1,
            HeldOutLabels = Folds.Digits("0"),
            HeldOutLogits = [Folds.Logits("0"), Folds.Logits("1"), Folds.Logits("1", confidence: 0.5f)],
        };
        Assert.Equal(2, new BestTestEpoch().Apply([fold]).Folds[0].Epoch);
        Assert.Equal(3, new HeldOutSubjects().Apply([fold]).Folds[0].Epoch);
        Assert.Contains("last-2 or fewer",
            Assert.Throws<UserErrorException>(() => new MeanOfLastK(3).Apply([fold])).Message);
    }

    [Fact]
    public void Every_protocol_that_looks_at_the_test_subject_says_so()
    {
        Assert.Equal("epoch chosen on the test subject", new BestTestEpoch().Label);
        // Other test labels change the decisions of a protocol that looks at them, and of no other.
        var fold = Folds.Of("01", "00", "00", "11", "22") with
        {
            HeldOutLabels = Folds.Digits("012"),
            HeldOutLogits = [Folds.Logits("000"), Folds.Logits("011"), Folds.Logits("111")],
        };
        foreach (var protocol in (EpochProtocol[])[new FinalEpoch(), new BestTestEpoch(), new HeldOutSubjects(),
            new MeanOfLastK(2)])
        {
            IEnumerable<int> Decisions(string labels) =>
                protocol.Apply([fold with { Labels = Folds.Digits(labels) }]).Folds[0].Predictions;
            Assert.Equal(protocol.LooksAtTestSubject, !Decisions("00").SequenceEqual(Decisions("11")));
        }
    }

    [Fact]
    public void Held_out_subjects_choose_the_epoch_and_the_test_subject_has_no_say()
    {
        var fold = Folds.Of("01", "00", "00", "11", "22") with
        {
            HeldOutLabels = Folds.Digits("012"),
            HeldOutLogits = [Folds.Logits("000"), Folds.Logits("011"), Folds.Logits("111")],
        };
        var outcome = new HeldOutSubjects().Apply([fold]);
        Assert.Equal(2, outcome.Folds[0].Epoch);
        Assert.Equal(0, outcome.Pooled(3).Correct);
    }

    [Fact]
    public void Among_equally_accurate_epochs_the_held_out_loss_decides()
    {
        // Both epochs get one of two right; the second is less sure of its error.
        var fold = Folds.Of("01", "00", "00", "11") with
        {
            HeldOutLabels = Folds.Digits("01"),
            HeldOutLogits = [Folds.Logits("00", confidence: 5), Folds.Logits("00", confidence: 1)],
        };
        Assert.Equal(2, new HeldOutSubjects().Apply([fold]).Folds[0].Epoch);
    }

    [Fact]
    public void Without_held_out_subjects_the_error_names_the_cure()
    {
        var error = Assert.Throws<UserErrorException>(() => new HeldOutSubjects().Apply([Folds.Of("07", "0", "0")]));
        Assert.Contains("Fold 07", error.Message);
        Assert.Contains("--held-out", error.Message);
    }

    [Fact]
    public void The_mean_of_the_last_epochs_is_the_mean_of_their_accuracies()
    {
        // Accuracies 4/4, 2/4, 2/4, 3/4: the mean of the last three is 7/12.
        var outcome = new MeanOfLastK(3).Apply([Folds.Of("01", "0012", "0012", "0111", "0000", "0011")]);
        Assert.Equal(7.0 / 12, Metrics.Accuracy(outcome.Pooled(3)), 12);
    }

    [Fact]
    public void The_mean_of_more_epochs_than_there_are_is_refused() =>
        Assert.Equal("last-5 averages over more epochs than the 2 of a run in the table; use last-2 or fewer.",
            Assert.Throws<UserErrorException>(() => new MeanOfLastK(5).Apply([Folds.Of("01", "0", "0", "0")])).Message);

    [Theory]
    [InlineData("final")]
    [InlineData("best-test")]
    [InlineData("held-out")]
    [InlineData("last-5")]
    public void A_protocol_is_found_by_its_own_name(string name) => Assert.Equal(name, EpochProtocol.Named(name).Name);

    [Theory]
    [InlineData("best")]
    [InlineData("last-0")]
    [InlineData("last-x")]
    public void An_unknown_name_lists_the_protocols(string name) =>
        Assert.Contains("best-test", Assert.Throws<UserErrorException>(() => EpochProtocol.Named(name)).Message);
}
