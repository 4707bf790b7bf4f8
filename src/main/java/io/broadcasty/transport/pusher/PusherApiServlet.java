package io.broadcasty.transport.pusher;

import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppRequest;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.HttpAnswered;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.streams.publish.PublishService;
import io.broadcasty.transport.body.BodyRequest;
import io.broadcasty.transport.edge.BodyBytes;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PusherReader;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Serves Pusher's HTTP API at {@code /apps/{id}/…} for back ends whose requests the edge has
 * verified.
 */
@WebServlet(urlPatterns = "/apps/*", asyncSupported = true, name = "broadcasty-pusher-api")
public class PusherApiServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final System.Logger LOG = System.getLogger(PusherApiServlet.class.getName());

  @Inject private transient PublishService publish;
  @Inject private transient Apps apps;
  @Inject private transient RealtimeListener listener;

  private transient @Nullable EventPublisher events;

  @Override
  public void init() {
    events = new EventPublisher(publish);
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    String[] path = path(request);
    App app = path.length < 2 ? null : apps.byId(path[0]);
    if (caller == null || app == null) {
      ProblemWriter.write(response, Problem.of(Code.UNAUTHORIZED, "there is no such app"));
      return;
    }
    try {
      serve(new Call(app, caller, path, request, response));
    } catch (ProblemException e) {
      ProblemWriter.write(response, e.problem());
    }
  }

  /** A request of a back end. */
  private record Call(
      App app,
      Caller caller,
      String[] path,
      HttpServletRequest request,
      HttpServletResponse response) {

    boolean is(String method, int segments, String last) {
      return request.getMethod().equals(method)
          && path.length == segments
          && path[segments - 1].equals(last);
    }
  }

  private void serve(Call call) throws ProblemException, IOException {
    if (call.is("POST", 2, "events")) {
      publish(call, List.of(PusherReader.event(body(call), call.app().maxDataBytes())));
    } else if (call.is("POST", 2, "batch_events")) {
      publish(call, PusherReader.batch(body(call), call.app().maxDataBytes()));
    } else {
      throw new ProblemException(Code.NOT_FOUND, "there is no such address");
    }
  }

  private static byte[] body(Call call) throws ProblemException {
    byte[] body = BodyRequest.bytes(call.request());
    BodyBytes.charge(call.request(), body.length);
    return body;
  }

  private void publish(Call call, List<PusherReader.Event> all)
      throws ProblemException, IOException {
    EventPublisher publisher = events;
    if (publisher == null) {
      throw new IllegalStateException("The servlet has not been initialised");
    }
    CompletableFuture<List<PublishOutcome>> outcomes = publisher.publish(call.caller(), all);
    if (outcomes.isDone()) {
      answer(call.response(), outcomes);
      return;
    }
    long requestBytes = Math.max(0, call.request().getContentLengthLong());
    AsyncContext async = call.request().startAsync(call.request(), call.response());
    var unused =
        outcomes.whenComplete(
            (done, failure) -> {
              try {
                answer(call.response(), outcomes);
              } catch (IOException e) {
                LOG.log(Level.DEBUG, "The publisher left before its answer", e);
              } finally {
                listener.onHttpAnswered(
                    new HttpAnswered(call.response().getStatus(), requestBytes));
                async.complete();
              }
            });
  }

  private static void answer(
      HttpServletResponse response, CompletableFuture<List<PublishOutcome>> done)
      throws IOException {
    List<PublishOutcome> outcomes;
    try {
      outcomes = done.join();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A publish failed unexpectedly", e);
      ProblemWriter.write(
          response,
          new Problem(
              Code.INTERNAL_ERROR,
              "the events may or may not have been accepted",
              Duration.ofSeconds(2)));
      return;
    }
    for (PublishOutcome outcome : outcomes) {
      Problem problem = ProblemMapper.problem(outcome);
      if (problem != null) {
        if (outcome instanceof PublishOutcome.Throttled throttled) {
          ProblemWriter.rateLimit(response, throttled.verdict());
        }
        ProblemWriter.write(response, problem);
        return;
      }
    }
    write(response, "{}");
  }

  private static void write(HttpServletResponse response, String json) throws IOException {
    response.setContentType("application/json");
    ProblemWriter.body(response, json);
  }

  /** Returns the decoded segments of the path after {@code /apps/}. */
  private static String[] path(HttpServletRequest request) {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    String[] segments = path.substring("/apps/".length()).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      segments[i] = AppRequest.decodePath(segments[i]);
    }
    return segments;
  }
}
