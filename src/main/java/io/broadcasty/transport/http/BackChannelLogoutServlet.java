package io.broadcasty.transport.http;

import io.broadcasty.admin.revocation.BackChannelLogout;
import io.broadcasty.transport.body.BodyRequest;
import io.broadcasty.transport.body.FormParameters;
import io.broadcasty.transport.body.MediaType;
import io.broadcasty.transport.edge.ClientAddress;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Takes the logout tokens of identity providers (OpenID Connect Back-Channel Logout 1.0, sections
 * 2.5 to 2.8). The answer is 200, or 400 with the body that the specification has for it: a
 * provider would not understand another one.
 */
@WebServlet(
    urlPatterns = "/broadcasty/backchannel-logout",
    asyncSupported = true,
    name = "broadcasty-backchannel-logout")
public class BackChannelLogoutServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final String INVALID = "invalid_request";

  @Inject private transient BackChannelLogout logout;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String token;
    try {
      token = token(request);
    } catch (ProblemException e) {
      refuse(response, INVALID, e.problem().detail());
      return;
    }
    if (token.isEmpty()) {
      refuse(response, INVALID, "send a form with the parameter logout_token");
      return;
    }
    BackChannelLogout.Outcome outcome = logout.logOut(token, ClientAddress.of(request));
    if (outcome instanceof BackChannelLogout.Refused refused) {
      refuse(response, INVALID, refused.reason());
    } else if (outcome instanceof BackChannelLogout.Failed failed) {
      refuse(
          response, failed.again() ? "temporarily_unavailable" : "server_error", failed.reason());
    } else {
      response.setStatus(HttpServletResponse.SC_OK);
      response.setContentLength(0);
    }
  }

  /** Returns the logout token; empty when there is none. */
  private static String token(HttpServletRequest request) throws ProblemException {
    return MediaType.isForm(request.getContentType())
        ? FormParameters.of(new String(BodyRequest.bytes(request), StandardCharsets.UTF_8))
            .getOrDefault("logout_token", "")
        : "";
  }

  private static void refuse(HttpServletResponse response, String error, String description)
      throws IOException {
    response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
    response.setContentType("application/json");
    ProblemWriter.body(
        response,
        JsonWriter.object(
            json -> {
              json.writeStringField("error", error);
              json.writeStringField("error_description", description);
            }));
  }
}
