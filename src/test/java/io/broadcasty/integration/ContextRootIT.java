package io.broadcasty.integration;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/**
 * Tests a context root other than /: the API, both transports, the demo page, the client, health.
 */
class ContextRootIT extends ServerTestBase {

  /** Uses the client of the page, and returns what it got of what it published. */
  private static final String CLIENT =
      """
      async ([publisher, channel]) => {
        const module = new URL('broadcasty-client.js', document.baseURI).href;
        const { BroadcastyClient } = await import(module);
        const client = new BroadcastyClient({
          baseUrl: new URL('.', document.baseURI).href, getToken: () => publisher });
        const got = new Promise((resolve) =>
          client.subscribe({ channel, onMessage: ({ payload }) => resolve(payload) })
            .then(() => client.publish({ channel, payload: 'hello' })));
        return got.finally(() => client.close());
      }
      """;

  @Deployment(testable = false)
  static WebArchive war() {
    return TestWar.OTHER_CONTEXT_ROOT.archive();
  }

  @Override
  protected String contextRoot() {
    return TestWar.CONTEXT_ROOT;
  }

  @Test
  void publishesAndStreamsOverBothTransports() {
    String channel = Api.freshChannel("rooted");
    SseStream events =
        SseStream.open(
            api.request("/broadcasty/sse?channel=" + channel, api.tokens.guest()).build(), api);
    WsStream webSocket = WsStream.open(api, api.tokens.guest());
    assertEquals("subscribed", events.next().kind());
    webSocket.send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"" + channel + "\"}");
    assertEquals("subscribed", webSocket.next().kind());
    api.publishNumbers(channel, 1, 2);
    assertEquals(1, events.next().sequence());
    assertEquals(1, webSocket.next().sequence());
    assertEquals(
        200, api.get("/broadcasty/replay?channel=" + channel, api.tokens.guest()).statusCode());
    HttpResponse<String> missing = api.get("/broadcasty/no-such-path", api.tokens.guest());
    assertEquals(404, missing.statusCode());
    String type = "\"" + contextRoot() + "/broadcasty/problems/not_found\"";
    assertTrue(missing.body().contains(type), missing.body());
    assertEquals(200, api.get("/broadcasty/problems/not_found", "").statusCode());
    events.close();
    webSocket.close();
  }

  @Test
  void clientsOfThePusherProtocolWork() throws Exception {
    PusherPrograms.assertNodeLibrariesWork(api);
  }

  @Test
  void healthStaysWhereItIs() {
    int port = Integer.getInteger("it.health-port", api.base.getPort());
    HttpResponse<String> health =
        api.send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/health/ready"))
                .build());
    assertEquals(200, health.statusCode(), health.body());
    assertTrue(health.body().contains("broadcasty-ready"), health.body());
  }

  @Test
  void theDemoPageAndItsClientWork() {
    try (Playwright playwright = Chromium.playwright();
        Browser browser =
            playwright
                .chromium()
                .launch(
                    new BrowserType.LaunchOptions()
                        .setExecutablePath(Chromium.path())
                        .setArgs(Chromium.ARGUMENTS));
        Page page = browser.newPage()) {
      List<String> errors = new ArrayList<>();
      page.onPageError(errors::add);
      page.onConsoleMessage(
          message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
              errors.add(message.text());
            }
          });
      page.navigate(api.base + "/");
      for (String transport : List.of("sse", "ws")) {
        assertThat(page.locator("[data-transport=" + transport + "] [data-state]"))
            .hasAttribute("data-state", "live");
      }
      page.locator("#publish").click();
      assertThat(page.locator("[data-transport=sse] .events li").first()).isVisible();
      assertThat(page.locator("[data-transport=ws] .events li").first()).isVisible();
      assertEquals(
          "hello",
          page.evaluate(CLIENT, List.of(api.tokens.publisher(), Api.freshChannel("client"))));
      assertEquals(List.of(), errors);
    }
  }
}
