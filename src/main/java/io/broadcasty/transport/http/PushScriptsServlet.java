package io.broadcasty.transport.http;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * The scripts that a browser fetches for push, without a token: the service worker, and the module
 * that subscribes a page's user. A servlet, since WildFly takes their names for the id of a
 * notification (see {@link PushResource}) where a browser accepts anything.
 */
@WebServlet(
    urlPatterns = {PushScriptsServlet.WORKER, "/broadcasty/push/subscribe.js"},
    name = "broadcasty-push-scripts")
public class PushScriptsServlet extends HttpServlet {

  static final String WORKER = "/broadcasty/push/sw.js";

  private static final long serialVersionUID = 1L;

  @Inject private transient PushPages pages;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean worker = request.getRequestURI().endsWith(WORKER);
    response.setContentType("text/javascript");
    response.setCharacterEncoding("UTF-8");
    response.setHeader("Cache-Control", "no-cache");
    if (worker) { // it may serve every page of this origin
      response.setHeader("Service-Worker-Allowed", "/");
    }
    response.getWriter().write(worker ? pages.serviceWorker() : pages.subscribe());
  }
}
