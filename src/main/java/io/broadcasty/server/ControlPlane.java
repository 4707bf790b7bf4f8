package io.broadcasty.server;

import io.broadcasty.admin.audit.AuditAdministration;
import io.broadcasty.admin.audit.AuditChain;
import io.broadcasty.admin.audit.AuditReader;
import io.broadcasty.admin.audit.jdbc.JdbcAuditChain;
import io.broadcasty.admin.audit.jpa.JpaAuditReader;
import io.broadcasty.admin.key.ApiKeyAdministration;
import io.broadcasty.admin.key.jpa.JpaApiKeyRepository;
import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.admin.policy.jpa.JpaPolicyRepository;
import io.broadcasty.admin.privacy.PrivacyAdministration;
import io.broadcasty.admin.privacy.PrivacyJobs;
import io.broadcasty.admin.privacy.jdbc.JdbcPrivacyJobs;
import io.broadcasty.admin.revocation.RevocationAdministration;
import io.broadcasty.admin.revocation.jpa.JpaRevocationRepository;
import io.broadcasty.admin.tenant.TenantAdministration;
import io.broadcasty.admin.tenant.TenantRules;
import io.broadcasty.admin.tenant.jpa.JpaTenantRepository;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.jpa.EntityManagers;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.TenantSettingTable;
import io.broadcasty.server.push.PushRuntime;
import io.broadcasty.server.stores.Store;
import io.broadcasty.server.threads.Threads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What administrators change while the node runs: API keys, revocations, policies and tenants. The
 * data plane reads it from snapshots in memory, which this class keeps in step with the database.
 */
public final class ControlPlane implements AutoCloseable {

  /** Longer than any retention that can be configured. */
  private static final Duration UNLIMITED = Duration.ofDays(36_500);

  /** The classes of the persistence unit. */
  private static final List<Class<?>> ENTITIES =
      Stream.of(
              JpaTenantRepository.ENTITIES,
              JpaApiKeyRepository.ENTITIES,
              JpaRevocationRepository.ENTITIES,
              JpaAuditReader.ENTITIES,
              JpaPolicyRepository.ENTITIES)
          .<Class<?>>flatMap(List::stream)
          .toList();

  private final Settings settings;
  private final Ticker ticker;
  private final WallClock clock;
  private final ApiKeyRuntime keys;
  private final RevocationRuntime revocations;
  private final PolicyRuntime policies;
  private @Nullable EntityManagers managers;
  private @Nullable PrivacyRuntime privacy;
  private @Nullable AuditReader auditReader;

  /** Creates a control plane that knows nothing until it reads a database. */
  ControlPlane(Settings settings, Ticker ticker, WallClock clock) {
    this.settings = settings;
    this.ticker = ticker;
    this.clock = clock;
    this.keys = new ApiKeyRuntime(settings.masterKeys(), ticker, clock);
    this.revocations = new RevocationRuntime(settings.allTokens(), clock);
    this.policies = new PolicyRuntime(settings.canMirror(), ticker, clock);
  }

  /**
   * Reads a database, from now on.
   *
   * @throws IllegalStateException when it cannot be read
   */
  void readFrom(Database database) {
    keys.readFrom(database);
    revocations.readFrom(database);
    policies.readFrom(database);
  }

  /** Returns what decides with stored policies and the scopes of API keys. */
  Policy policy(Policy resolved) {
    return resolved.withKeys(keys.permissions()).withStored(policies.stored(), policies.settings());
  }

  /** Returns the settings of channels that stored policies have. */
  ChannelSettingsLookup channelSettings() {
    return policies.settings();
  }

  /** Returns an authenticator that knows API keys too, and refuses tokens that are revoked. */
  Authenticator authenticator(Authenticator tokens) {
    return keys.authenticator(revocations.authenticator(tokens));
  }

  /**
   * Begins to follow changes.
   *
   * @param reader runs the reading, which may block
   */
  void start(Store store, Sessions sessions, Threads threads, Executor reader) {
    keys.start(store.control(), sessions, threads, reader);
    revocations.start(store.control(), sessions, threads, reader);
    policies.start(store.control(), sessions, threads, reader);
  }

  /** Opens the use cases, which store nothing without a database. Call it once. */
  Administrations administrations(Store store, PushRuntime push) {
    Database database = store.database();
    EntityManagers opened = database == null ? null : new EntityManagers(database, ENTITIES);
    managers = opened;
    AuditReader reader = opened == null ? null : new JpaAuditReader(opened);
    auditReader = reader;
    AuditChain chain = database == null ? null : new JdbcAuditChain(database);
    PrivacyJobs jobs = database == null ? null : new JdbcPrivacyJobs(database);
    PolicyAdministration ofPolicies = policies.administration(opened, store.control());
    if (database != null && jobs != null && reader != null && chain != null) {
      privacy =
          new PrivacyRuntime(
              jobs, store, database, policies.stored(), ofPolicies, reader, chain, ticker);
    }
    return new Administrations(
        new TenantAdministration(
            opened == null ? null : new JpaTenantRepository(opened),
            tenantRules(),
            store.control(),
            clock),
        keys.administration(opened, store.control()),
        revocations.administration(opened, store.control(), push::removeDevices),
        ofPolicies,
        new AuditAdministration(reader, chain, store.audit(), ticker, clock),
        new PrivacyAdministration(jobs, database == null ? clock : database.clock()));
  }

  /** Begins to run the jobs of administrators. Call it once, after {@link #administrations}. */
  void startJobs(Threads threads) {
    if (privacy != null) {
      privacy.start(threads);
    }
  }

  /** Ends jobs that run, which other nodes continue; call it before their threads are stopped. */
  void stopJobs() {
    if (privacy != null) {
      privacy.close();
    }
  }

  /**
   * Returns what reads the audit log; null without a database. Call {@link #administrations}
   * before.
   */
  @Nullable AuditReader auditReader() {
    return auditReader;
  }

  private TenantRules tenantRules() {
    return new TenantRules(
        new TenantSettingTable(),
        settings.tenants().defaults(),
        settings.mirror().channels().isEmpty() ? UNLIMITED : settings.mirror().retention(),
        settings.administration().operatorTenant());
  }

  @Override
  public void close() {
    if (managers != null) {
      managers.close();
    }
  }

  /** The use cases of administrators. */
  public record Administrations(
      TenantAdministration tenants,
      ApiKeyAdministration keys,
      RevocationAdministration revocations,
      PolicyAdministration policies,
      AuditAdministration audit,
      PrivacyAdministration privacy) {}
}
