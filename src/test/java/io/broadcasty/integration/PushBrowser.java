package io.broadcasty.integration;

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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chromium with the demo page open and permission to notify. It subscribes with real keys at a fake
 * push service; only the host of the endpoint, which is built into Chromium, is replaced on the way
 * to the server.
 */
final class PushBrowser implements AutoCloseable {

  private final FakeGcm gcm;
  private final Playwright playwright;
  private final BrowserContext context;
  final Page page;
  final List<String> errors = new ArrayList<>();
  private final AtomicInteger displayed = new AtomicInteger();

  /**
   * Starts the browser.
   *
   * @param pushService the service to which the server shall send
   */
  static PushBrowser open(Path profile, URI site, URI pushService) throws IOException {
    FakeGcm gcm = new FakeGcm();
    Playwright playwright = Chromium.playwright();
    try {
      return new PushBrowser(gcm, playwright, profile, site, pushService);
    } catch (RuntimeException e) {
      playwright.close();
      gcm.close();
      throw e;
    }
  }

  private PushBrowser(FakeGcm gcm, Playwright playwright, Path profile, URI site, URI pushService) {
    this.gcm = gcm;
    this.playwright = playwright;
    List<String> arguments = new ArrayList<>(Chromium.ARGUMENTS);
    arguments.remove("--disable-background-networking"); // includes push
    arguments.addAll(gcm.arguments());
    arguments.add("--headless=new");
    this.context =
        playwright
            .chromium()
            .launchPersistentContext( // private windows have no push
                profile,
                new BrowserType.LaunchPersistentContextOptions()
                    .setExecutablePath(Chromium.path())
                    .setHeadless(false) // headless mode is another kind of browser
                    .setIgnoreDefaultArgs(List.of("--disable-background-networking"))
                    .setServiceWorkers(ServiceWorkerPolicy.ALLOW)
                    .setArgs(arguments));
    context.grantPermissions(
        List.of("notifications"),
        new BrowserContext.GrantPermissionsOptions().setOrigin(site.toString()));
    this.page = context.newPage();
    page.onPageError(errors::add);
    CDPSession tools = context.newCDPSession(page);
    tools.on(
        "BackgroundService.backgroundServiceEventReceived",
        event -> {
          if (event.toString().contains("\"Notification displayed\"")) {
            displayed.incrementAndGet();
          }
        });
    JsonObject notifications = new JsonObject();
    notifications.addProperty("service", "notifications");
    tools.send("BackgroundService.startObserving", notifications);
    notifications.addProperty("shouldRecord", true);
    tools.send("BackgroundService.setRecording", notifications);
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

  /** Delivers what the server has sent to the push service. */
  void deliver(byte[] encrypted) throws Exception {
    gcm.deliver(encrypted);
  }

  /**
   * Waits until this number of notifications was displayed. Asking the page for them would not
   * work: Chromium then drops those recorded but not displayed yet.
   */
  void awaitDisplayed(int count) {
    page.waitForCondition(() -> displayed.get() >= count);
  }

  /** Returns the displayed notifications, each as title, body, tag and data. */
  List<?> shown() {
    return (List<?>)
        page.evaluate(
            "async () => (await (await navigator.serviceWorker.ready).getNotifications())"
                + ".map((n) => [n.title, n.body, n.tag, JSON.stringify(n.data)].join('|'))");
  }

  /**
   * Simulates a click on the notification with this title in the service worker, and returns what
   * the worker does. Only a real click allows it to act, so the action is recorded instead.
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

  /** Evaluates an expression in the service worker by the DevTools protocol. */
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
          if (reply.has("id")) { // otherwise it is an event
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
