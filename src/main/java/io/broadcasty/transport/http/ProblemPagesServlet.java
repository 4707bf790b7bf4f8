package io.broadcasty.transport.http;

import io.broadcasty.transport.edge.ProblemTypes;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.transport.edge.SecurityHeaders;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /broadcasty/problems} and a page for each problem code below it, without a token.
 * It is a servlet, so that it begins with the WAR: from then on, problems name these pages.
 */
@WebServlet(urlPatterns = "/broadcasty/problems/*", name = "broadcasty-problems", loadOnStartup = 1)
public class ProblemPagesServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final String TABLE = "/WEB-INF/protocol/codes.json";

  private transient @Nullable ProblemPages pages;

  @Override
  public void init() throws ServletException {
    String contextPath = getServletContext().getContextPath();
    ProblemTypes.setContextPath(contextPath);
    try (InputStream table = getServletContext().getResourceAsStream(TABLE)) {
      if (table == null) {
        throw new ServletException("The WAR lacks " + TABLE);
      }
      pages = ProblemPages.of(table, contextPath);
    } catch (IOException e) {
      throw new ServletException("Cannot read " + TABLE, e);
    }
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String page = page(request.getPathInfo());
    if (page == null) {
      ProblemWriter.write(
          request, response, Problem.of(Code.NOT_FOUND, "there is no such problem code"));
      return;
    }
    response.setContentType("text/html");
    response.setCharacterEncoding("UTF-8");
    SecurityHeaders.ofDocument(response);
    ProblemWriter.body(response, page);
  }

  private @Nullable String page(@Nullable String path) {
    ProblemPages all = pages;
    if (all == null) {
      return null;
    }
    return path == null || path.equals("/") ? all.index() : all.page(path.substring(1));
  }
}
