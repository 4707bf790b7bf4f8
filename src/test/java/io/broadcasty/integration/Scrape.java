package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The result of a scrape in Prometheus' text format 0.0.4. The parser is strict: help and type
 * precede the samples of a family, which are contiguous; nothing occurs twice.
 *
 * @param samples by name and labels, as written
 */
record Scrape(Map<String, Double> samples) {

  private static final Pattern COMMENT =
      Pattern.compile(
          "# (?:HELP ([a-z_:0-9]+) \\S.*|TYPE ([a-z_:0-9]+) (counter|gauge|histogram))");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "(([a-z_:0-9]+)(?:\\{[a-z_]+=\"[^\"]*\"(?:,[a-z_]+=\"[^\"]*\")*})?) (NaN|[-+.0-9E]+)");

  /** Scrapes as an administrator. */
  static Scrape of(Api api) {
    HttpResponse<String> answer = api.get("/broadcasty/metrics", api.tokens.admin());
    assertEquals(200, answer.statusCode(), answer.body());
    String type = answer.headers().firstValue("Content-Type").orElse("none");
    assertEquals(
        Set.of("text/plain", "version=0.0.4", "charset=utf-8"),
        Set.of(type.toLowerCase(Locale.ROOT).split("; *", -1)));
    return parse(answer.body());
  }

  static Scrape parse(String text) {
    assertTrue(text.endsWith("\n"), "the last line has its end");
    Map<String, Double> samples = new LinkedHashMap<>();
    Set<String> families = new HashSet<>();
    String helped = "";
    String family = "";
    boolean histogram = false;
    for (String line : text.lines().toList()) {
      Matcher comment = COMMENT.matcher(line);
      if (comment.matches()) {
        if (comment.group(1) != null) {
          helped = comment.group(1);
        } else {
          family = comment.group(2);
          histogram = comment.group(3).equals("histogram");
          assertEquals(helped, family, "help before type");
          assertTrue(families.add(family), line);
          assertEquals(comment.group(3).equals("counter"), family.endsWith("_total"), line);
        }
        continue;
      }
      Matcher sample = SAMPLE.matcher(line);
      assertTrue(sample.matches(), line);
      String name = sample.group(2);
      assertEquals(family, histogram ? name.replaceFirst("_(bucket|sum|count)$", "") : name, line);
      assertNull(samples.put(sample.group(1), Double.valueOf(sample.group(3))), line);
    }
    return new Scrape(samples);
  }

  /**
   * Returns the value of a sample.
   *
   * @param sample its name, and its labels in alphabetical order
   */
  double value(String sample) {
    Double value = samples.get(sample);
    if (value == null) {
      throw new AssertionError("no " + sample + " among " + samples.keySet());
    }
    return value;
  }
}
