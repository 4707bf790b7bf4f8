package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.tenant.TenantId;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps which devices users have. One address is one subscription of a tenant, whoever registers
 * it.
 *
 * <p>Every method may block, and throws a {@link PushStoreException} when the store cannot be
 * reached; trying again later is right. Shared by nodes.
 */
@ThreadSafe
public interface SubscriptionStore {

  /** The most devices of one user; beyond it the one that was registered longest ago goes. */
  int MAX_DEVICES = 50;

  /**
   * Registers an address, or registers it again: it keeps its id then, and gets the keys, the user
   * and the name given. A device that changes hands leaves the topics of its former user.
   *
   * @param topics what it follows from now on; null for what it follows already
   * @return as it is kept, safely
   */
  PushSubscription save(
      TenantId tenant,
      String user,
      DeviceAddress address,
      @Nullable String device,
      @Nullable Collection<ChannelName> topics,
      long nowMillis);

  /** A user's, the one that was registered last first. */
  List<PushSubscription> ofUser(TenantId tenant, String user);

  /**
   * Forgets one.
   *
   * @param user whose it must be; null for anybody's
   * @return whether it was there
   */
  boolean remove(TenantId tenant, String id, @Nullable String user);

  /**
   * Finds devices, each once.
   *
   * @param limit at least 1; there are more when the answer has so many
   */
  List<Recipient> find(TenantId tenant, Audience audience, int limit);
}
