package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pages about problem codes, made of {@code protocol/codes.json}: what each means, why it
 * happens and how to mend it.
 */
@ThreadSafe
final class ProblemPages {

  private static final Pattern CODE = Pattern.compile("`([^`]*)`");

  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>%1$s · Broadcasty</title>
        <link rel="stylesheet" href="%2$s/demo.css">
      </head>
      <body>
        <main class="calm">
      %3$s  </main>
      </body>
      </html>
      """;

  private final String index;
  private final Map<String, String> pages;

  private ProblemPages(String index, Map<String, String> pages) {
    this.index = index;
    this.pages = Map.copyOf(pages);
  }

  /** What the table says about a code: its fields as text. */
  private record Entry(Map<String, String> fields) {

    String text(String field) {
      return html(fields.getOrDefault(field, ""));
    }
  }

  /**
   * Makes the pages.
   *
   * @param table the text of {@code codes.json}
   * @param contextPath where the style sheet is: empty, or a path without a slash at its end
   * @throws IOException when the table cannot be read
   */
  static ProblemPages of(InputStream table, String contextPath) throws IOException {
    Map<String, String> pages = new LinkedHashMap<>();
    StringBuilder rows = new StringBuilder();
    for (Entry entry : entries(table)) {
      String code = entry.text("code");
      pages.put(code, PAGE.formatted(code, html(contextPath), body(entry)));
      rows.append(
          "        <tr><th scope=\"row\"><a href=\"problems/%1$s\"><code>%1$s</code></a></th><td>%2$s</td></tr>\n"
              .formatted(code, entry.text("title")));
    }
    String index =
        "    <h1>Problem codes</h1>\n    <table>\n      <tbody>\n"
            + rows
            + "      </tbody>\n    </table>\n";
    return new ProblemPages(PAGE.formatted("Problem codes", html(contextPath), index), pages);
  }

  /** Returns the page with all codes. */
  String index() {
    return index;
  }

  /** Returns the page about a code; null when there is no such code. */
  @Nullable String page(String code) {
    return pages.get(code);
  }

  private static String body(Entry entry) {
    return """
        <p><a href="../problems">All problem codes</a></p>
        <h1><code>%s</code></h1>
        <p>%s.</p>
        <table>
          <tbody>
    %s      </tbody>
        </table>
        <h2>Why does it happen?</h2>
        <p>%s</p>
        <h2>How do I mend it?</h2>
        <p>%s</p>
    """
        .formatted(
            entry.text("code"),
            entry.text("title"),
            row("HTTP status", entry.text("http"))
                + row("WebSocket close code", entry.text("close"))
                + row("May the same request succeed later?", retry(entry.text("retry"))),
            entry.text("cause"),
            entry.text("remedy"));
  }

  private static String row(String name, String value) {
    return value.isEmpty()
        ? ""
        : "        <tr><th scope=\"row\">%s</th><td>%s</td></tr>\n".formatted(name, value);
  }

  private static String retry(String word) {
    return switch (word) {
      case "no" -> "No, it fails again.";
      case "yes" -> "Yes; reconnect at once and resume.";
      default -> "Yes, after <code>retryAfter</code> seconds, or a wait that grows.";
    };
  }

  /** Returns a text as HTML, with what stands between backticks as code. */
  static String html(String text) {
    String escaped =
        text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("\"", "&quot;");
    return CODE.matcher(escaped).replaceAll("<code>$1</code>");
  }

  private static List<Entry> entries(InputStream table) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(table)) {
      while (json.nextToken() != null) {
        if (json.currentToken() == JsonToken.START_OBJECT
            && json.getParsingContext().getParent().inArray()) {
          entries.add(entry(json));
        }
      }
    }
    return entries;
  }

  private static Entry entry(JsonParser json) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      fields.put(field, json.getText());
    }
    return new Entry(fields);
  }
}
