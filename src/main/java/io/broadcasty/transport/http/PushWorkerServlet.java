package io.broadcasty.transport.http;

import io.broadcasty.transport.edge.SecurityHeaders;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Serves the service worker, which a browser fetches without a token. It is a servlet because
 * WildFly would route its path to {@link PushResource}, as the id of a notification, when a browser
 * accepts any media type.
 */
@WebServlet(urlPatterns = "/broadcasty/push/sw.js", name = "broadcasty-push-worker")
public class PushWorkerServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  @Inject private transient PushAssets pages;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setContentType("text/javascript");
    response.setCharacterEncoding("UTF-8");
    response.setHeader("Cache-Control", "no-cache");
    SecurityHeaders.ofWorker(response);
    response.setHeader("Service-Worker-Allowed", "/"); // allows it for every page of this origin
    response.getWriter().write(pages.serviceWorker());
  }
}
