package org.stfbatch.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.stfbatch.base.PenaltySettings;
import org.stfbatch.db.ChoiceTexts;
import org.stfbatch.db.JobFailure;
import org.stfbatch.db.JobSettings;
import org.stfbatch.db.NewImageJob;
import org.stfbatch.image.ImageRoot;

class RequestLineParserTest {
  private static final ImageRoot IMAGES = new ImageRoot.Folder(Path.of("/images"));
  private static final String USER = "{\"role\":\"user\",\"content\":\"What?\"}";

  private final RequestLineParser parser = new RequestLineParser(1, new CustomIds(IMAGES), IMAGES);

  @Test
  void aWholeRequestIsRead() {
    NewImageJob job =
        parse(
            """
            {"custom_id": "a-1", "method": "POST", "url": "/v1/chat/completions", "body": {
              "model": "any", "messages": [
                {"role": "system", "content": "Answer in French."},
                {"role": "user", "content": [
                  {"type": "text", "text": "What is this?"},
                  {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}}]}],
              "max_tokens": 7, "temperature": 0.5, "top_p": 0.9, "seed": -3, "stop": ["x", "y"],
              "repetition_penalty": 1.1, "no_repeat_ngram_size": 3, "presence_penalty": -2,
              "frequency_penalty": 0.5,
              "n": 1, "stream": false, "user": "me", "response_format": {"type": "text"}}}
            """);

    assertThat(job.rejection()).isEmpty();
    assertThat(job.customId()).isEqualTo("a-1");
    assertThat(job.prompt().text()).isEqualTo("Answer in French.\nWhat is this?");
    assertThat(job.prompt().image()).contains("https://example.org/a.png");
    assertThat(job.settings().maxNewTokens()).hasValue(7);
    assertThat(job.settings().temperature()).hasValue(0.5);
    assertThat(job.settings().topP()).hasValue(0.9);
    assertThat(job.settings().seed()).hasValue(-3);
    assertThat(job.settings().stop()).contains(List.of("x", "y"));
    assertThat(job.settings().penalties())
        .isEqualTo(
            new PenaltySettings(
                OptionalDouble.of(1.1),
                OptionalInt.of(3),
                OptionalDouble.of(-2),
                OptionalDouble.of(0.5)));
  }

  @Test
  void aPenaltyThatIsOffIsASetting() {
    NewImageJob job =
        parse(
            request(
                """
                "frequency_penalty":0,"presence_penalty":0,"repetition_penalty":1,"no_repeat_ngram_size":0""",
                USER));

    assertThat(job.settings().penalties()).isEqualTo(PenaltySettings.OFF);
  }

  @Test
  void whatIsNotSetIsLeftToTheCommand() {
    NewImageJob job = parse(request("\"max_tokens\":null,\"stop\":null", USER));
    assertThat(job.settings()).isEqualTo(JobSettings.DEFAULTS);
    assertThat(job.prompt().image()).isEmpty();
    assertThat(parse(request("\"max_tokens\":5,\"max_completion_tokens\":9", USER)).settings())
        .satisfies(settings -> assertThat(settings.maxNewTokens()).hasValue(9));
    assertThat(parse(request("\"stop\":\"x\"", USER)).settings().stop()).contains(List.of("x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"guided_choice\":[\"blue\",\"green\"]",
        "\"structured_outputs\":{\"choice\":[\"blue\",\"green\"],\"json\":null}",
      })
  void choicesAreCarriedOut(String setting) {
    NewImageJob job = parse(request(setting, USER));

    assertThat(job.rejection()).isEmpty();
    assertThat(job.settings().choices()).contains(new ChoiceTexts(List.of("blue", "green")));
  }

  @Test
  void whatAsksForNothingIsPassedOver() {
    NewImageJob job =
        parse(
            request(
                """
                "user":"me","metadata":{"a":"b"},"store":true,"service_tier":"flex","seed":null,"n":1.0,"top_k":-1,
                "frequency_penalty":null,"presence_penalty":NaN,"length_penalty":1.0,"min_p":0.0,"logit_bias":{"5":0},
                "tools":[],"tool_choice":"auto","parallel_tool_calls":true,"stream":false,"logprobs":false,
                "stream_options":{"include_usage":true},"top_logprobs":0,"guided_json":null,"unheard_of":null,
                "structured_outputs":{},"response_format":{"type":"text"},"modalities":["text"],"temperature":NaN,
                "prediction":{"type":"content","content":"x"},"chat_template_kwargs":{}""",
                """
                {"role":"user","name":"me","refusal":null,"content":[{"type":"text","text":"What?","cache_control":{}},
                {"type":"image_url","uuid":"7","image_url":{"url":"a.png","detail":"high"}}]}"""));

    assertThat(job.rejection()).isEmpty();
    assertThat(job.settings()).isEqualTo(JobSettings.DEFAULTS);
  }

  @ParameterizedTest
  @CsvSource({
    "https://example.org/a.png, https://example.org/a.png",
    "'data:image/png;base64,AAAA', 'data:image/png;base64,AAAA'",
    "cats/a b.png, cats/a b.png",
    "/images/cats/a.png, cats/a.png",
    "file:///images/cats/a%20b.png, cats/a b.png",
    "file://localhost/images/cats/a%20b.png, cats/a b.png",
    "file:///images/../etc/passwd, /etc/passwd",
    "/elsewhere/a.png, /elsewhere/a.png",
  })
  void imagesAreAddressesPathsAndData(String url, String reference) {
    String image = "{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\"}}";
    String text = "{\"type\":\"text\",\"text\":\"What?\"}";
    NewImageJob job =
        parse(request("\"n\":1", "{\"role\":\"user\",\"content\":[" + image + "," + text + "]}"));
    assertThat(job.rejection()).isEmpty();
    assertThat(job.prompt().image()).contains(reference);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"n\":2 | n cannot be carried out",
        "\"stream\":true | stream cannot be carried out",
        "\"tools\":[{}] | tools cannot be carried out",
        "\"response_format\":{\"type\":\"json_object\"} | response_format cannot be carried out",
        "\"length_penalty\":0.5 | length_penalty cannot be carried out",
        "\"max_tokens\":0 | max_tokens must be above 0",
        "\"max_tokens\":99999999999 | max_tokens must be above 0, at most 2147483647, and is 99999999999",
        "\"max_completion_tokens\":1.5 | max_completion_tokens is not a whole number",
        "\"temperature\":\"hot\" | temperature is not a number",
        "\"temperature\":-1 | temperature must be 0, or 0.000001 to 100",
        "\"temperature\":1e-30 | temperature must be 0, or 0.000001 to 100",
        "\"temperature\":1e999 | temperature must be 0, or 0.000001 to 100",
        "\"top_p\":0 | top_p must be 1e-30 to 1",
        "\"top_p\":1e-320 | top_p must be 1e-30 to 1",
        "\"seed\":9223372036854775808 | seed must fit 64 bits",
        "\"guided_regex\":\"[0-9]+\" | guided_regex is not known here",
        "\"bad_words\":[\"red\"] | bad_words cannot be carried out",
        "\"repetition_penalty\":0 | repetition_penalty must be 0.000001 to 100, not 0.0",
        "\"repetition_penalty\":\"1\" | repetition_penalty is not a number",
        "\"presence_penalty\":2.5 | presence_penalty must be -2 to 2, not 2.5",
        "\"frequency_penalty\":-3 | frequency_penalty must be -2 to 2, not -3.0",
        "\"no_repeat_ngram_size\":-1 | no_repeat_ngram_size must be 0 (off) to 2147483647, and is -1",
        "\"no_repeat_ngram_size\":1.5 | no_repeat_ngram_size is not a whole number",
        "\"repetition_detection\":{\"min_count\":3} | repetition_detection is not known here",
        "\"min_tokens\":5 | min_tokens cannot be carried out",
        "\"ignore_eos\":true | ignore_eos cannot be carried out",
        "\"stop_token_ids\":[2] | stop_token_ids cannot be carried out",
        "\"use_beam_search\":true | use_beam_search cannot be carried out",
        "\"top_k\":40 | top_k cannot be carried out",
        "\"logit_bias\":{\"7\":-100} | logit_bias cannot be carried out",
        "\"reasoning_effort\":\"high\" | reasoning_effort cannot be carried out",
        "\"chat_template\":\"x\" | chat_template is not known here",
        "\"max_token\":5 | max_token is not known here",
        "\"stream_options\":{\"x\":1} | stream_options.x is not known here",
        "\"stream_options\":7 | stream_options is not an object",
        "\"structured_outputs\":{\"regex\":\"a\"} | structured_outputs.regex is not known here",
        "\"structured_outputs\":{\"choice\":[\"a\"]},\"guided_choice\":[\"b\"] | both guided_choice and",
        "\"guided_choice\":[] | guided_choice cannot be used: choices has no text",
        "\"guided_choice\":[7] | guided_choice is not a list of texts",
        "\"guided_choice\":\"yes\" | guided_choice is not a list of texts",
        "\"seed\":0.5 | seed is not a whole number",
        "\"stop\":[7] | stop is neither",
      })
  void settingsThatCannotBeCarriedOutAreNamed(String settings, String why) {
    requireRejected(request(settings, USER), "a-1", why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"role\":\"assistant\",\"content\":\"Yes.\"} | role \"assistant\"",
        "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"} | follows its user message",
        "{\"role\":\"system\",\"content\":\"a\"} | no user message",
        "{\"role\":\"user\",\"content\":[]} | has no content",
        "{\"role\":\"user\"} | has no content",
        "{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\"}]} | type \"input_audio\"",
        "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]} | image_url has no url",
        "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":\"a\"},{\"type\":\"image_url\",\"image_url\":\"b\"}]} | several images",
        "{\"role\":\"user\",\"content\":\"a\\u0000\"} | NUL",
        "{\"role\":\"user\",\"content\":\"a\",\"weight\":2} | messages.weight is not known here",
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\",\"lang\":\"de\"}]} | messages.content.lang is not known here",
        "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"max_pixels\":9,\"image_url\":\"a\"}]} | messages.content.max_pixels",
        "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"a\",\"crop\":1}}]} | image_url.crop is not known here",
        "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"a\",\"detail\":\"ultra\"}}]} | image_url.detail is none of",
      })
  void conversationsThatCannotBeAnsweredAreNamed(String messages, String why) {
    requireRejected(request("\"n\":1", messages), "a-1", why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"custom_id\":\"a-1\",\"body\":[]} | body is not a JSON object",
        "{\"custom_id\":\"a-1\",\"body\":{}} | has no messages",
        "{\"custom_id\":\"a-1\",\"method\":\"GET\"} | method is not POST",
        "{\"custom_id\":\"a-1\",\"temperature\":0} | temperature is not known here",
        "{\"custom_id\":\"a-1\",\"url\":\"/v1/embeddings\"} | url is not /v1/chat/completions",
      })
  void otherRequestsAreNamed(String line, String why) {
    requireRejected(line, "a-1", why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "nonsense | not JSON",
        "{} {} | not JSON: something follows",
        "{\"custom_id\":\"a\",\"custom_id\":\"b\"} | it holds custom_id twice",
        "[] | not a JSON object",
        "{\"body\":{}} | custom_id is no text",
        "{\"custom_id\":7} | custom_id is no text",
        "{\"custom_id\":\"\"} | custom_id is no text",
        "{\"custom_id\":\"a\\u0000\"} | custom_id is no text",
      })
  void aLineWithoutANameIsNamedByItsNumber(String line, String why) {
    NewImageJob job = parse(line);
    assertThat(job.customId()).startsWith("line-4-");
    requireRejected(line, job.customId(), why);
  }

  @Test
  void whatWasGivenIsNotEchoedWhole() {
    String long1 = "x".repeat(100_000);
    for (String line :
        List.of(
            request("\"" + long1 + "\":1", USER),
            request("\"n\":1", USER.replace("user", long1)),
            request("\"guided_choice\":[\"" + long1 + "\",\"" + long1 + "\"]", USER),
            "{\"custom_id\":\"a\"," + long1)) {
      assertThat(parse(line).rejection().orElseThrow().message()).hasSizeLessThan(400);
    }
  }

  private void requireRejected(String line, String customId, String why) {
    NewImageJob job = parse(line);
    JobFailure failure = job.rejection().orElseThrow();
    assertThat(job.customId()).isEqualTo(customId);
    assertThat(failure.code()).isEqualTo("REQUEST_LINE");
    assertThat(failure.message()).startsWith("line 4 is no usable request: ").contains(why);
  }

  private static String request(String settings, String messages) {
    return "{\"custom_id\":\"a-1\",\"body\":{\"messages\":[%s],%s}}".formatted(messages, settings);
  }

  private NewImageJob parse(String line) {
    return parser.parse(new Line(4, line.getBytes(StandardCharsets.UTF_8), false));
  }
}
