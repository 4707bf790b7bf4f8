package io.broadcasty.webhook;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Port: the messages to endpoints, from the event until they are deleted. Each outlives the process
 * once {@link #add} has returned, and is sent at least once; a repetition has the same id.
 *
 * <p>Every method blocks, and throws {@link WebhookStoreException} when the store cannot be
 * reached.
 */
@ThreadSafe
@CheckReturnValue
public interface WebhookOutbox {

  /**
   * Adds messages in their order, all or none, durably. One whose type {@link
   * WebhookEventType#cancels cancels} another removes a message of that type about the same channel
   * and user that is not due yet; then neither is sent.
   */
  void add(List<WebhookMessage> messages);

  /** Returns messages of an endpoint that are due, in order of time. */
  List<WebhookDelivery> due(String endpointId, int limit);

  /**
   * Stores the results of attempts, all or none. A delivery that has had another attempt meanwhile
   * keeps the result of that one.
   */
  void record(List<AttemptResult> results);

  /**
   * Returns messages of an endpoint, the latest first.
   *
   * @param state null for any
   * @param before only those with a lower number; {@link Long#MAX_VALUE} for the latest
   */
  List<WebhookDelivery> list(
      String endpointId, WebhookDelivery.@Nullable State state, long before, int limit);

  /** Returns a message; null when there is none. */
  @Nullable WebhookDelivery find(String endpointId, String messageId);

  /** Returns the attempts to deliver a message, in their order. */
  List<WebhookAttempt> attempts(long number);

  /** Has a message sent again at once, with all attempts; returns whether there is such a one. */
  boolean resend(String endpointId, String messageId);

  /**
   * Has finished messages sent again that were made at or after a time.
   *
   * @param state null for those of any state
   * @param limit the most that are sent again
   * @return how many
   */
  int resendSince(
      String endpointId, WebhookDelivery.@Nullable State state, long sinceMillis, int limit);

  /**
   * Returns messages about a user, in the order of their numbers.
   *
   * @param after begins behind this number
   */
  List<WebhookDelivery> ofUser(TenantId tenant, String user, long after, int limit);

  /** Deletes messages about a user, also those that wait; returns how many there were. */
  int deleteOfUser(TenantId tenant, String user);

  /** Deletes messages that were made before a time, and their attempts. */
  void prune(long beforeMillis);
}
