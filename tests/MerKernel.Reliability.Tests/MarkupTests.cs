using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Reports;

namespace MerKernel.Reliability.Tests;

/// <summary>What data may say about themselves must not become markup.</summary>
public class MarkupTests
{
    const string Script = "<script>alert('x')</script>";

    [Theory]
    [InlineData("../../" + Script), InlineData(Script), InlineData("a\"b'c&d"), InlineData("..")]
    public void A_subject_names_a_file_in_the_stores_folder_and_nothing_else(string subject)
    {
        var path = new RunStore("/store").FoldPath("h", subject);
        Assert.Equal("/store/h", Path.GetDirectoryName(Path.GetFullPath(path)));
        Assert.DoesNotContain('<', path);
    }

    [Fact]
    public void A_script_in_a_fact_a_notice_or_a_paragraph_is_text()
    {
        foreach (var html in new object[]
        {
            TextTable.Of(Script, [(Script, Script)]) with { Notes = [Script] }, HtmlText.Notice([Script]),
            HtmlText.Paragraphs([Script])
        })
        {
            Assert.DoesNotContain("<script", html.ToString());
            Assert.Contains("&lt;script&gt;", html.ToString());
        }
    }

    [Fact]
    public void A_clip_as_a_line_of_JSON_reads_back_as_it_was()
    {
        var clip = new Clip
        {
            Dataset = DatasetId.CasmeII, Subject = Script, Name = Script, Emotion = Script, Onset = 1, Apex = 2,
            Offset = 3, ActionUnits = []
        };
        var json = System.Text.Json.JsonDocument.Parse(ClipJson.Line(clip)).RootElement;
        Assert.Equal((Script, Script, Script), (json.GetProperty("subject").GetString(),
            json.GetProperty("clip").GetString(), json.GetProperty("emotion").GetString()));
    }
}
