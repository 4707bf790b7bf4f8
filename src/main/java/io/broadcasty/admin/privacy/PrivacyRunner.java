package io.broadcasty.admin.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs about personal data, part by part. After each part it stores how far the job is, so
 * that another node continues there when this one dies.
 *
 * <p>An erasure goes through all areas again and again, until it has found nothing: what a node had
 * in memory when it was erased may have been stored a moment later.
 */
@ThreadSafe
public final class PrivacyRunner {

  private static final System.Logger LOG = System.getLogger(PrivacyRunner.class.getName());

  /** How long a node that has died keeps a job. */
  static final Duration LEASE = Duration.ofSeconds(60);

  /** How long a node works on a job before others get their turn. */
  private static final Duration TURN = Duration.ofSeconds(10);

  /** How long an erasure waits before it looks again; longer than a node holds what it copies. */
  static final Duration SETTLE = Duration.ofSeconds(5);

  static final Duration RETRY = Duration.ofSeconds(5);

  /** A user who goes on publishing must not keep an erasure from ending. */
  static final int MAX_PASSES = 10;

  /** The most exported data of a job, in bytes. */
  static final long MAX_BYTES = 1L << 30;

  private final PrivacyJobs jobs;
  private final List<PersonalData> areas;
  private final String owner;
  private final AuditLog audit;
  private final Ticker ticker;
  private final WallClock clock;
  private volatile boolean closing;

  /**
   * @param areas in the order in which they are exported and erased
   * @param owner the name of this run of the node
   * @param clock that of the store, which nodes share
   */
  public PrivacyRunner(
      PrivacyJobs jobs,
      List<PersonalData> areas,
      String owner,
      AuditLog audit,
      Ticker ticker,
      WallClock clock) {
    this.jobs = jobs;
    this.areas = List.copyOf(areas);
    this.owner = owner;
    this.audit = audit;
    this.ticker = ticker;
    this.clock = clock;
  }

  /** Works on the job that has waited longest, if there is one; call it about once a second. */
  public void poll() {
    try {
      PrivacyJob job = closing ? null : jobs.claim(owner, LEASE);
      if (job != null) {
        run(job);
      }
    } catch (PrivacyStoreException e) {
      LOG.log(Level.DEBUG, "Cannot reach the store of jobs; the task will run again", e);
    }
  }

  /** Ends the current job after its current part; another node continues it. */
  public void close() {
    closing = true;
  }

  private void run(PrivacyJob claimed) {
    long start = ticker.readNanos();
    PrivacyJob job = claimed;
    while (true) {
      Step step = tryStep(job);
      job = step.job();
      boolean more =
          !job.isFinished()
              && job.notBeforeMillis() <= clock.nowMillis()
              && !closing
              && ticker.readNanos() - start < TURN.toNanos();
      if (!jobs.save(job, step.lines(), owner, more ? LEASE : null)) {
        LOG.log(Level.INFO, "Another node continues, or nobody: {0}", job);
        return;
      }
      if (job.isFinished()) {
        report(job);
      }
      if (!more) {
        return;
      }
    }
  }

  /** The job after a part, and what the part exported. */
  private record Step(PrivacyJob job, List<String> lines) {}

  private Step tryStep(PrivacyJob job) {
    try {
      return step(job);
    } catch (RuntimeException e) {
      String area = areas.get(index(job.area())).area();
      LOG.log(Level.WARNING, job + " cannot go on with " + area + "; trying again", e);
      PrivacyJob delayed =
          job.delayed(
              "`" + area + "` cannot be read or changed now; trying again",
              clock.nowMillis() + RETRY.toMillis());
      return new Step(delayed, List.of());
    }
  }

  private Step step(PrivacyJob job) {
    int index = index(job.area());
    PersonalData data = areas.get(index);
    boolean exporting = job.kind() == PrivacyJob.Kind.EXPORT;
    PersonalData.Part part =
        exporting
            ? data.export(job.subject(), job.cursor())
            : data.erase(job.subject(), job.cursor());
    boolean isLast = part.next() == null && index == areas.size() - 1;
    String next = areas.get(part.next() != null || isLast ? index : index + 1).area();
    PrivacyJob after = job.after(data.area(), part, next, bytes(part.lines()));
    if (after.bytes() > MAX_BYTES) {
      return new Step(
          after.finished(
              PrivacyJob.State.FAILED,
              "the user has more data than an export may have",
              clock.nowMillis()),
          List.of());
    }
    return new Step(isLast ? afterAll(after) : after, part.lines());
  }

  private PrivacyJob afterAll(PrivacyJob job) {
    long now = clock.nowMillis();
    if (job.kind() == PrivacyJob.Kind.EXPORT) {
      return job.finished(PrivacyJob.State.DONE, null, now);
    }
    if (job.pass() > 1 && job.found() == 0) {
      int others = jobs.deleteOthers(job.tenant(), job.subject().user(), job.id());
      LOG.log(Level.DEBUG, "Deleted {0} other jobs about the same user", others);
      return job.finished(PrivacyJob.State.DONE, null, now);
    }
    return job.pass() < MAX_PASSES
        ? job.nextPass(now + SETTLE.toMillis())
        : job.finished(
            PrivacyJob.State.FAILED,
            "new data of the user appears again and again; revoke its tokens, and erase it again",
            now);
  }

  private static long bytes(List<String> lines) {
    long bytes = 0;
    for (String line : lines) {
      bytes += line.getBytes(StandardCharsets.UTF_8).length + 1;
    }
    return bytes;
  }

  /** Returns the place of an area; the first for null, and for one of another release. */
  private int index(@Nullable String area) {
    for (int i = 0; i < areas.size(); i++) {
      if (areas.get(i).area().equals(area)) {
        return i;
      }
    }
    return 0;
  }

  private void report(PrivacyJob job) {
    LOG.log(Level.INFO, "{0} is {1}: {2}", job, job.state().wireName(), job.counts());
    TenantId tenant = job.tenant();
    audit.append(
        AuditEvent.ofService(
            tenant,
            "privacy." + job.state().wireName(),
            "{\"job\":\"" + job.id() + "\",\"kind\":\"" + job.kind().wireName() + "\"}",
            clock.nowMillis()));
  }
}
