package io.broadcasty.integration;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests the demo page in Chromium, with the browser's own EventSource and WebSocket. */
class BrowserIT extends BuiltWarTestBase {

  private static @Nullable Playwright playwright;
  private static @Nullable Browser browser;

  @BeforeAll
  static void openBrowser() {
    playwright = Chromium.playwright();
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(Chromium.path())
                    .setArgs(Chromium.ARGUMENTS));
  }

  @AfterAll
  static void closeBrowser() {
    if (browser != null) {
      browser.close();
    }
    if (playwright != null) {
      playwright.close();
    }
  }

  @Test
  void thePagePublishesAndShowsEventsOverBothTransports() {
    List<String> errors = new ArrayList<>();
    try (Page page = java.util.Objects.requireNonNull(browser).newPage()) {
      page.onPageError(errors::add);
      page.onConsoleMessage(
          message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
              errors.add(message.text());
            }
          });
      open(page);
      page.locator("#publish").click();
      assertThat(page.locator("[data-transport=sse] .events li").first()).isVisible();
      assertThat(page.locator("[data-transport=ws] .events li").first()).isVisible();
      assertThat(page.locator("#publish-answer")).hasAttribute("data-kind", "taken");
      assertEquals(List.of(), errors);
    }
  }

  @Test
  void aBrokenConnectionResumesCompletely() {
    try (Page page = open()) {
      for (String transport : List.of("sse", "ws")) {
        Locator pane = page.locator("[data-transport=" + transport + "]");
        page.locator("#publish").click();
        assertThat(pane.locator(".events li").first()).isVisible();
        pane.locator(".cut").click();
        assertThat(pane.locator("[data-state]")).hasAttribute("data-state", "closed");
        String channel = page.locator("#channel").inputValue();
        api.publishNumbers(channel, 1, 5);
        pane.locator(".cut").click();
        assertThat(pane.locator("[data-state]")).hasAttribute("data-state", "live");
        assertThat(pane.locator(".events li[data-channel='" + channel + "'][data-replayed]"))
            .hasCount(5);
        List<Long> sequences =
            pane.locator(".events li[data-channel='" + channel + "']").all().stream()
                .map(line -> Long.parseLong(line.getAttribute("data-sequence")))
                .toList();
        assertTrue(
            IntStream.range(1, sequences.size())
                .allMatch(i -> sequences.get(i - 1) == sequences.get(i) + 1),
            transport + " " + sequences);
      }
    }
  }

  private Page open() {
    Page page = java.util.Objects.requireNonNull(browser).newPage();
    open(page);
    return page;
  }

  private void open(Page page) {
    page.navigate(api.base + "/");
    for (String transport : List.of("sse", "ws")) {
      assertThat(page.locator("[data-transport=" + transport + "] [data-state]"))
          .hasAttribute("data-state", "live");
    }
  }
}
