package io.broadcasty.transport.http;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.HttpAnswered;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.PublishCaps;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.delivery.session.UndeliveredPushService;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.streams.publish.PublishService;
import io.broadcasty.transport.edge.BearerChallenge;
import io.broadcasty.transport.edge.CallerRequest;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.edge.ProblemWriter;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PublishReader;
import io.broadcasty.wire.TraceContext;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code POST /broadcasty/publish}.
 *
 * <p>It is a servlet instead of a JAX-RS resource, since publishing is the most frequent request
 * and JAX-RS costs more than the rest of it (docs/adr/0004). It answers at once when the store has
 * committed, and asynchronously otherwise, so that a store that commits in groups gets large
 * groups.
 */
@WebServlet(urlPatterns = "/broadcasty/publish", asyncSupported = true, name = "broadcasty-publish")
public class PublishServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final System.Logger LOG = System.getLogger(PublishServlet.class.getName());

  private static final long MAX_WAIT_MILLIS = 10;
  private static final int MAX_WAITING = 32;

  private final transient Semaphore waiting = new Semaphore(MAX_WAITING);

  @Inject private transient PublishService publish;
  @Inject private transient EdgeSettings settings;
  @Inject private transient PublishReader reader;
  @Inject private transient TenantSettingsLookup tenants;
  @Inject private transient UndeliveredPushService undelivered;
  @Inject private transient RealtimeListener listener;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Caller caller = CallerRequest.caller(request.getUserPrincipal());
    if (caller == null) {
      ProblemWriter.write(request, response, Problem.of(Code.UNAUTHORIZED, "send a token"));
      return;
    }
    PublishReader.Request read;
    try {
      if (!CallerRequest.readBody(
          request, response, async -> publishLater(caller, request, response, async))) {
        return;
      }
      RequestBody.requireJson(request);
      read = read(caller, request);
    } catch (ProblemException e) {
      ProblemWriter.write(request, response, e.problem());
      return;
    }
    CompletableFuture<List<PublishOutcome>> outcomes = publish(caller, request, read);
    if (awaitBriefly(outcomes)) {
      answer(caller, () -> BearerChallenge.metadataUrl(request), response, read, outcomes);
    } else {
      long requestBytes = requestBytes(request);
      String metadataUrl = BearerChallenge.metadataUrl(request);
      AsyncContext async = request.startAsync(request, response);
      var unused =
          outcomes.whenComplete(
              (all, failure) ->
                  complete(
                      async,
                      response,
                      requestBytes,
                      () -> answer(caller, () -> metadataUrl, response, read, outcomes)));
    }
  }

  /** Publishes a request whose body has arrived later than its head. */
  private void publishLater(
      Caller caller, HttpServletRequest request, HttpServletResponse response, AsyncContext async) {
    long requestBytes = requestBytes(request);
    String metadataUrl = BearerChallenge.metadataUrl(request);
    try {
      PublishReader.Request read = read(caller, request);
      CompletableFuture<List<PublishOutcome>> outcomes = publish(caller, request, read);
      var unused =
          outcomes.whenComplete(
              (all, failure) ->
                  complete(
                      async,
                      response,
                      requestBytes,
                      () -> answer(caller, () -> metadataUrl, response, read, outcomes)));
    } catch (ProblemException e) {
      complete(
          async,
          response,
          requestBytes,
          () -> ProblemWriter.writeLater(response, e.problem(), metadataUrl));
    } catch (RuntimeException e) {
      LOG.log(
          Level.ERROR, "Publish " + ProblemWriter.requestId(response) + " failed unexpectedly", e);
      complete(
          async,
          response,
          requestBytes,
          () -> ProblemWriter.writeLater(response, unknownOutcome(), metadataUrl));
    }
  }

  private PublishReader.Request read(Caller caller, HttpServletRequest request)
      throws ProblemException {
    PublishCaps caps = tenants.of(caller.tenant()).publish();
    byte[] body = RequestBody.read(request, settings, EdgeSettings.maxSingleBytes(caps));
    return undelivered.withRefusals(caller, reader.read(body, caps));
  }

  private CompletableFuture<List<PublishOutcome>> publish(
      Caller caller, HttpServletRequest request, PublishReader.Request read) {
    List<PublishRequest> requests = new ArrayList<>(read.items().size());
    for (PublishReader.Item item : read.items()) {
      if (item.request() != null) {
        requests.add(withRequestTrace(item.request(), request));
      }
    }
    return publish.publish(caller, requests).toCompletableFuture();
  }

  private static long requestBytes(HttpServletRequest request) {
    return Math.max(0, request.getContentLengthLong());
  }

  /** Writes an answer. */
  private interface Writing {
    void write() throws IOException;
  }

  /** Answers a request that is handled asynchronously, and completes it. */
  private void complete(
      AsyncContext async, HttpServletResponse response, long requestBytes, Writing answer) {
    try {
      answer.write();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "The publisher left before its answer", e);
    } finally {
      listener.onHttpAnswered(new HttpAnswered(response.getStatus(), requestBytes));
      async.complete();
    }
  }

  /** Adds the trace of the HTTP request to a publication that has none. */
  private static PublishRequest withRequestTrace(
      PublishRequest publication, HttpServletRequest request) {
    String parent = singleValue(request.getHeaders(TraceContext.PARENT));
    if (parent == null) {
      return publication;
    }
    Message message = publication.message();
    List<String> states = Collections.list(request.getHeaders(TraceContext.STATE));
    Headers headers =
        TraceContext.addTo(
            message.headers(), parent, states.isEmpty() ? null : String.join(",", states));
    @SuppressWarnings("ReferenceEquality") // nothing was added
    boolean same = headers == message.headers();
    return same ? publication : publication.withMessage(message.withHeaders(headers));
  }

  /**
   * Returns the value of a header that occurs once; null when it is missing or occurs more often.
   */
  private static @Nullable String singleValue(Enumeration<String> values) {
    String first = values.hasMoreElements() ? values.nextElement() : null;
    return values.hasMoreElements() ? null : first;
  }

  /**
   * Waits briefly for the store. When it commits in that time, this costs a third of an
   * asynchronous answer. Only a limited number of threads wait, so that a slow store does not block
   * the server's threads.
   */
  private boolean awaitBriefly(CompletableFuture<List<PublishOutcome>> outcomes) {
    if (outcomes.isDone() || !waiting.tryAcquire()) {
      return outcomes.isDone();
    }
    try {
      outcomes.get(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.log(Level.TRACE, "The store did not answer at once, or failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      waiting.release();
    }
    return outcomes.isDone();
  }

  /**
   * Writes the answer.
   *
   * @param metadataUrl what is returned without the request on a thread that must not read it
   */
  private void answer(
      Caller caller,
      Supplier<@Nullable String> metadataUrl,
      HttpServletResponse response,
      PublishReader.Request read,
      CompletableFuture<List<PublishOutcome>> done)
      throws IOException {
    List<PublishOutcome> outcomes;
    try {
      outcomes = done.join();
    } catch (RuntimeException e) {
      LOG.log(
          Level.ERROR, "Publish " + ProblemWriter.requestId(response) + " failed unexpectedly", e);
      ProblemWriter.writeLater(response, unknownOutcome(), metadataUrl.get());
      return;
    }
    List<Answer> answers = answers(caller, read, outcomes);
    if (read.batch()) {
      response.setContentType("application/json");
      ProblemWriter.body(response, batch(answers));
      return;
    }
    Answer answer = answers.get(0);
    Problem problem = answer.problem();
    if (problem == null) {
      if (answer.outcome() instanceof PublishOutcome.Queued) {
        response.setStatus(HttpServletResponse.SC_ACCEPTED);
      }
      response.setContentType("application/json");
      ProblemWriter.body(response, JsonWriter.object(answer::write));
      return;
    }
    if (answer.outcome() instanceof PublishOutcome.Throttled throttled) {
      ProblemWriter.rateLimit(response, throttled.verdict());
    }
    ProblemWriter.writeLater(response, problem, metadataUrl.get());
  }

  private static Problem unknownOutcome() {
    return new Problem(
        Code.INTERNAL_ERROR,
        "the publication may or may not have been accepted; publish again with the same id",
        Duration.ofSeconds(2));
  }

  private List<Answer> answers(
      Caller caller, PublishReader.Request read, List<PublishOutcome> outcomes) {
    List<Answer> answers = new ArrayList<>(read.items().size());
    int next = 0;
    for (PublishReader.Item item : read.items()) {
      if (item.request() == null) {
        answers.add(new Answer(item, null, item.problem(), null));
      } else {
        PublishOutcome outcome = outcomes.get(next++);
        Problem problem = ProblemMapper.problem(outcome);
        if (item.push() == null || problem != null) {
          answers.add(new Answer(item, outcome, problem, null));
        } else {
          UndeliveredPushService.Scheduled arranged =
              undelivered.schedule(caller, item.request(), item.push());
          answers.add(new Answer(item, outcome, arranged.problem(), arranged.sendId()));
        }
      }
    }
    return answers;
  }

  private static String batch(List<Answer> answers) {
    return JsonWriter.text(
        json -> {
          json.writeStartArray();
          for (Answer answer : answers) {
            json.writeStartObject();
            answer.write(json);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private record Answer(
      PublishReader.Item item,
      @Nullable PublishOutcome outcome,
      @Nullable Problem problem,
      @Nullable String push) {

    void write(com.fasterxml.jackson.core.JsonGenerator json) throws IOException {
      if (problem != null) {
        json.writeObjectFieldStart("error");
        JsonWriter.write(json, problem);
        json.writeEndObject();
      } else if (outcome instanceof PublishOutcome.Published published && item.request() != null) {
        JsonWriter.write(json, published.id(), item.request().channel(), published.appended());
      } else if (outcome instanceof PublishOutcome.Queued queued && item.request() != null) {
        JsonWriter.writeQueued(json, queued.id(), item.request().channel());
      } else if (outcome instanceof PublishOutcome.Announced announced && item.request() != null) {
        JsonWriter.writeAnnounced(json, announced.id(), item.request().channel());
      }
      if (problem == null && push != null) {
        json.writeStringField("push", push);
      }
    }
  }
}
