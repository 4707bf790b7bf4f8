package io.broadcasty.container;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ServiceWorkerPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Chromium with the demo page open, allowed to notify. It subscribes with keys of its own at a
 * stand-in of its push service; the one thing changed on the way to the server is the host of the
 * endpoint, which Chromium has built in.
 */
final class PushBrowser implements AutoCloseable {

  private final GcmStandIn gcm;
  private final Playwright playwright;
  private final BrowserContext context;
  final Page page;
  final List<String> errors = new ArrayList<>();

  /**
   * @param pushService to which the server shall send
   */
  static PushBrowser open(Path profile, URI site, URI pushService) throws IOException {
    GcmStandIn gcm = new GcmStandIn();
    Playwright playwright = Chromium.playwright();
    try {
      return new PushBrowser(gcm, playwright, profile, site, pushService);
    } catch (RuntimeException e) {
      playwright.close();
      gcm.close();
      throw e;
    }
  }

  private PushBrowser(
      GcmStandIn gcm, Playwright playwright, Path profile, URI site, URI pushService) {
    this.gcm = gcm;
    this.playwright = playwright;
    List<String> arguments = new ArrayList<>(Chromium.ARGUMENTS);
    arguments.remove("--disable-background-networking"); // push is among it
    arguments.addAll(gcm.arguments());
    arguments.add("--headless=new");
    this.context =
        playwright
            .chromium()
            .launchPersistentContext( // there is no push in a private window
                profile,
                new BrowserType.LaunchPersistentContextOptions()
                    .setExecutablePath(Chromium.path())
                    .setHeadless(false) // which would be another kind of it
                    .setIgnoreDefaultArgs(List.of("--disable-background-networking"))
                    .setServiceWorkers(ServiceWorkerPolicy.ALLOW)
                    .setArgs(arguments));
    context.grantPermissions(
        List.of("notifications"),
        new BrowserContext.GrantPermissionsOptions().setOrigin(site.toString()));
    this.page = context.newPage();
    page.onPageError(errors::add);
    page.route(
        "**/broadcasty/push/subscriptions",
        route -> {
          String body = route.request().postData();
          if (body == null) {
            route.resume();
            return;
          }
          route.resume(
              new Route.ResumeOptions()
                  .setPostData(
                      body.replaceFirst(
                          "\"endpoint\":\"https://[^/\"]+", "\"endpoint\":\"" + pushService)));
        });
    page.navigate(site + "/");
  }

  /** Hands over what the server has sent to the push service. */
  void deliver(byte[] encrypted) throws Exception {
    gcm.deliver(encrypted);
  }

  /** What is shown, each as title, body, tag and data. */
  List<?> shown() {
    return (List<?>)
        page.evaluate(
            "async () => (await (await navigator.serviceWorker.ready).getNotifications())"
                + ".map((n) => [n.title, n.body, n.tag, JSON.stringify(n.data)].join('|'))");
  }

  /**
   * Has the service worker think that the notification of a title was clicked, and tells what it
   * does. Only a user's own click lets it do that, so it is written down instead.
   */
  String click(String title) {
    return inWorker(
        """
        (async (title) => {
          const done = [];
          self.clients.openWindow = async (url) => { done.push(`opens ${new URL(url).pathname}`); };
          WindowClient.prototype.focus = async function () { done.push(`focuses ${new URL(this.url).pathname}`); };
          const shown = await self.registration.getNotifications();
          const event = new NotificationEvent("notificationclick", { notification: shown.find((n) => n.title === title) });
          const waited = new Promise((resolve) => { event.waitUntil = resolve; });
          self.dispatchEvent(event);
          await waited;
          return done.join();
        })("%s")
        """
            .formatted(title));
  }

  /** The value of an expression in the service worker, by the developer tools' protocol. */
  private String inWorker(String expression) {
    CDPSession tools = context.newCDPSession(page);
    List<String> workers = new ArrayList<>();
    List<JsonObject> replies = new ArrayList<>();
    tools.on(
        "Target.attachedToTarget",
        event -> {
          if (event.getAsJsonObject("targetInfo").toString().contains("\"service_worker\"")) {
            workers.add(event.get("sessionId").getAsString());
          }
        });
    tools.on(
        "Target.receivedMessageFromTarget",
        event -> {
          JsonObject reply =
              JsonParser.parseString(event.get("message").getAsString()).getAsJsonObject();
          if (reply.has("id")) { // else it is an event
            replies.add(reply);
          }
        });
    JsonObject attaching = new JsonObject();
    attaching.addProperty("autoAttach", true);
    attaching.addProperty("waitForDebuggerOnStart", false);
    attaching.addProperty("flatten", false);
    tools.send("Target.setAutoAttach", attaching);
    page.waitForCondition(() -> !workers.isEmpty());
    JsonObject parameters = new JsonObject();
    parameters.addProperty("expression", expression);
    parameters.addProperty("awaitPromise", true);
    JsonObject evaluating = new JsonObject();
    evaluating.addProperty("id", 1);
    evaluating.addProperty("method", "Runtime.evaluate");
    evaluating.add("params", parameters);
    JsonObject message = new JsonObject();
    message.addProperty("sessionId", workers.get(0));
    message.addProperty("message", evaluating.toString());
    tools.send("Target.sendMessageToTarget", message);
    page.waitForCondition(() -> !replies.isEmpty());
    tools.detach();
    JsonObject result = replies.get(0).getAsJsonObject("result").getAsJsonObject("result");
    return result.has("value") ? result.get("value").getAsString() : result.toString();
  }

  @Override
  public void close() throws IOException {
    context.close();
    playwright.close();
    gcm.close();
  }
}
