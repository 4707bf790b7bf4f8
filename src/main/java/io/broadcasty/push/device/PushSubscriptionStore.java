package io.broadcasty.push.device;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.function.Predicate;
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
   * user, name and confirmation. A device that changes its user loses the topics of the former one.
   *
   * <p>Without topics it keeps those that it may still follow. When somebody other than its user
   * registers it again without topics, the roles say nothing about the user: the device then keeps
   * its topics and its former confirmation.
   *
   * @param mayFollow whether the confirming caller may follow a topic
   * @return the subscription as stored, durably, and the topics that it lost
   */
  RegisteredDevice save(
      TenantId tenant, DeviceRegistration registration, Predicate<ChannelName> mayFollow);

  /**
   * Applies a confirmation to a device of its user that is registered already, without registering
   * it again: it loses the topics that it may not follow any more.
   *
   * @param mayFollow whether the confirming caller may follow a topic
   * @return the topics that it lost, in order; none when the user has no such device
   */
  List<ChannelName> restrict(
      TenantId tenant,
      DeviceAddress address,
      Confirmation confirmation,
      Predicate<ChannelName> mayFollow);

  /**
   * Forgets the roles with which a user's devices were confirmed, until they are confirmed again.
   *
   * @param tenant null for every tenant
   * @return how many devices had such roles
   */
  int forgetRoles(@Nullable TenantId tenant, String user);

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
   * Finds the devices of an audience, each once: those that are named, and those that follow a
   * topic and may.
   *
   * @param limit at least 1, the most devices looked at for each topic; there may be more when the
   *     result has this many
   */
  List<Recipient> find(TenantId tenant, Audience audience, FollowerPolicy followers, int limit);
}
