package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.device.Confirmation;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.DeviceRegistration;
import io.broadcasty.push.device.InvalidDeviceException;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.RegisteredDevice;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviders;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The use case of managing devices: users register, list and remove their own; a back end that may
 * publish does so for any user of its tenant.
 *
 * <p>May block on the store and throws its {@link PushStoreException}.
 */
@ThreadSafe
public record PushSubscriptions(
    PushProviders services,
    Policy policy,
    RateLimiter limits,
    PushSubscriptionStore store,
    WallClock clock) {

  /** The most topics of one device. */
  public static final int MAX_TOPICS = 100;

  /**
   * A request to register a device.
   *
   * @param user its user; null for the caller
   * @param device the user's name for the device; null for none
   * @param topics what it follows from now on; null to keep what it follows already
   */
  public record Registration(
      DeviceAddress address,
      @Nullable String user,
      @Nullable String device,
      @Nullable Collection<ChannelName> topics) {}

  /** Registers a device, or confirms its registration. */
  public PushResult register(Caller caller, Registration registration) {
    PushProvider provider = services.find(registration.address().service());
    if (provider == null) {
      return services.isEmpty()
          ? new PushResult.Disabled(null, services.services())
          : new PushResult.Disabled(registration.address().service(), services.services());
    }
    String user = registration.user() == null ? caller.subject() : registration.user();
    PushResult refusal = refusal(caller, user);
    if (refusal != null) {
      return refusal;
    }
    if (registration.topics() != null) {
      if (registration.topics().size() > MAX_TOPICS) {
        return new PushResult.Invalid("a device has at most " + MAX_TOPICS + " `topics`");
      }
      for (ChannelName topic : registration.topics()) {
        if (!policy.allows(caller, topic, Action.SUBSCRIBE)) {
          return denied(caller, user, registration.address(), topic);
        }
      }
    }
    try {
      provider.validate(registration.address());
    } catch (InvalidDeviceException e) {
      return new PushResult.Invalid(String.valueOf(e.getMessage()));
    }
    RegisteredDevice saved =
        store.save(
            caller.tenant(),
            new DeviceRegistration(
                user,
                registration.address(),
                registration.device(),
                registration.topics(),
                confirmation(caller)),
            topic -> policy.allows(caller, topic, Action.SUBSCRIBE));
    return new PushResult.Registered(saved.subscription(), saved.dropped());
  }

  /**
   * Refuses a topic. What the device follows already is checked too, or a user who has lost a role
   * could keep it by asking for more.
   */
  private PushResult denied(Caller caller, String user, DeviceAddress address, ChannelName topic) {
    List<ChannelName> dropped =
        user.equals(caller.subject())
            ? store.restrict(
                caller.tenant(),
                address,
                confirmation(caller),
                each -> policy.allows(caller, each, Action.SUBSCRIBE))
            : List.of();
    return new PushResult.Denied(
        "your roles do not allow following `"
            + topic
            + "`"
            + (dropped.isEmpty() ? "" : "; the device does not follow " + dropped + " any more"));
  }

  private Confirmation confirmation(Caller caller) {
    return new Confirmation(caller.subject(), caller.roles(), clock.nowMillis());
  }

  /**
   * Lists the devices of a user.
   *
   * @param user null for the caller
   */
  public PushResult list(Caller caller, @Nullable String user) {
    String whose = user == null ? caller.subject() : user;
    PushResult refusal = disabled();
    if (refusal == null) {
      refusal = refusal(caller, whose);
    }
    return refusal != null
        ? refusal
        : new PushResult.Devices(store.findByUser(caller.tenant(), whose));
  }

  /** Removes a device. */
  public PushResult remove(Caller caller, String id) {
    PushResult refusal = disabled();
    if (refusal == null) {
      refusal = refusal(caller, caller.subject());
    }
    if (refusal != null) {
      return refusal;
    }
    String user = PushRights.mayManageUsers(caller) ? null : caller.subject();
    return store.remove(caller.tenant(), id, user)
        ? new PushResult.Removed(id)
        : new PushResult.NotFound();
  }

  /**
   * Removes all devices of a user, so that they get nothing any more, nor what waits to be sent,
   * until they are registered again. Who may do that is decided by the caller of this method.
   *
   * @return how many were removed
   */
  public int removeAll(TenantId tenant, String user) {
    if (services.isEmpty()) {
      return 0;
    }
    int removed = 0;
    for (PushSubscription device : store.findByUser(tenant, user)) {
      if (store.remove(tenant, device.id(), user)) {
        removed++;
      }
    }
    return removed;
  }

  private @Nullable PushResult disabled() {
    return services.isEmpty() ? new PushResult.Disabled(null, services.services()) : null;
  }

  /** Returns why the request is refused; null when it is allowed. */
  private @Nullable PushResult refusal(Caller caller, String user) {
    if (!user.equals(caller.subject()) && !PushRights.mayManageUsers(caller)) {
      return new PushResult.Denied(
          "with this token the user is its subject, `"
              + caller.subject()
              + "`; for another user "
              + PushRights.REQUIRED_ROLES);
    }
    RateLimiter.Verdict verdict = limits.tryAcquireRequest(caller.tenant(), caller.subject());
    return verdict.granted() ? null : new PushResult.Throttled(verdict);
  }
}
