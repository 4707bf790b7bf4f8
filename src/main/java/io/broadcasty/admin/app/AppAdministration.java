package io.broadcasty.admin.app;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.secret.SecretException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The use case: administrators create, change, rotate and delete apps. Where a tenant is given, the
 * app must be that tenant's; null stands for any. Every method may block.
 */
@ThreadSafe
public final class AppAdministration {

  /** How many stored apps a tenant may have. */
  public static final int MAX_APPS = 50;

  private static final System.Logger LOG = System.getLogger(AppAdministration.class.getName());
  private static final int MAX_NAME = 200;
  private static final int MAX_DATA_BYTES = 1024 * 1024;
  private static final int KEY_BYTES = 10;
  private static final int SECRET_BYTES = 20;
  private static final int ATTEMPTS = 5;

  /** Ids have nine digits, which leaves others to the configuration. */
  private static final int FIRST_ID = 100_000_000;

  private static final int LAST_ID = 999_999_999;

  private final @Nullable AppStore stored;
  private final Apps apps;
  private final MasterKeys masterKeys;
  private final WallClock clock;

  @SuppressWarnings("ThreadSafe") // may be called by any thread
  private final Runnable changed;

  private final SecureRandom random = new SecureRandom();

  /**
   * @param stored null when there is no database
   * @param apps all that this node knows
   * @param changed is called after each change
   */
  public AppAdministration(
      @Nullable AppStore stored,
      Apps apps,
      MasterKeys masterKeys,
      WallClock clock,
      Runnable changed) {
    this.stored = stored;
    this.apps = apps;
    this.masterKeys = masterKeys;
    this.clock = clock;
    this.changed = changed;
  }

  /** Returns what the secrets of an app are bound to. */
  static String context(String id) {
    return "app:" + id;
  }

  /** Returns the stored apps of a tenant in the order of their ids. */
  public AppOutcome list(TenantId tenant) {
    return call(store -> new AppOutcome.All(store.list(tenant)));
  }

  /** Returns a stored app. */
  public AppOutcome find(@Nullable TenantId tenant, String id) {
    return call(
        store -> {
          StoredApp found = find(store, tenant, id);
          return found == null ? new AppOutcome.Missing() : new AppOutcome.Found(found);
        });
  }

  private static @Nullable StoredApp find(AppStore store, @Nullable TenantId tenant, String id) {
    StoredApp found = id.matches("[0-9]{1,20}") ? store.find(id) : null;
    return found == null || (tenant != null && !tenant.equals(found.tenant())) ? null : found;
  }

  /**
   * Creates an app with its first key and secret.
   *
   * @param concerned is told the app before it is stored
   */
  public AppOutcome create(TenantId tenant, AppOptions options, Consumer<StoredApp> concerned) {
    String fault = fault(options);
    if (fault != null) {
      return new AppOutcome.Invalid(fault);
    }
    return callEncrypting(
        store -> {
          if (store.list(tenant).size() >= MAX_APPS) {
            return new AppOutcome.Invalid("a tenant can have " + MAX_APPS + " apps; delete one");
          }
          for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String id = Integer.toString(random.nextInt(FIRST_ID, LAST_ID));
            String secret = hex(SECRET_BYTES);
            long now = clock.nowMillis();
            StoredApp app =
                new StoredApp(
                    id, tenant, options, credentials(id, hex(KEY_BYTES), secret), now, now, 1);
            if (apps.byId(id) == null && apps.byKey(app.credentials().key()) == null) {
              concerned.accept(app);
              if (store.insert(app)) {
                changed.run();
                return new AppOutcome.Issued(app, secret);
              }
            }
          }
          return new AppOutcome.Conflict();
        });
  }

  private static @Nullable String fault(AppOptions options) {
    if (options.name().isBlank() || options.name().length() > MAX_NAME) {
      return "`name` must have 1 to " + MAX_NAME + " characters";
    }
    return options.maxDataBytes() < 1 || options.maxDataBytes() > MAX_DATA_BYTES
        ? "`maxDataBytes` must be 1 to " + MAX_DATA_BYTES
        : null;
  }

  private String hex(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private AppCredentials credentials(String id, String key, String secret) {
    return new AppCredentials(
        key, masterKeys.currentId(), masterKeys.encrypt(secret, context(id)), "", "", 0);
  }

  /**
   * Changes an app.
   *
   * @param change returns the options that the app gets, given those that it has
   * @param concerned is told the app as it is, before it changes
   */
  public AppOutcome update(
      @Nullable TenantId tenant,
      String id,
      Function<AppOptions, AppOptions> change,
      Consumer<StoredApp> concerned) {
    return change(
        tenant,
        id,
        concerned,
        (app, now) -> {
          AppOptions options = change.apply(app.options());
          String fault = fault(options);
          return fault == null
              ? new Changed(app.with(options, app.credentials(), now), AppOutcome.Found::new)
              : new Refused(new AppOutcome.Invalid(fault));
        });
  }

  /**
   * Gives an app a new key with a new secret; the present pair stays valid for a time.
   *
   * @param replace whether the newer of two valid pairs is replaced; otherwise that is refused,
   *     since a rotation whose answer was lost must not end the pair that clients use
   * @param concerned is told the app as it is, before it changes
   */
  public AppOutcome rotate(
      @Nullable TenantId tenant,
      String id,
      Duration overlap,
      boolean replace,
      Consumer<StoredApp> concerned) {
    if (cannotEncrypt()) {
      return noMasterKey();
    }
    return change(
        tenant,
        id,
        concerned,
        (app, now) -> {
          AppCredentials before = app.credentials();
          boolean pending = before.isRotating(now);
          if (pending && !replace) {
            return new Refused(new AppOutcome.RotationPending(before.previousUntilMillis()));
          }
          String secret = hex(SECRET_BYTES);
          AppCredentials fresh = credentials(id, hex(KEY_BYTES), secret);
          if (!overlap.isZero()) {
            try {
              fresh =
                  new AppCredentials(
                      fresh.key(),
                      fresh.masterKeyId(),
                      fresh.secret(),
                      pending ? before.previousKey() : before.key(),
                      reencrypt(app, pending ? before.previousSecret() : before.secret()),
                      now + overlap.toMillis());
            } catch (SecretException e) {
              return new Refused(
                  new AppOutcome.Invalid(
                      "the present secret cannot be decrypted: "
                          + e.getMessage()
                          + "; rotate without overlap"));
            }
          }
          return new Changed(
              app.with(app.options(), fresh, now),
              replaced -> new AppOutcome.Issued(replaced, secret));
        });
  }

  private String reencrypt(StoredApp app, String secret) throws SecretException {
    String context = context(app.id());
    return secret.isEmpty()
        ? ""
        : masterKeys.encrypt(
            masterKeys.decrypt(app.credentials().masterKeyId(), secret, context), context);
  }

  /** Deletes an app; its connections end. */
  public AppOutcome delete(@Nullable TenantId tenant, String id, Consumer<StoredApp> concerned) {
    return call(
        store -> {
          StoredApp found = find(store, tenant, id);
          if (found == null) {
            return new AppOutcome.Missing();
          }
          concerned.accept(found);
          if (!store.delete(id)) {
            return new AppOutcome.Missing();
          }
          changed.run();
          return new AppOutcome.Deleted(found);
        });
  }

  /** Deletes all apps of a tenant; returns whether all are deleted. */
  public boolean deleteAll(TenantId tenant) {
    AppOutcome outcome =
        call(
            store -> {
              List<StoredApp> all = store.list(tenant);
              for (StoredApp each : all) {
                var unused = store.delete(each.id());
              }
              changed.run();
              return new AppOutcome.All(all);
            });
    return !(outcome instanceof AppOutcome.Unavailable);
  }

  /** Encrypts all secrets with the current master key that another one has encrypted. */
  public AppOutcome rotateMaster() {
    return callEncrypting(
        store -> {
          int encrypted = 0;
          int failed = 0;
          for (StoredApp each : store.list(null)) {
            AppCredentials before = each.credentials();
            if (before.masterKeyId().equals(masterKeys.currentId())) {
              continue;
            }
            try {
              AppCredentials again =
                  new AppCredentials(
                      before.key(),
                      masterKeys.currentId(),
                      reencrypt(each, before.secret()),
                      before.previousKey(),
                      reencrypt(each, before.previousSecret()),
                      before.previousUntilMillis());
              StoredApp wanted = each.with(each.options(), again, each.updatedAtMillis());
              encrypted += store.replace(wanted) == null ? 0 : 1;
            } catch (SecretException e) {
              failed++;
              LOG.log(Level.WARNING, "An app cannot be encrypted again: {0}", e.getMessage());
            }
          }
          return new AppOutcome.Encrypted(encrypted, failed);
        });
  }

  /** What comes of an app as it was found. */
  private sealed interface Decision {}

  private record Changed(StoredApp app, Function<StoredApp, AppOutcome> stored)
      implements Decision {}

  private record Refused(AppOutcome outcome) implements Decision {}

  private AppOutcome change(
      @Nullable TenantId tenant,
      String id,
      Consumer<StoredApp> concerned,
      BiFunction<StoredApp, Long, Decision> decide) {
    return call(
        store -> {
          for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            StoredApp found = find(store, tenant, id);
            if (found == null) {
              return new AppOutcome.Missing();
            }
            concerned.accept(found);
            Decision decision = decide.apply(found, clock.nowMillis());
            if (decision instanceof Refused refused) {
              return refused.outcome();
            }
            Changed wanted = (Changed) decision;
            StoredApp replaced = store.replace(wanted.app());
            if (replaced != null) {
              changed.run();
              return wanted.stored().apply(replaced);
            }
          }
          return new AppOutcome.Conflict();
        });
  }

  private AppOutcome callEncrypting(Function<AppStore, AppOutcome> work) {
    return cannotEncrypt() ? noMasterKey() : call(work);
  }

  private boolean cannotEncrypt() {
    return stored != null && masterKeys.isEmpty();
  }

  private static AppOutcome noMasterKey() {
    return new AppOutcome.Off(
        "secrets of apps are encrypted, and this node has no key for that; set"
            + " `broadcasty.master-key`");
  }

  private AppOutcome call(Function<AppStore, AppOutcome> work) {
    AppStore store = stored;
    if (store == null) {
      return new AppOutcome.Off(
          "apps are stored in a relational database, and this node uses none; see"
              + " `broadcasty.replay.store`, or configure apps (`broadcasty.apps.{id}.key`)");
    }
    try {
      return work.apply(store);
    } catch (AppStoreException e) {
      LOG.log(Level.WARNING, "Apps cannot be read or changed", e);
      return new AppOutcome.Unavailable();
    }
  }
}
