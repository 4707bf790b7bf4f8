package io.broadcasty.transport.sse;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.lifecycle.ConnectionEvent.HttpAnswered;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.delivery.session.EventProtocol;
import io.broadcasty.delivery.session.EventSession;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.Protocols;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.delivery.session.StreamRequest;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.transport.container.DisconnectDetector;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.transport.edge.ServletStreamRequest;
import io.broadcasty.transport.io.NonBlockingOutput;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;

/**
 * Serves {@code GET /broadcasty/sse}.
 *
 * <p>It subscribes before the response begins, so that a refusal is an HTTP answer. The response is
 * then written asynchronously by the servlet API without blocking, which costs a third of an {@code
 * SseEventSink} (docs/adr/0007).
 */
@WebServlet(urlPatterns = "/broadcasty/sse", asyncSupported = true, name = "broadcasty-sse")
public class SseServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final System.Logger LOG = System.getLogger(SseServlet.class.getName());

  @Inject private transient SessionContext context;
  @Inject private transient StreamOutputSelector outputs;
  @Inject private transient DisconnectDetector disconnects;
  @Inject private transient Protocols protocols;
  @Inject private transient RealtimeListener listener;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      stream(request, response);
    } catch (ProblemException e) {
      ProblemWriter.write(request, response, e.problem());
    }
  }

  /**
   * Answers with the headers of a stream, and opens none: {@code HttpServlet} would do so without a
   * body, and never end.
   */
  @Override
  protected void doHead(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      StreamRequest wanted = new ServletStreamRequest(request);
      var unused = protocols.event(wanted.parameter("protocol")).accept(wanted);
      response.setContentType("text/event-stream");
    } catch (ProblemException e) {
      ProblemWriter.write(request, response, e.problem());
    }
  }

  private void stream(HttpServletRequest request, HttpServletResponse response)
      throws ProblemException, IOException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    if (caller == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "send a token");
    }
    StreamRequest wanted = new ServletStreamRequest(request);
    EventProtocol.Accepted accepted = protocols.event(wanted.parameter("protocol")).accept(wanted);
    ConnectionLimiter.Permit place = context.limits().tryAcquire(caller.tenant(), caller.subject());
    if (place == null) {
      listener.onLimitReached(
          new LimitReached(
              LimitReached.CONNECTIONS, caller.tenant(), caller.subject(), null, caller.address()));
      throw new ProblemException(ProblemMapper.connectionLimit());
    }
    SseTransport transport =
        new SseTransport(outputs, disconnects, context.sessions().lingering(), caller.address());
    EventSession session = accepted.open(context, transport, caller, place);
    boolean begun = false;
    try {
      EventSession.Opening opening = session.subscribe();
      if (opening instanceof EventSession.Opening.Refused refused) {
        throw new ProblemException(refused.problem());
      }
      transport.begin(start(request, response), session, context.closers());
      begun = true;
      ((EventSession.Opening.Begun) opening).start().run();
    } catch (InvalidChannelException e) {
      throw new ProblemException(ProblemMapper.invalidChannel(e));
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read a stream from the store", e);
      throw new ProblemException(ProblemMapper.storeUnreadable());
    } finally {
      if (!begun) {
        session.onTransportClosed();
      }
    }
  }

  private AsyncContext start(HttpServletRequest request, HttpServletResponse response) {
    response.setStatus(HttpServletResponse.SC_OK);
    response.setContentType("text/event-stream");
    response.setBufferSize(NonBlockingOutput.BUFFER_BYTES);
    AsyncContext async = request.startAsync(request, response);
    async.setTimeout(0);
    listener.onHttpAnswered(new HttpAnswered(HttpServletResponse.SC_OK, 0));
    return async;
  }
}
