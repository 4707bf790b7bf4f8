package io.broadcasty.admin.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates the tenants of valid tokens that nobody has created, so that operators find them in their
 * list and can limit or suspend them. A caller does not wait for that: a tenant is served by the
 * settings of the configuration meanwhile.
 */
@ThreadSafe
public final class FirstSightTenants implements Authenticator, ControlListener {

  private static final System.Logger LOG = System.getLogger(FirstSightTenants.class.getName());
  private static final TenantChange NOTHING = new TenantChange(null, null, Map.of());

  /** Bounds the memory; a tenant that is forgotten costs one more look-up. */
  private static final int MAX_REMEMBERED = 100_000;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final Authenticator inner;
  private final Supplier<TenantAdministration> tenants;
  private final Executor executor;
  private final Ticker ticker;
  private final Set<TenantId> seen = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Long failedNanos;

  /**
   * @param inner verifies the tokens, and refuses tenants that are not served
   * @param tenants asked for at the first new tenant
   * @param executor looks tenants up and creates them, which may block on the database
   */
  public FirstSightTenants(
      Authenticator inner,
      Supplier<TenantAdministration> tenants,
      Executor executor,
      Ticker ticker) {
    this.inner = inner;
    this.tenants = tenants;
    this.executor = executor;
    this.ticker = ticker;
  }

  @Override
  public Verdict authenticate(String token) {
    return authenticate(token, null);
  }

  @Override
  public Verdict authenticate(String token, @Nullable String address) {
    return noticed(inner.authenticate(token, address));
  }

  @Override
  public Verdict authenticate(SignedRequest request, @Nullable String address) {
    return noticed(inner.authenticate(request, address));
  }

  private Verdict noticed(Verdict verdict) {
    if (verdict instanceof Authenticated authenticated) {
      TenantId tenant = authenticated.caller().tenant();
      if (!seen.contains(tenant) && !isTooEarly()) {
        schedule(tenant);
      }
    }
    return verdict;
  }

  private boolean isTooEarly() {
    Long failed = failedNanos;
    return failed != null && ticker.readNanos() - failed < RETRY_AFTER.toNanos();
  }

  private void schedule(TenantId tenant) {
    if (seen.size() >= MAX_REMEMBERED) {
      seen.clear();
    }
    if (!seen.add(tenant)) {
      return;
    }
    try {
      executor.execute(() -> create(tenant));
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "The node is stopping", e);
    }
  }

  private void create(TenantId tenant) {
    TenantOutcome outcome = tenants.get().find(tenant);
    if (outcome instanceof TenantOutcome.Missing) {
      outcome = tenants.get().create(tenant, NOTHING);
      if (outcome instanceof TenantOutcome.Stored) {
        LOG.log(Level.INFO, "The tenant {0} was created at its first valid token", tenant);
      }
    }
    if (outcome instanceof TenantOutcome.Unavailable) {
      failedNanos = ticker.readNanos();
      seen.remove(tenant);
    } else if (outcome instanceof TenantOutcome.Invalid invalid) {
      LOG.log(Level.WARNING, "The tenant {0} cannot be created: {1}", tenant, invalid.reason());
    }
  }

  /** A tenant that was deleted is created again when its callers come back. */
  @Override
  public void onMessage(ControlMessage message) {
    if (message instanceof ControlMessage.SettingsChanged changed) {
      if (changed.tenant() == null) {
        seen.clear();
      } else {
        seen.remove(changed.tenant());
      }
    }
  }

  @Override
  public void onMissed() {
    seen.clear();
  }

  /** Hides the wrapped authenticator, which may hold keys. */
  @Override
  public String toString() {
    return "FirstSightTenants";
  }
}
