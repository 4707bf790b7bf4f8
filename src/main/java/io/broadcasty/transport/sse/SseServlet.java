package io.broadcasty.transport.sse;

import io.broadcasty.auth.Caller;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.channel.InvalidChannelException;
import io.broadcasty.lifecycle.ConnectionEvent.HttpAnswered;
import io.broadcasty.lifecycle.RealtimeListener;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.ratelimit.ConnectionLimiter;
import io.broadcasty.session.Answers;
import io.broadcasty.session.EventProtocol;
import io.broadcasty.session.EventSession;
import io.broadcasty.session.Protocols;
import io.broadcasty.session.SessionContext;
import io.broadcasty.session.StreamRequest;
import io.broadcasty.transport.DisconnectDetector;
import io.broadcasty.transport.NonBlockingOutput;
import io.broadcasty.transport.StreamOutputs;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.Problems;
import io.broadcasty.transport.edge.ServletStreamRequest;
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
  @Inject private transient StreamOutputs outputs;
  @Inject private transient DisconnectDetector disconnects;
  @Inject private transient Protocols protocols;
  @Inject private transient RealtimeListener listener;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      stream(request, response);
    } catch (ProblemException e) {
      Problems.write(response, e.problem());
    }
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader("Allow", "GET, OPTIONS");
    Problems.write(response, Problem.of(Code.METHOD_NOT_ALLOWED, "open a stream with GET"));
  }

  private void stream(HttpServletRequest request, HttpServletResponse response)
      throws ProblemException, IOException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    if (caller == null) {
      throw new ProblemException(Code.UNAUTHORIZED, "send a token");
    }
    StreamRequest wanted = new ServletStreamRequest(request);
    EventProtocol.Accepted accepted = protocols.event(wanted.parameter("protocol")).accept(wanted);
    ConnectionLimiter.Lease place = context.limits().tryAcquire(caller.tenant(), caller.subject());
    if (place == null) {
      throw new ProblemException(Answers.connectionLimit());
    }
    SseTransport transport = new SseTransport(outputs, disconnects);
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
      throw new ProblemException(Answers.invalidChannel(e));
    } catch (BrokerException e) {
      LOG.log(Level.DEBUG, "Cannot read a stream from the store", e);
      throw new ProblemException(Answers.storeUnreadable());
    } finally {
      if (!begun) {
        session.gone();
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
