package io.broadcasty.outbox;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.PublishCaps;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.WallClock;
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
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the rows of one source, each under an id of its own, so that a repetition changes
 * nothing. The source's channels are all that it may publish to: the operator has configured them,
 * so neither policies nor rates are asked; what is committed has to be published.
 */
@ThreadSafe
final class OutboxPublisher {

  /** The time that the store has for a batch. */
  static final Duration TIMEOUT = Duration.ofSeconds(10);

  private static final RowVerdict PUBLISHED = new RowVerdict.Published();

  private final OutboxSource source;
  private final PublishService publish;
  private final TenantSettingsLookup tenants;
  private final Caller caller;
  private final PublicationFields reader = new PublicationFields(new PublishReader());

  OutboxPublisher(
      OutboxSource source, PublishService publish, TenantSettingsLookup tenants, WallClock clock) {
    this.source = source;
    this.publish = publish;
    this.tenants = tenants;
    this.caller =
        new Caller(
            source.tenant(),
            "outbox-" + source.id(),
            Set.of(),
            Instant.ofEpochMilli(clock.nowMillis()),
            Instant.MAX,
            Map.of(),
            "outbox");
  }

  /** Returns the length up to which payloads can be published. */
  long maxPayloadBytes() {
    return tenants.of(source.tenant()).publish().maxPayloadBytes();
  }

  /**
   * Publishes rows in their order, and waits for the store.
   *
   * @return a verdict for each row
   */
  List<RowVerdict> publish(List<OutboxRow> rows) {
    TenantSettings tenant = tenants.of(source.tenant());
    if (!tenant.state().isServed()) {
      return all(rows, "the tenant " + source.tenant() + " is not served now");
    }
    List<@Nullable RowVerdict> refused = new ArrayList<>(rows.size());
    List<PublishRequest> requests = new ArrayList<>(rows.size());
    for (OutboxRow row : rows) {
      Problem problem = tooLong(row, tenant.publish());
      if (problem == null) {
        PublishReader.Item item = reader.read(fields(row), tenant.publish());
        problem = item.request() == null ? item.problem() : notAllowed(item.request());
        if (problem == null && item.request() != null) {
          requests.add(item.request());
        }
      }
      refused.add(problem == null ? null : refusal(problem));
    }
    List<PublishOutcome> outcomes;
    try {
      outcomes =
          publish
              .publishAuthorized(caller, requests)
              .toCompletableFuture()
              .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      return all(rows, "the store of the streams does not answer: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return all(rows, "this node stops");
    }
    return verdicts(refused, outcomes);
  }

  private static List<RowVerdict> verdicts(
      List<@Nullable RowVerdict> refused, List<PublishOutcome> outcomes) {
    List<RowVerdict> verdicts = new ArrayList<>(refused.size());
    int next = 0;
    for (RowVerdict refusal : refused) {
      verdicts.add(refusal == null ? verdict(outcomes.get(next++)) : refusal);
    }
    return verdicts;
  }

  private static RowVerdict verdict(PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Published || outcome instanceof PublishOutcome.Queued) {
      return PUBLISHED;
    }
    if (outcome instanceof PublishOutcome.Rejected rejected) {
      return new RowVerdict.Refused(Code.INVALID_REQUEST.wireName(), rejected.reason());
    }
    if (outcome instanceof PublishOutcome.TooManyChannels many) {
      return new RowVerdict.Refused(
          Code.CHANNEL_QUOTA.wireName(),
          "this would be another channel than the " + many.quota() + " that the tenant may have");
    }
    if (outcome instanceof PublishOutcome.NoMemory) {
      return new RowVerdict.Postponed("the memory for streams, or for their ids, is used up");
    }
    return new RowVerdict.Postponed(
        outcome instanceof PublishOutcome.Unavailable unavailable
            ? unavailable.reason()
            : "the publication was answered with " + outcome.getClass().getSimpleName());
  }

  private static List<RowVerdict> all(List<OutboxRow> rows, String reason) {
    List<RowVerdict> verdicts = new ArrayList<>(rows.size());
    RowVerdict postponed = new RowVerdict.Postponed(reason);
    rows.forEach(row -> verdicts.add(postponed));
    return verdicts;
  }

  private static RowVerdict refusal(Problem problem) {
    return new RowVerdict.Refused(problem.code().wireName(), problem.detail());
  }

  private static @Nullable Problem tooLong(OutboxRow row, PublishCaps caps) {
    return row.payload() == null
        ? Problem.of(
            Code.PAYLOAD_TOO_LARGE,
            "`payload` has "
                + row.payloadBytes()
                + " bytes; at most "
                + caps.maxPayloadBytes()
                + " are allowed")
        : null;
  }

  private @Nullable Problem notAllowed(PublishRequest request) {
    return source.allows(request.channel())
        ? null
        : Problem.of(
            Code.FORBIDDEN,
            "broadcasty.outbox." + source.id() + ".channels does not contain this channel");
  }

  private Map<String, Object> fields(OutboxRow row) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("channel", row.channel());
    fields.put("payload", utf8(String.valueOf(row.payload())));
    fields.put("id", row.publicationId(source.id()));
    if (row.event() != null) {
      fields.put("event", row.event());
    }
    if (row.partitionKey() != null) {
      fields.put("partitionKey", row.partitionKey());
    }
    if (row.headers() != null) {
      fields.put("headers", utf8(row.headers()));
    }
    return fields;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
