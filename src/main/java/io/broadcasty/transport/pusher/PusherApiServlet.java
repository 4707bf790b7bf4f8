package io.broadcasty.transport.pusher;

import io.broadcasty.admin.DisconnectOutcome;
import io.broadcasty.admin.DisconnectStreams;
import io.broadcasty.admin.explorer.ChannelExplorer;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.AppRequest;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.HttpAnswered;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.SessionContext;
import io.broadcasty.presence.service.PresenceService;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.streams.publish.PublishService;
import io.broadcasty.transport.body.BodyRequest;
import io.broadcasty.transport.edge.BearerChallenge;
import io.broadcasty.transport.edge.BodyBytes;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.ClientAddress;
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
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
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

  @Inject private transient ChannelExplorer explorer;
  @Inject private transient PresenceService presence;
  @Inject private transient Broker broker;
  @Inject private transient TenantSettingsLookup tenants;
  @Inject private transient WallClock clock;
  @Inject private transient RateLimiter limits;
  @Inject private transient DisconnectStreams disconnect;
  @Inject private transient SessionContext context;

  private transient @Nullable EventPublisher events;
  private transient @Nullable ChannelQueries queries;

  @Override
  public void init() {
    events = new EventPublisher(publish);
    queries = new ChannelQueries(explorer, presence, broker, tenants, clock);
  }

  /** A request of a back end. */
  private record Call(
      App app,
      Caller caller,
      String[] path,
      HttpServletRequest request,
      HttpServletResponse response) {

    boolean is(int segments, String last) {
      return path.length == segments && path[segments - 1].equals(last);
    }

    Set<String> info() {
      return PusherReader.info(request.getParameter("info"));
    }
  }

  /** Serves a call whose app is known. */
  private interface Serving {
    void serve(Call call) throws ProblemException, IOException;
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    serve(request, response, this::post);
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    serve(request, response, this::get);
  }

  private void serve(HttpServletRequest request, HttpServletResponse response, Serving serving)
      throws IOException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    String[] path = path(request);
    App app = path.length < 2 ? null : apps.byId(path[0]);
    if (caller == null || app == null) {
      ProblemWriter.write(request, response, Problem.of(Code.UNAUTHORIZED, "there is no such app"));
      return;
    }
    try {
      serving.serve(new Call(app, caller, path, request, response));
    } catch (ProblemException e) {
      ProblemWriter.write(request, response, e.problem());
    }
  }

  private void post(Call call) throws ProblemException, IOException {
    if (call.is(2, "events")) {
      publish(call, List.of(PusherReader.event(body(call), call.app().maxDataBytes())), false);
    } else if (call.is(2, "batch_events")) {
      publish(call, PusherReader.batch(body(call), call.app().maxDataBytes()), true);
    } else if (call.is(4, "terminate_connections") && call.path()[1].equals("users")) {
      terminate(call, call.path()[2]);
    } else {
      throw notFound();
    }
  }

  private void get(Call call) throws ProblemException, IOException {
    boolean channels = call.path()[1].equals("channels");
    if (!channels || call.path().length > 4 || (call.path().length == 4 && !call.is(4, "users"))) {
      throw notFound();
    }
    RateLimiter.Verdict verdict =
        limits.tryAcquireRequest(call.caller().tenant(), call.caller().subject());
    if (!verdict.granted()) {
      ProblemWriter.rateLimit(call.response(), verdict);
      throw new ProblemException(ProblemMapper.throttled(verdict));
    }
    ChannelQueries asked = Objects.requireNonNull(queries);
    write(
        call.response(),
        switch (call.path().length) {
          case 2 ->
              asked.channels(
                  call.caller(), call.request().getParameter("filter_by_prefix"), call.info());
          case 3 ->
              asked.channel(
                  call.caller(),
                  EventPublisher.channel(call.path()[2]),
                  call.info(),
                  call.app().features().cacheTtl());
          default ->
              asked.users(
                  call.caller(),
                  EventPublisher.channel(call.path()[2]),
                  "1".equals(call.request().getParameter("with_user_info")));
        });
  }

  private static ProblemException notFound() {
    return new ProblemException(Code.NOT_FOUND, "there is no such address");
  }

  private void terminate(Call call, String user) throws ProblemException, IOException {
    if (!PusherReader.isUserId(user)) {
      throw new ProblemException(Code.INVALID_REQUEST, "this is not the id of a user");
    }
    DisconnectOutcome outcome =
        disconnect.disconnectUser(call.caller(), user, ClientAddress.of(call.request()));
    if (outcome instanceof DisconnectOutcome.Unavailable) {
      throw new ProblemException(
          new Problem(
              Code.UNAVAILABLE,
              "the nodes could not be notified; send the request again",
              Duration.ofSeconds(1)));
    }
    write(call.response(), "{}");
  }

  private static byte[] body(Call call) throws ProblemException {
    byte[] body = BodyRequest.bytes(call.request());
    BodyBytes.charge(call.request(), body.length);
    return body;
  }

  private void publish(Call call, List<PusherReader.Event> all, boolean batch)
      throws ProblemException, IOException {
    ChannelQueries.requireOfEvents(all);
    CompletableFuture<List<PublishOutcome>> outcomes =
        Objects.requireNonNull(events).publish(call.caller(), all);
    boolean asks = all.stream().anyMatch(event -> !event.info().isEmpty());
    if (outcomes.isDone() && !asks) {
      answer(call, () -> BearerChallenge.metadataUrl(call.request()), all, batch, outcomes);
      return;
    }
    long requestBytes = Math.max(0, call.request().getContentLengthLong());
    String metadataUrl = BearerChallenge.metadataUrl(call.request());
    AsyncContext async = call.request().startAsync(call.request(), call.response());
    var unused =
        outcomes.whenCompleteAsync(
            (done, failure) -> {
              try {
                answer(call, () -> metadataUrl, all, batch, outcomes);
              } catch (IOException e) {
                LOG.log(Level.DEBUG, "The publisher left before its answer", e);
              } finally {
                listener.onHttpAnswered(
                    new HttpAnswered(call.response().getStatus(), requestBytes));
                async.complete();
              }
            },
            asks ? context.readers() : Runnable::run);
  }

  private void answer(
      Call call,
      Supplier<@Nullable String> metadataUrl,
      List<PusherReader.Event> events,
      boolean batch,
      CompletableFuture<List<PublishOutcome>> done)
      throws IOException {
    HttpServletResponse response = call.response();
    List<PublishOutcome> outcomes;
    try {
      outcomes = done.join();
    } catch (RuntimeException e) {
      LOG.log(
          Level.ERROR, "Publish " + ProblemWriter.requestId(response) + " failed unexpectedly", e);
      ProblemWriter.writeLater(
          response,
          new Problem(
              Code.INTERNAL_ERROR,
              "the events may or may not have been accepted",
              Duration.ofSeconds(2)),
          metadataUrl.get());
      return;
    }
    for (PublishOutcome outcome : outcomes) {
      Problem problem = ProblemMapper.problem(outcome);
      if (problem != null) {
        if (outcome instanceof PublishOutcome.Throttled throttled) {
          ProblemWriter.rateLimit(response, throttled.verdict());
        }
        ProblemWriter.writeLater(response, problem, metadataUrl.get());
        return;
      }
    }
    try {
      write(response, Objects.requireNonNull(queries).info(call.caller(), events, batch));
    } catch (ProblemException e) {
      LOG.log(Level.DEBUG, "The events are published, and their channels not described", e);
      write(response, "{}");
    }
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
