package io.broadcasty.transport.http;

import io.broadcasty.core.request.RequestId;
import io.broadcasty.transport.admin.RefusedException;
import io.broadcasty.transport.edge.BearerChallenge;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger.Level;

/** Converts problems, and exceptions that no resource has caught, to JAX-RS responses. */
@Provider
public class ProblemResponses implements ExceptionMapper<Throwable> {

  private static final System.Logger LOG = System.getLogger(ProblemResponses.class.getName());

  /** Returns the response for a problem. */
  public static Response of(Problem problem) {
    Response.ResponseBuilder response =
        Response.status(problem.code().httpStatus())
            .type(ProblemWriter.MEDIA_TYPE)
            .entity(ProblemWriter.document(problem));
    // ChallengeFilter adds the URL of the metadata
    String challenge = BearerChallenge.of(problem, null);
    if (challenge != null) {
      response.header(BearerChallenge.HEADER, challenge);
    }
    Long retryAfter = problem.retryAfterSeconds();
    if (retryAfter != null) {
      response.header("Retry-After", retryAfter);
    }
    return response.build();
  }

  /** A request that is answered, or refused with a problem. */
  interface Call {
    Response run() throws ProblemException;
  }

  /** Returns the answer of a call, or the response for the problem that refuses it. */
  static Response answer(Call call) {
    try {
      return call.run();
    } catch (ProblemException e) {
      return of(e.problem());
    }
  }

  @Override
  public Response toResponse(Throwable failure) {
    if (failure instanceof RefusedException refused) {
      return of(refused.problem());
    }
    if (failure instanceof WebApplicationException web) {
      int status = web.getResponse().getStatus();
      if (status == 405) {
        Response problem =
            of(
                Problem.of(
                    Code.METHOD_NOT_ALLOWED,
                    "this path does not support the method; see the protocol"));
        String allow = web.getResponse().getHeaderString("Allow");
        return allow == null
            ? problem
            : Response.fromResponse(problem).header("Allow", allow).build();
      }
      if (status == 404) {
        return of(Problem.of(Code.NOT_FOUND, "there is no such path; see the protocol"));
      }
      if (status == 406) {
        return of(
            Problem.of(
                Code.INVALID_REQUEST,
                "`Accept` excludes what this path answers; send application/json or */*"));
      }
      if (status >= 400 && status < 500) {
        return of(
            Problem.of(
                Code.INVALID_REQUEST, "this path does not take the request; see the protocol"));
      }
    }
    LOG.log(Level.ERROR, "Request " + RequestId.current() + " failed unexpectedly", failure);
    return of(Problem.of(Code.INTERNAL_ERROR, "the server's log has the details"));
  }
}
