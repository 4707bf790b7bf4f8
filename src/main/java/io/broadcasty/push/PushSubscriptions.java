package io.broadcasty.push;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.auth.Caller;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.ratelimit.RateKey;
import io.broadcasty.ratelimit.RateLimiter;
import io.broadcasty.rbac.Action;
import io.broadcasty.rbac.Policy;
import io.broadcasty.time.WallClock;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The use case of managing devices: users register, list and remove their own; a back end that may
 * publish does so for any user of its tenant.
 *
 * <p>May block on the store and throws its {@link PushStoreException}.
 */
@ThreadSafe
public record PushSubscriptions(
    EnabledServices services,
    Policy policy,
    RateLimiter limits,
    SubscriptionStore store,
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
  public PushAnswer register(Caller caller, Registration registration) {
    PushProvider provider = services.find(registration.address().service());
    if (provider == null) {
      return services.isEmpty()
          ? new PushAnswer.Off(null, services.services())
          : new PushAnswer.Off(registration.address().service(), services.services());
    }
    String user = registration.user() == null ? caller.subject() : registration.user();
    PushAnswer refusal = refusal(caller, user);
    if (refusal != null) {
      return refusal;
    }
    if (registration.topics() != null) {
      if (registration.topics().size() > MAX_TOPICS) {
        return new PushAnswer.Invalid("a device has at most " + MAX_TOPICS + " `topics`");
      }
      for (ChannelName topic : registration.topics()) {
        if (!policy.allows(caller, topic, Action.SUBSCRIBE)) {
          return new PushAnswer.Denied("your roles do not allow following `" + topic + "`");
        }
      }
    }
    try {
      provider.check(registration.address());
    } catch (InvalidDeviceException e) {
      return new PushAnswer.Invalid(String.valueOf(e.getMessage()));
    }
    return new PushAnswer.Registered(
        store.save(
            caller.tenant(),
            user,
            registration.address(),
            registration.device(),
            registration.topics(),
            clock.nowMillis()));
  }

  /**
   * Lists the devices of a user.
   *
   * @param user null for the caller
   */
  public PushAnswer list(Caller caller, @Nullable String user) {
    String whose = user == null ? caller.subject() : user;
    PushAnswer refusal = off();
    if (refusal == null) {
      refusal = refusal(caller, whose);
    }
    return refusal != null ? refusal : new PushAnswer.Devices(store.ofUser(caller.tenant(), whose));
  }

  /** Removes a device. */
  public PushAnswer remove(Caller caller, String id) {
    PushAnswer refusal = off();
    if (refusal == null) {
      refusal = refusal(caller, caller.subject());
    }
    if (refusal != null) {
      return refusal;
    }
    String user = PushRights.overUsers(caller) ? null : caller.subject();
    return store.remove(caller.tenant(), id, user)
        ? new PushAnswer.Removed(id)
        : new PushAnswer.Unknown();
  }

  private @Nullable PushAnswer off() {
    return services.isEmpty() ? new PushAnswer.Off(null, services.services()) : null;
  }

  /** Returns why the request is refused; null when it is allowed. */
  private @Nullable PushAnswer refusal(Caller caller, String user) {
    if (!user.equals(caller.subject()) && !PushRights.overUsers(caller)) {
      return new PushAnswer.Denied(
          "with this token the user is its subject, `"
              + caller.subject()
              + "`; for another user "
              + PushRights.NEEDED);
    }
    RateLimiter.Verdict verdict =
        limits.tryAcquire(RateKey.ofUser(caller.tenant(), caller.subject()), 1);
    return verdict.granted() ? null : new PushAnswer.Throttled(verdict);
  }
}
