package io.broadcasty.transport.http;

import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.Problem;
import io.broadcasty.transport.edge.Problems;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Problems as JAX-RS responses; also what becomes of an exception that no resource has caught. */
@Provider
public class ProblemResponses implements ExceptionMapper<Throwable> {

  private static final Logger LOG = Logger.getLogger(ProblemResponses.class.getName());

  /** The response for a problem. */
  public static Response of(Problem problem) {
    Response.ResponseBuilder response =
        Response.status(problem.code().status())
            .type(Problems.MEDIA_TYPE)
            .entity(Json.problemDocument(problem));
    Long retryAfter = problem.retryAfterSeconds();
    if (retryAfter != null) {
      response.header("Retry-After", retryAfter);
    }
    return response.build();
  }

  @Override
  public Response toResponse(Throwable failure) {
    if (failure instanceof WebApplicationException web) {
      int status = web.getResponse().getStatus();
      if (status == 405) {
        return of(
            Problem.of(Code.METHOD_NOT_ALLOWED, "see the protocol for what this address takes"));
      }
      if (status >= 400 && status < 500) {
        return of(Problem.of(Code.NOT_FOUND, "see the protocol for what there is"));
      }
    }
    LOG.log(Level.SEVERE, "a request failed", failure);
    return of(Problem.of(Code.INTERNAL_ERROR, "the server's log has the details"));
  }
}
