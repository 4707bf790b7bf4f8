package io.broadcasty.push.device;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores the devices of users. One address is one subscription of a tenant, whichever user
 * registers it.
 *
 * <p>Every method may block, and throws a {@link PushStoreException} when the store cannot be
 * reached; trying again later is right. Shared by nodes.
 */
@ThreadSafe
public interface PushSubscriptionStore {

  /** The most devices of one user; one more replaces the one that was registered longest ago. */
  int MAX_DEVICES = 50;

  /**
   * Registers an address, or registers it again: then it keeps its id, and gets the given keys,
   * user and name. A device that changes its user loses the topics of the former one.
   *
   * @param topics what it follows from now on; null to keep what it follows already
   * @return the subscription as stored, durably
   */
  PushSubscription save(
      TenantId tenant,
      String user,
      DeviceAddress address,
      @Nullable String device,
      @Nullable Collection<ChannelName> topics,
      long nowMillis);

  /** Returns a user's devices, the one that was registered last first. */
  List<PushSubscription> findByUser(TenantId tenant, String user);

  /**
   * Removes a device.
   *
   * @param user the user it must belong to; null for any
   * @return whether it was stored
   */
  boolean remove(TenantId tenant, String id, @Nullable String user);

  /**
   * Finds the devices of an audience, each once.
   *
   * @param limit at least 1; there may be more when the result has this many
   */
  List<Recipient> find(TenantId tenant, Audience audience, int limit);
}
