package io.broadcasty.messaging;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.ProblemMapper;
import io.broadcasty.streams.broker.PublishRequest;
import io.broadcasty.streams.publish.PublishOutcome;
import io.broadcasty.streams.publish.PublishService;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.PublicationFields;
import io.broadcasty.wire.PublishReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Publishes messages of one connector, by the rules of every publication. For one thread. */
public final class MessagePublisher {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_TEXT = 200;
  private static final Problem TIMED_OUT =
      new Problem(Code.UNAVAILABLE, "the store does not answer", Duration.ofSeconds(1));

  private final PublishService publish;
  private final TenantSettingsLookup tenants;
  private final ChannelTemplate channel;
  private final Caller caller;
  private final PublicationFields reader = new PublicationFields(new PublishReader());

  /** What has become of a message. */
  sealed interface Result {}

  /**
   * It was published.
   *
   * @param repeated whether that had been done before
   */
  record Published(boolean repeated) implements Result {}

  /** It cannot be published, now or later. */
  record Refused(Problem problem) implements Result {}

  /** It may be published later. */
  record Waiting(Problem problem) implements Result {}

  /**
   * Creates a publisher.
   *
   * @param publish without limits of rates, since nobody could be told to send more slowly
   */
  public MessagePublisher(
      PublishService publish,
      TenantSettingsLookup tenants,
      WallClock clock,
      ConnectorSettings settings,
      ConnectorSettings.In flow) {
    this.publish = publish;
    this.tenants = tenants;
    this.channel = flow.channel();
    this.caller =
        new Caller(
            settings.tenant(),
            "messaging:" + settings.id(),
            flow.roles(),
            Instant.ofEpochMilli(clock.nowMillis()),
            Instant.MAX,
            Map.of(),
            "messaging");
  }

  /**
   * Publishes messages in their order, and waits for the store.
   *
   * @return the results, in the order of the messages
   */
  List<Result> publish(List<IncomingMessage> messages) throws InterruptedException {
    TenantSettings tenant = tenants.of(caller.tenant());
    @Nullable Problem[] problems = new @Nullable Problem[messages.size()];
    List<PublishRequest> requests = new ArrayList<>();
    for (int i = 0; i < problems.length; i++) {
      PublishReader.Item item = item(messages.get(i), tenant);
      problems[i] = item.problem();
      if (item.request() != null) {
        requests.add(item.request());
      }
    }
    Problem refused =
        tenant.state().isServed()
            ? null
            : new Problem(
                Code.TENANT_REFUSED, "the tenant is not served now", Duration.ofSeconds(10));
    List<PublishOutcome> outcomes = refused == null ? outcomes(requests) : null;
    List<Result> results = new ArrayList<>();
    int next = 0;
    for (Problem problem : problems) {
      if (problem != null) {
        results.add(new Refused(problem));
      } else if (outcomes == null) {
        results.add(new Waiting(refused == null ? TIMED_OUT : refused));
      } else {
        results.add(result(outcomes.get(next++)));
      }
    }
    return results;
  }

  /** Returns the outcomes of all requests; null when none is known. */
  private @Nullable List<PublishOutcome> outcomes(List<PublishRequest> requests)
      throws InterruptedException {
    try {
      return publish
          .publish(caller, requests)
          .toCompletableFuture()
          .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new IllegalStateException("publishing messages failed unexpectedly", e.getCause());
    }
  }

  private static Result result(PublishOutcome outcome) {
    Problem problem = ProblemMapper.problem(outcome);
    if (problem == null) {
      return new Published(
          outcome instanceof PublishOutcome.Published published
              && published.appended().duplicate());
    }
    boolean forGood =
        outcome instanceof PublishOutcome.Denied
            || outcome instanceof PublishOutcome.Rejected
            || outcome instanceof PublishOutcome.TooManyChannels;
    return forGood ? new Refused(problem) : new Waiting(problem);
  }

  private PublishReader.Item item(IncomingMessage message, TenantSettings tenant) {
    if (message.text() == null) {
      return problem(
          Code.INVALID_REQUEST, "only messages with a text, or bytes in UTF-8, can be published");
    }
    Map<String, Object> fields = new HashMap<>();
    try {
      fields.put("channel", channel.resolve(message.properties()).value());
    } catch (InvalidChannelException e) {
      return problem(Code.INVALID_CHANNEL, String.valueOf(e.getMessage()));
    }
    fields.put("payload", message.text().getBytes(StandardCharsets.UTF_8));
    put(fields, "id", message.id());
    put(fields, "event", message.type());
    put(fields, "correlationId", message.correlationId());
    put(fields, "partitionKey", message.group());
    return reader.read(fields, tenant.publish());
  }

  /** Puts a text that comes with the message and that no one checked, if a publication can. */
  private static void put(Map<String, Object> fields, String name, @Nullable String text) {
    if (text != null && !text.isEmpty() && text.length() <= MAX_TEXT) {
      fields.put(name, text);
    }
  }

  private static PublishReader.Item problem(Code code, String detail) {
    return new PublishReader.Item(null, Problem.of(code, detail), null);
  }
}
