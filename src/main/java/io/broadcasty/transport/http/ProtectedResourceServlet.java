package io.broadcasty.transport.http;

import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.transport.edge.ProtectedResource;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Serves the metadata of this server as a protected resource (RFC 9728), to anybody. */
@WebServlet(
    urlPatterns = {ProtectedResource.PATH, ProtectedResource.PATH + "/broadcasty"},
    name = "broadcasty-protected-resource")
public class ProtectedResourceServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  @Inject private transient ProtectedResource resource;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader("Access-Control-Allow-Origin", "*"); // clients in pages read it too
    response.setHeader("Cache-Control", "no-cache");
    response.setContentType("application/json");
    String path = request.getServletPath().substring(ProtectedResource.PATH.length());
    ProblemWriter.body(response, resource.document(request, path));
  }
}
