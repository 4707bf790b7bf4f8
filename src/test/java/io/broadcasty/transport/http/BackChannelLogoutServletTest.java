package io.broadcasty.transport.http;

import static io.broadcasty.transport.FakeServlets.fake;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.admin.revocation.BackChannelLogout;
import io.broadcasty.admin.revocation.FakeRevocations;
import io.broadcasty.admin.revocation.RevocationAdministration;
import io.broadcasty.admin.revocation.RevocationRepository;
import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.core.auth.LogoutVerifier.Logout;
import io.broadcasty.core.auth.LogoutVerifier.Refused;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.transport.FakeServlets;
import io.broadcasty.transport.body.FakeBodyRequest;
import io.broadcasty.transport.body.TestBodyReader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests the answers of the specification (section 2.8). */
class BackChannelLogoutServletTest {

  private static final String FORM = "application/x-www-form-urlencoded;charset=UTF-8";

  private final ManualTime time = new ManualTime();
  private final Map<String, String> headers = new HashMap<>();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private int status;

  private BackChannelLogoutServlet servlet(@Nullable RevocationRepository repository)
      throws ReflectiveOperationException {
    BackChannelLogout logout =
        new BackChannelLogout(
            token ->
                token.equals("a.b+c=")
                    ? new Logout(
                        "main", Set.of(new TenantId("acme")), "ann", null, time.now(), "id-1")
                    : new Refused("the claim `aud` names no client"),
            (tenant, subject, nonce) -> true,
            new RevocationAdministration(
                repository,
                Duration.ofHours(1),
                new MemoryControlTopic(),
                (tenant, user) -> 0,
                time),
            event -> {},
            RealtimeListener.NONE,
            time);
    BackChannelLogoutServlet servlet = new BackChannelLogoutServlet();
    Field field = BackChannelLogoutServlet.class.getDeclaredField("logout");
    field.setAccessible(true);
    field.set(servlet, logout);
    return servlet;
  }

  private String post(BackChannelLogoutServlet servlet, String type, String body) throws Exception {
    status = 0;
    written.reset();
    FakeBodyRequest client = new FakeBodyRequest(body.length());
    client.setContentType(type);
    client.sendAllBefore(body);
    HttpServletRequest request = TestBodyReader.readWhole(client);
    HttpServletResponse response =
        fake(
            HttpServletResponse.class,
            (name, arguments) ->
                switch (name) {
                  case "setStatus" -> {
                    status = (int) arguments[0];
                    yield null;
                  }
                  case "setContentType" -> headers.put("Content-Type", (String) arguments[0]);
                  case "getOutputStream" ->
                      new FakeServlets.DiscardedOutput() {
                        @Override
                        public void write(int each) {
                          written.write(each);
                        }
                      };
                  default -> null;
                });
    servlet.doPost(request, response);
    return status + " " + written.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aLogoutIsAnsweredWithoutABody() throws Exception {
    assertEquals("200 ", post(servlet(new FakeRevocations()), FORM, "x=1&logout_token=a.b%2Bc%3D"));
  }

  @Test
  void aRefusalHasTheBodyOfTheSpecification() throws Exception {
    BackChannelLogoutServlet servlet = servlet(new FakeRevocations());
    assertEquals(
        "400 {\"error\":\"invalid_request\","
            + "\"error_description\":\"the claim `aud` names no client\"}",
        post(servlet, FORM, "logout_token=other"));
    assertEquals("application/json", headers.get("Content-Type"));
    for (String body : new String[] {"", "logout_token=", "token=a", "logout_token=%zz"}) {
      assertTrue(post(servlet, FORM, body).startsWith("400 {\"error\":\"invalid_request\""), body);
    }
    assertTrue(
        post(servlet, FORM, "logout_token=a.b%2Bc%3D&logout_token=x").contains("occurs twice"));
    assertTrue(
        post(servlet, "application/json", "{\"logout_token\":\"a\"}").contains("send a form"));
  }

  @Test
  void aNodeThatCannotLogOutIsNoSuccess() throws Exception {
    try (LogCapture log = new LogCapture(BackChannelLogout.class)) {
      String answer = post(servlet(null), FORM, "logout_token=a.b%2Bc%3D");
      assertTrue(answer.startsWith("400 {\"error\":\"server_error\""), answer + log.text());
    }
  }
}
