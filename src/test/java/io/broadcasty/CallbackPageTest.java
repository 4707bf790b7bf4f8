package io.broadcasty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.rbac.AccessRequest;
import io.broadcasty.core.rbac.CallbackCounts;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.callback.CallbackException;
import io.broadcasty.core.rbac.callback.CallbackPolicyResolver;
import io.broadcasty.core.rbac.callback.CallbackSecret;
import io.broadcasty.core.rbac.callback.CallbackSettings;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks the back end of docs/howto/callback.md. */
class CallbackPageTest {

  private static final DocumentPage PAGE = new DocumentPage("docs/howto/callback.md");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void theBackEndOfThePageDecides() throws IOException {
    Assumptions.assumeFalse(
        DocumentPage.runShell(folder, "command -v python3 || true").isEmpty(), "without python3");
    String secret =
        DocumentPage.runShell(folder, PAGE.blocks("bash").get(0) + "echo \"$SECRET\"\n");
    Files.writeString(folder.resolve("decide.py"), PAGE.blocks("python").get(0));
    ProcessBuilder builder = new ProcessBuilder("python3", "decide.py", "0");
    builder.directory(folder.toFile()).environment().put("SECRET", secret);
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      String origin = "http://localhost:" + output.readLine();
      decides(resolver(origin, secret));
      CallbackException refused =
          assertThrows(
              CallbackException.class,
              () ->
                  resolver(origin, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
                      .authorize(request("private-team.red", ChannelOperation.SUBSCRIBE)));
      assertEquals("the reply has the status 401", refused.getMessage());
    } finally {
      process.destroyForcibly();
    }
  }

  private static void decides(CallbackPolicyResolver resolver) {
    assertTrue(resolver.authorize(request("private-team.red", ChannelOperation.SUBSCRIBE)));
    assertFalse(resolver.authorize(request("private-team.red", ChannelOperation.PUBLISH)));
    assertFalse(resolver.authorize(request("private-team.blue", ChannelOperation.SUBSCRIBE)));
    assertEquals(
        "the back end at localhost denies it: not in this team; the answer counts for ",
        resolver
            .explain(request("private-team.blue", ChannelOperation.SUBSCRIBE))
            .detail()
            .replaceFirst("[0-9]+ s more$", ""));
  }

  private static CallbackPolicyResolver resolver(String origin, String secret) {
    return new CallbackPolicyResolver(
        new CallbackSettings(
            URI.create(origin + "/decide"),
            List.of(new CallbackSecret(secret)),
            Duration.ofSeconds(10),
            new EndpointGuard(new AllowedHosts(List.of(origin)), EndpointGuard.Resolver.system())),
        new CallbackCounts(),
        Ticker.system(),
        WallClock.system());
  }

  private static AccessRequest request(String channel, ChannelOperation operation) {
    return new AccessRequest(
        "acme",
        channel,
        "ann",
        Set.of("member"),
        operation,
        Map.of("teams", List.of("red"), "exp", 1_800_000_000L));
  }
}
