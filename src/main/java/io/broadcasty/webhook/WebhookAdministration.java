package io.broadcasty.webhook;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.App;
import io.broadcasty.core.http.EndpointGuard;
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
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The use case: administrators create, change, rotate and delete endpoints. Where a tenant is
 * given, the endpoint must be that tenant's; null stands for any. Every method may block.
 */
@ThreadSafe
public final class WebhookAdministration {

  /** How many endpoints a tenant may have. */
  public static final int MAX_ENDPOINTS = 50;

  /** How many endpoints or messages a page has at most. */
  public static final int MAX_PAGE = 1000;

  private static final System.Logger LOG = System.getLogger(WebhookAdministration.class.getName());
  private static final Pattern ID = Pattern.compile("wh_[0-9a-f]{16}|app-[0-9]{1,20}");
  private static final int ID_BYTES = 8;
  private static final int ATTEMPTS = 5;

  private final @Nullable WebhookEndpoints stored;
  private final EndpointChecks checks;
  private final MasterKeys masterKeys;
  private final WallClock clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param stored null when there is no database
   * @param apps returns the app of an id; null for none
   */
  public WebhookAdministration(
      @Nullable WebhookEndpoints stored,
      EndpointGuard guard,
      Function<String, @Nullable App> apps,
      MasterKeys masterKeys,
      WallClock clock) {
    this.stored = stored;
    this.checks = new EndpointChecks(guard, apps);
    this.masterKeys = masterKeys;
    this.clock = clock;
  }

  /** Returns whether a text has the form of an endpoint's id. */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** Returns endpoints of a tenant in the order of their ids, behind one. */
  public WebhookOutcome list(TenantId tenant, String after, int limit) {
    return call(
        endpoints -> {
          List<WebhookEndpoint> found = endpoints.list(tenant, after, limit + 1);
          return found.size() > limit
              ? new WebhookOutcome.Page(found.subList(0, limit), true)
              : new WebhookOutcome.Page(found, false);
        });
  }

  /** Returns an endpoint. */
  public WebhookOutcome find(@Nullable TenantId tenant, String id) {
    return call(
        endpoints -> {
          WebhookEndpoint found = find(endpoints, tenant, id);
          return found == null ? new WebhookOutcome.Missing() : new WebhookOutcome.Found(found);
        });
  }

  static @Nullable WebhookEndpoint find(
      WebhookEndpoints endpoints, @Nullable TenantId tenant, String id) {
    WebhookEndpoint found = isId(id) ? endpoints.find(id) : null;
    return found == null || (tenant != null && !tenant.equals(found.tenant())) ? null : found;
  }

  /**
   * Creates an endpoint, with a secret of its own unless an app signs.
   *
   * @param secret that of the receiver, {@code whsec_…}; null for a new one
   * @param concerned is told the endpoint before it is stored
   */
  public WebhookOutcome create(
      TenantId tenant,
      EndpointOptions options,
      @Nullable String secret,
      Consumer<WebhookEndpoint> concerned) {
    String fault = checks.fault(tenant, options);
    fault = fault == null ? secretFault(options, secret) : fault;
    if (fault != null) {
      return new WebhookOutcome.Invalid(fault);
    }
    return call(
        endpoints -> {
          if (endpoints.count(tenant) >= MAX_ENDPOINTS) {
            return new WebhookOutcome.Invalid(
                "a tenant can have " + MAX_ENDPOINTS + " endpoints; delete one");
          }
          String id = newId();
          boolean own = options.format() != WebhookFormat.PUSHER;
          if (own && masterKeys.isEmpty()) {
            return noMasterKey();
          }
          WebhookSecret made =
              secret == null ? newSecret(options.format()) : new WebhookSecret(secret);
          long now = clock.nowMillis();
          WebhookEndpoint endpoint =
              new WebhookEndpoint(
                  id,
                  tenant,
                  options,
                  own ? encrypted(id, made, "", 0) : EndpointSecrets.NONE,
                  WebhookEndpoint.State.ACTIVE,
                  false,
                  0,
                  now,
                  now,
                  1);
          concerned.accept(endpoint);
          endpoints.insert(endpoint);
          return new WebhookOutcome.Issued(endpoint, own ? made.verifier() : "");
        });
  }

  private static @Nullable String secretFault(EndpointOptions options, @Nullable String secret) {
    if (secret == null) {
      return null;
    }
    return options.format() != WebhookFormat.STANDARD || !WebhookSecret.isSymmetric(secret)
        ? "`secret` must be `whsec_` and 24 to 64 bytes in base64, for the format `standard`"
        : null;
  }

  private String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return "wh_" + HexFormat.of().formatHex(bytes);
  }

  private WebhookSecret newSecret(WebhookFormat format) {
    return WebhookSecret.create(format, random);
  }

  private EndpointSecrets encrypted(
      String id, WebhookSecret current, String previous, long untilMillis) {
    return new EndpointSecrets(
        masterKeys.currentId(), masterKeys.encrypt(current.text(), id), previous, untilMillis);
  }

  /**
   * Changes an endpoint. What was disabled is told of events again once it is active, and what
   * waited for it is sent.
   *
   * @param concerned is told the endpoint as it is, before it changes
   */
  public WebhookOutcome update(
      @Nullable TenantId tenant,
      String id,
      EndpointChange wanted,
      Consumer<WebhookEndpoint> concerned) {
    if (wanted.state() == WebhookEndpoint.State.DISABLED) {
      return new WebhookOutcome.Invalid("`state` must be `active` or `paused`");
    }
    return change(
        tenant,
        id,
        concerned,
        (endpoint, now) -> {
          if (endpoint.configured() && !wanted.isOfStateOnly()) {
            return new Refused(configured());
          }
          EndpointOptions options = wanted.of(endpoint.options());
          String fault = wanted.isOfStateOnly() ? null : checks.fault(endpoint.tenant(), options);
          if (fault != null) {
            return new Refused(new WebhookOutcome.Invalid(fault));
          }
          return new Changed(
              endpoint.with(
                  options,
                  endpoint.secrets(),
                  wanted.state() == null ? endpoint.state() : wanted.state(),
                  now),
              WebhookOutcome.Found::new);
        });
  }

  private static WebhookOutcome configured() {
    return new WebhookOutcome.Invalid(
        "this endpoint comes from the configuration of an app; change it there");
  }

  /**
   * Gives an endpoint a new secret; the present one signs too for a time.
   *
   * @param replace whether the newer of two valid secrets is replaced; otherwise that is refused,
   *     since a rotation whose answer was lost must not end the secret that the receiver knows
   * @param concerned is told the endpoint as it is, before it changes
   */
  public WebhookOutcome rotate(
      @Nullable TenantId tenant,
      String id,
      Duration overlap,
      boolean replace,
      Consumer<WebhookEndpoint> concerned) {
    return change(
        tenant,
        id,
        concerned,
        (endpoint, now) -> {
          if (endpoint.options().format() == WebhookFormat.PUSHER) {
            return new Refused(
                new WebhookOutcome.Invalid("the secret of an app signs; rotate that"));
          }
          if (masterKeys.isEmpty()) {
            return new Refused(noMasterKey());
          }
          EndpointSecrets secrets = endpoint.secrets();
          boolean pending = now < secrets.previousUntilMillis();
          if (pending && !replace) {
            return new Refused(new WebhookOutcome.RotationPending(secrets.previousUntilMillis()));
          }
          String kept = "";
          if (!overlap.isZero()) {
            try {
              kept = reencrypt(endpoint, pending ? secrets.previous() : secrets.secret());
            } catch (SecretException e) {
              return new Refused(
                  new WebhookOutcome.Invalid(
                      "the present secret cannot be decrypted: "
                          + e.getMessage()
                          + "; rotate without overlap"));
            }
          }
          WebhookSecret made = newSecret(endpoint.options().format());
          long until = overlap.isZero() ? 0 : now + overlap.toMillis();
          return new Changed(
              endpoint.with(
                  endpoint.options(), encrypted(id, made, kept, until), endpoint.state(), now),
              changed -> new WebhookOutcome.Issued(changed, made.verifier()));
        });
  }

  /** Deletes an endpoint with its messages. */
  public WebhookOutcome delete(
      @Nullable TenantId tenant, String id, Consumer<WebhookEndpoint> concerned) {
    return call(
        endpoints -> {
          WebhookEndpoint found = find(endpoints, tenant, id);
          if (found == null) {
            return new WebhookOutcome.Missing();
          }
          if (found.configured()) {
            return configured();
          }
          concerned.accept(found);
          return endpoints.delete(id)
              ? new WebhookOutcome.Deleted(found)
              : new WebhookOutcome.Missing();
        });
  }

  /**
   * Deletes all endpoints of a tenant with their messages, except those of the configuration, so
   * that a later tenant of the same id has none of them.
   *
   * @return whether all are deleted
   */
  public boolean deleteAll(TenantId tenant) {
    WebhookOutcome outcome =
        call(
            endpoints -> {
              List<WebhookEndpoint> all = endpoints.list(tenant, "", Integer.MAX_VALUE);
              for (WebhookEndpoint each : all) {
                if (!each.configured()) {
                  var unused = endpoints.delete(each.id());
                }
              }
              return new WebhookOutcome.Page(all, false);
            });
    return !(outcome instanceof WebhookOutcome.Unavailable);
  }

  private String reencrypt(WebhookEndpoint endpoint, String secret) throws SecretException {
    return secret.isEmpty()
        ? ""
        : masterKeys.encrypt(
            masterKeys.decrypt(endpoint.secrets().keyId(), secret, endpoint.id()), endpoint.id());
  }

  /** Encrypts all secrets with the current master key that another one has encrypted. */
  public WebhookOutcome rotateMaster() {
    if (stored != null && masterKeys.isEmpty()) {
      return noMasterKey();
    }
    return call(
        endpoints -> {
          int encrypted = 0;
          int failed = 0;
          for (WebhookEndpoint each : endpoints.encryptedByOthers(masterKeys.currentId())) {
            try {
              EndpointSecrets secrets = each.secrets();
              EndpointSecrets again =
                  new EndpointSecrets(
                      masterKeys.currentId(),
                      reencrypt(each, secrets.secret()),
                      reencrypt(each, secrets.previous()),
                      secrets.previousUntilMillis());
              WebhookEndpoint changed =
                  each.with(each.options(), again, each.state(), each.updatedAtMillis());
              encrypted += endpoints.replace(changed) == null ? 0 : 1;
            } catch (SecretException e) {
              failed++;
              LOG.log(
                  Level.WARNING,
                  "The secret of the webhook endpoint {0} cannot be encrypted again: {1}",
                  each,
                  e.getMessage());
            }
          }
          return new WebhookOutcome.Encrypted(encrypted, failed);
        });
  }

  /** What comes of an endpoint as it was found. */
  private sealed interface Decision {}

  private record Changed(WebhookEndpoint endpoint, Function<WebhookEndpoint, WebhookOutcome> stored)
      implements Decision {}

  private record Refused(WebhookOutcome outcome) implements Decision {}

  private WebhookOutcome change(
      @Nullable TenantId tenant,
      String id,
      Consumer<WebhookEndpoint> concerned,
      BiFunction<WebhookEndpoint, Long, Decision> decide) {
    return call(
        endpoints -> {
          for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            WebhookEndpoint found = find(endpoints, tenant, id);
            if (found == null) {
              return new WebhookOutcome.Missing();
            }
            concerned.accept(found);
            Decision decision = decide.apply(found, clock.nowMillis());
            if (decision instanceof Refused refused) {
              return refused.outcome();
            }
            Changed changed = (Changed) decision;
            WebhookEndpoint replaced = endpoints.replace(changed.endpoint());
            if (replaced != null) {
              return changed.stored().apply(replaced);
            }
          }
          return new WebhookOutcome.Conflict();
        });
  }

  private static WebhookOutcome noMasterKey() {
    return new WebhookOutcome.Off(
        "secrets are encrypted, and this node has no key for that; set `broadcasty.master-key`");
  }

  private WebhookOutcome call(Function<WebhookEndpoints, WebhookOutcome> work) {
    WebhookEndpoints endpoints = stored;
    return endpoints == null ? off() : guarded(() -> work.apply(endpoints));
  }

  static WebhookOutcome off() {
    return new WebhookOutcome.Off(
        "webhooks are stored in a relational database, and this node uses none; see"
            + " `broadcasty.replay.store` and `broadcasty.mirror.channels`");
  }

  static WebhookOutcome guarded(Supplier<WebhookOutcome> work) {
    try {
      return work.get();
    } catch (WebhookStoreException e) {
      LOG.log(Level.WARNING, "Webhooks cannot be read or changed", e);
      return new WebhookOutcome.Unavailable();
    }
  }
}
