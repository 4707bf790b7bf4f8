package io.broadcasty.server;

import io.broadcasty.admin.audit.AuditChain;
import io.broadcasty.admin.audit.AuditReader;
import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.admin.privacy.PrivacyJobs;
import io.broadcasty.admin.privacy.PrivacyRunner;
import io.broadcasty.admin.privacy.PrivacyStoreException;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.server.privacy.KeptData;
import io.broadcasty.server.stores.Store;
import io.broadcasty.server.threads.Threads;
import io.broadcasty.streams.broker.Epochs;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;

/** Runs jobs about personal data on this node, and deletes old ones. */
final class PrivacyRuntime implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(PrivacyRuntime.class.getName());
  private static final long POLL_MILLIS = 1000;
  private static final long PRUNE_MILLIS = Duration.ofHours(1).toMillis();

  /** How long a finished job and what it has exported are kept. */
  private static final Duration KEPT = Duration.ofDays(7);

  private final PrivacyJobs jobs;
  private final PrivacyRunner runner;
  private final WallClock clock;

  PrivacyRuntime(
      PrivacyJobs jobs,
      Store store,
      Database database,
      StoredPolicies policies,
      PolicyAdministration administration,
      AuditReader reader,
      AuditChain chain,
      Ticker ticker) {
    List<PersonalData> areas =
        KeptData.of(store, database, policies, administration, reader, chain, ticker);
    this.jobs = jobs;
    this.clock = database.clock();
    this.runner =
        new PrivacyRunner(jobs, areas, Epochs.next() + Epochs.next(), store.audit(), ticker, clock);
  }

  /** Begins to run jobs. */
  void start(Threads threads) {
    threads.scheduleJob(POLL_MILLIS, "privacy", runner::poll);
    threads.scheduleJob(PRUNE_MILLIS, "privacy-pruning", this::prune);
  }

  private void prune() {
    try {
      jobs.prune(clock.nowMillis() - KEPT.toMillis());
    } catch (PrivacyStoreException e) {
      LOG.log(Level.DEBUG, "Cannot delete old jobs; the task will run again", e);
    }
  }

  /** Ends the job that runs here after its current part; another node continues it. */
  @Override
  public void close() {
    runner.close();
  }
}
