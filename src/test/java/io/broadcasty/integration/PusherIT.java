package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests Pusher's own libraries, unmodified, on a server. */
class PusherIT extends BuiltWarTestBase {

  /** Uses pusher-js and Laravel Echo of the page, and returns what they got. */
  private static final String BROWSER_CLIENTS =
      """
      async ([key, token, run]) => {
        const headers = { Authorization: `Bearer ${token}` };
        const connect = () => new Pusher(key, {
          cluster: '', wsHost: location.hostname, wsPort: location.port, forceTLS: false,
          enabledTransports: ['ws'],
          channelAuthorization: { endpoint: 'broadcasty/pusher/auth', transport: 'ajax', headers },
          userAuthentication:
            { endpoint: 'broadcasty/pusher/user-auth', transport: 'ajax', headers },
        });
        const pusher = connect();
        const subscribe = (name) => new Promise((resolve, reject) => {
          const channel = pusher.subscribe(name);
          channel.bind('pusher:subscription_succeeded', () => resolve(channel));
          channel.bind('pusher:subscription_error', (error) => reject(JSON.stringify(error)));
        });
        const room = await subscribe(`presence-${run}`);
        pusher.signin();
        await pusher.user.signinDonePromise;
        const echo = new Echo.default({ broadcaster: 'reverb', key, client: connect() });
        const chat = echo.private(run);
        const whispered = new Promise((resolve) => chat.listenForWhisper('typing', resolve));
        await new Promise((resolve) => chat.subscribed(resolve));
        (await subscribe(`private-${run}`)).trigger('client-typing', { on: true });
        const got = [room.members.me.id, pusher.user.user_data.id];
        got.push(JSON.stringify(await whispered));
        echo.disconnect();
        pusher.disconnect();
        return got;
      }
      """;

  @Test
  void librariesOfNodeWork() throws Exception {
    PusherPrograms.assertNodeLibrariesWork(api);
  }

  @Test
  @Tag("any-server")
  void theLibraryOfPythonWorks() throws Exception {
    PusherPrograms.assertBackEndWorks(api, BackEndPrograms.python());
  }

  @Test
  @Tag("any-server")
  void theLibraryOfGoWorks() throws Exception {
    PusherPrograms.assertBackEndWorks(api, BackEndPrograms.go());
  }

  @Test
  @Tag("any-server")
  void librariesOfJavaWork() throws Exception {
    PusherPrograms.assertJavaLibrariesWork(api, BackEndPrograms.java());
  }

  @Test
  @Tag("any-server")
  void clientsWorkInABrowser() throws Exception {
    Path libraries = NodePrograms.installed().folder().resolve("node_modules");
    try (Playwright playwright = Chromium.playwright();
        Browser browser =
            playwright
                .chromium()
                .launch(
                    new BrowserType.LaunchOptions()
                        .setExecutablePath(Chromium.path())
                        .setArgs(Chromium.ARGUMENTS));
        Page page = browser.newPage(new Browser.NewPageOptions().setBypassCSP(true))) {
      page.navigate(api.base + "/");
      for (String each :
          List.of("pusher-js/dist/web/pusher.js", "laravel-echo/dist/echo.iife.js")) {
        page.addScriptTag(new Page.AddScriptTagOptions().setPath(libraries.resolve(each)));
      }
      assertEquals(
          List.of("alice", "alice", "{\"on\":true}"),
          page.evaluate(
              BROWSER_CLIENTS,
              List.of(PusherPrograms.KEY, api.tokens.publisher(), Api.freshChannel("browser"))));
    }
  }
}
