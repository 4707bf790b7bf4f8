package io.broadcasty.server.web;

import io.broadcasty.server.Startup;
import io.broadcasty.server.dev.DevMode;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.transport.http.PushAssets;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;

/**
 * Serves {@code GET /dev/tokens}: tokens for the demo page, in development mode only.
 *
 * <p>The response is {@code {"tenant": …, "publisher": token, "reader": token, "participant":
 * token, "push": whether there is Web Push}}. The participant is the user that the parameter {@code
 * subject} names, {@code carol} by default. A page that asked for the key of Web Push instead would
 * leave an error in the browser's console where there is none.
 */
@WebServlet(urlPatterns = "/dev/tokens", name = "broadcasty-dev-tokens")
public class DevTokensServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  @Inject private transient Startup startup;
  @Inject private transient PushAssets push;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader("Cache-Control", "no-store");
    DevMode dev = startup.devMode();
    if (dev == null || !dev.issuesTokens()) {
      ProblemWriter.write(
          request,
          response,
          Problem.of(Code.NOT_FOUND, "tokens are handed out in development mode only"));
      return;
    }
    response.setContentType("application/json");
    ProblemWriter.body(
        response,
        JsonWriter.object(
            json -> {
              json.writeStringField("tenant", dev.tenant());
              for (Map.Entry<String, String> token : dev.tokens(subject(request)).entrySet()) {
                json.writeStringField(token.getKey(), token.getValue());
              }
              json.writeBooleanField("push", push.publicKey() != null);
            }));
  }

  private static String subject(HttpServletRequest request) {
    String subject = request.getParameter("subject");
    return subject == null || subject.isBlank() ? "carol" : subject;
  }
}
