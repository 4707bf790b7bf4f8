package io.broadcasty.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.server.config.ConfigKeys;
import io.broadcasty.transport.edge.ProblemTypes;
import io.broadcasty.wire.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ProblemPagesTest {

  private static final Path TABLE = Path.of("protocol", "codes.json");
  private static final Pattern SETTING = Pattern.compile("`(broadcasty\\.[a-z.-]+)`");

  private static ProblemPages pages(String contextPath) throws IOException {
    try (InputStream table = Files.newInputStream(TABLE)) {
      return ProblemPages.of(table, contextPath);
    }
  }

  @Test
  void everyCodeHasAPageThatTheIndexLinksTo() throws IOException {
    ProblemPages pages = pages("");
    for (Code code : Code.values()) {
      String page = pages.page(code.wireName());
      assertNotNull(page, code.wireName());
      assertTrue(page.contains("<p>" + ProblemPages.html(code.title()) + ".</p>"), page);
      assertTrue(page.contains("<h2>Why does it happen?</h2>\n    <p>"), page);
      assertFalse(page.contains("<p></p>") || page.contains("`") || page.contains("%"), page);
      assertEquals(code.httpStatus() != 0, page.contains("<td>" + code.httpStatus() + "</td>"));
      assertEquals(code.closeCode() != 0, page.contains("<td>" + code.closeCode() + "</td>"));
      assertTrue(pages.index().contains("href=\"problems/" + code.wireName() + "\""));
    }
    assertNull(pages.page("nothing"));
  }

  @Test
  void pagesBelowAnotherContextRootFindTheirStyle() throws IOException {
    String page = pages("/apps/realtime").page("forbidden");
    assertNotNull(page);
    assertTrue(page.contains("href=\"/apps/realtime/demo.css\""), page);
  }

  @Test
  void textIsNoHtml() {
    assertEquals("&lt;a&gt; &amp; <code>b&quot;</code>", ProblemPages.html("<a> & `b\"`"));
  }

  @Test
  void namedSettingsExist() throws IOException {
    Matcher setting = SETTING.matcher(Files.readString(TABLE));
    int found = 0;
    while (setting.find()) {
      found++;
      String name = setting.group(1);
      assertTrue(
          ConfigKeys.ALL.stream()
              .anyMatch(key -> key.name().equals(name) || key.name().startsWith(name + ".")),
          name);
    }
    assertTrue(found > 10, "the table was not read");
  }

  @Test
  void typesNameThePages() {
    assertEquals("/broadcasty/problems/rate_limited", ProblemTypes.of(Code.RATE_LIMITED));
    ProblemTypes.setContextPath("/apps/realtime");
    try {
      assertEquals("/apps/realtime/broadcasty/problems/idle", ProblemTypes.of(Code.IDLE));
    } finally {
      ProblemTypes.setContextPath("");
    }
  }
}
