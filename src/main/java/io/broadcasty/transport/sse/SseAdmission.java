package io.broadcasty.transport.sse;

import io.broadcasty.auth.Caller;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.channel.InvalidChannelException;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Cursor;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.protocol.Since;
import io.broadcasty.session.Answers;
import io.broadcasty.session.ConnectionLimits;
import io.broadcasty.session.EventSession;
import io.broadcasty.session.SessionContext;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.http.ProblemResponses;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Subscribes an SSE request before its response begins, so that a refusal is an HTTP answer. */
@Provider
@Admitted
public class SseAdmission implements ContainerRequestFilter {

  static final String PROPERTY = SseAdmission.class.getName();

  private static final Logger LOG = Logger.getLogger(SseAdmission.class.getName());

  @Inject private SessionContext context;

  record Admission(SseTransport transport, EventSession.Opening opening) {}

  @Override
  public void filter(ContainerRequestContext request) {
    try {
      request.setProperty(PROPERTY, admit(request));
    } catch (ProblemException e) {
      request.abortWith(ProblemResponses.of(e.problem()));
    }
  }

  private Admission admit(ContainerRequestContext request) throws ProblemException {
    Caller caller = CallerRequest.caller(request.getSecurityContext().getUserPrincipal());
    if (caller == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "send a token");
    }
    MultivaluedMap<String, String> query = request.getUriInfo().getQueryParameters();
    List<String> channels = query.getOrDefault("channel", List.of()).stream().distinct().toList();
    if (channels.isEmpty()) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`channel` is missing; give it once for each channel");
    }
    Since since = since(request.getHeaderString("Last-Event-ID"), query);
    ConnectionLimits.Lease place = context.limits().tryAcquire(caller);
    if (place == null) {
      throw new ProblemException(
          new Problem(
              Code.CONNECTION_LIMIT,
              "this tenant or user has as many connections as it may; close some",
              Duration.ofSeconds(10)));
    }
    SseTransport transport = new SseTransport();
    EventSession session = new EventSession(context, transport, caller, place);
    boolean admitted = false;
    try {
      EventSession.Opening opening = session.subscribe(caller, channels, since);
      if (opening.problem() != null) {
        throw new ProblemException(opening.problem());
      }
      admitted = true;
      return new Admission(transport, opening);
    } catch (InvalidChannelException e) {
      throw new ProblemException(Code.INVALID_CHANNEL, String.valueOf(e.getMessage()));
    } catch (BrokerException e) {
      LOG.log(Level.WARNING, "a stream could not read the store", e);
      throw new ProblemException(Answers.storeUnreadable());
    } finally {
      if (!admitted) {
        session.gone();
      }
    }
  }

  private static Since since(@Nullable String lastEventId, MultivaluedMap<String, String> query)
      throws ProblemException {
    String cursor =
        lastEventId != null && !lastEventId.isBlank() ? lastEventId : query.getFirst("lastEventId");
    if (cursor != null && !cursor.isBlank()) {
      return Cursor.parse(cursor);
    }
    String from = query.getFirst("fromSequence");
    if (from == null) {
      return new Since.Live();
    }
    try {
      long sequence = Long.parseLong(from);
      if (sequence >= 0) {
        return new Since.FromSequence(sequence);
      }
    } catch (NumberFormatException e) {
      LOG.log(Level.FINEST, "not a number", e);
    }
    throw new ProblemException(
        Code.INVALID_REQUEST, "`fromSequence` must be a whole number, 0 or more");
  }
}
