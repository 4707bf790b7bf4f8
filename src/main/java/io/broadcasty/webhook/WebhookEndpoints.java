package io.broadcasty.webhook;

import com.google.errorprone.annotations.CheckReturnValue;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Port: the endpoints, and which node sends to each. One node at a time holds an endpoint, by a
 * lease: so its messages keep their order, its rate holds for the whole cluster, and one that hangs
 * costs nobody else anything.
 *
 * <p>Every method blocks, and throws {@link WebhookStoreException} when the store cannot be
 * reached.
 */
@ThreadSafe
@CheckReturnValue
public interface WebhookEndpoints {

  /** Returns an endpoint; null when there is none. */
  @Nullable WebhookEndpoint find(String id);

  /**
   * Returns endpoints of a tenant in the order of their ids.
   *
   * @param after begins behind this id; empty for the first
   */
  List<WebhookEndpoint> list(TenantId tenant, String after, int limit);

  /** Returns the active endpoints of a tenant. */
  List<WebhookEndpoint> active(TenantId tenant);

  /** Returns how many endpoints a tenant has. */
  int count(TenantId tenant);

  /** Stores a new endpoint, durably. */
  void insert(WebhookEndpoint endpoint);

  /**
   * Stores a changed endpoint.
   *
   * @param changed with the revision that it was read with
   * @return what is stored; null when others have changed or deleted it meanwhile
   */
  @Nullable WebhookEndpoint replace(WebhookEndpoint changed);

  /** Deletes an endpoint with all of its messages; returns whether there was one. */
  boolean delete(String id);

  /** Returns endpoints with secrets that other master keys have encrypted. */
  List<WebhookEndpoint> encryptedByOthers(String keyId);

  /** Makes these the endpoints that come from the configuration, and no others. */
  void configure(List<WebhookEndpoint> configured);

  /**
   * Takes endpoints that no node holds and that have messages due.
   *
   * @param owner the node, different for each run
   * @param max the most that are taken
   */
  List<WebhookEndpoint> claim(String owner, Duration lease, int max);

  /** Renews the leases of a node; returns the endpoints that it still holds, as they are now. */
  List<WebhookEndpoint> renew(String owner, Duration lease);

  /** Gives endpoints back. */
  void release(String owner, Collection<String> ids);

  /**
   * Stores whether an endpoint fails.
   *
   * @param sinceMillis since when; 0 when it has answered
   */
  void setFailing(String id, long sinceMillis);

  /** Disables an active endpoint; returns whether it was active. */
  boolean disable(String id);
}
