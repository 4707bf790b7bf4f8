package io.broadcasty.admin.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Has the data of users exported and erased by jobs, which some node runs. Who may do what is
 * decided by the caller of this class.
 */
@ThreadSafe
public final class PrivacyAdministration {

  private static final System.Logger LOG = System.getLogger(PrivacyAdministration.class.getName());
  private static final Pattern ID = Pattern.compile("[0-9a-f]{20}");

  /** The largest page. */
  public static final int MAX_PAGE = 1000;

  /** The most channels that a request may name. */
  public static final int MAX_CHANNELS = 100;

  private final @Nullable PrivacyJobs stored;
  private final WallClock clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param stored the jobs; null where none are stored
   */
  public PrivacyAdministration(@Nullable PrivacyJobs stored, WallClock clock) {
    this.stored = stored;
    this.clock = clock;
  }

  /** Returns whether a text has the form of a job's id. */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** Creates a job, unless one of the same kind about the same user is not finished. */
  public PrivacyOutcome begin(DataSubject subject, PrivacyJob.Kind kind) {
    return call(
        jobs -> {
          PrivacyJob running = jobs.findUnfinished(subject.tenant(), subject.user(), kind);
          if (running != null) {
            return new PrivacyOutcome.Accepted(running);
          }
          PrivacyJob job = PrivacyJob.created(newId(), subject, kind, clock.nowMillis());
          jobs.insert(job);
          LOG.log(Level.INFO, "Accepted the job about personal data: {0}", job);
          return new PrivacyOutcome.Accepted(job);
        });
  }

  /** Returns 12 digits of the time and 8 random ones. */
  private String newId() {
    return String.format("%012x%08x", clock.nowMillis(), random.nextInt());
  }

  /**
   * Returns a job.
   *
   * @param tenant whose it must be; null for any
   */
  public PrivacyOutcome find(@Nullable TenantId tenant, String id) {
    return call(
        jobs -> {
          PrivacyJob found = find(jobs, tenant, id);
          return found == null ? new PrivacyOutcome.Missing() : new PrivacyOutcome.Found(found);
        });
  }

  /**
   * Returns jobs, the latest first.
   *
   * @param tenant whose; null for all
   * @param before returns those before this id; null for the latest ones
   * @param limit 1 to {@link #MAX_PAGE}
   */
  public PrivacyOutcome list(@Nullable TenantId tenant, @Nullable String before, int limit) {
    return call(
        jobs -> {
          List<PrivacyJob> found = jobs.list(tenant, before, limit + 1);
          return found.size() > limit
              ? new PrivacyOutcome.Page(found.subList(0, limit), true)
              : new PrivacyOutcome.Page(found, false);
        });
  }

  /**
   * Deletes a job and the exported data; an export that runs ends. An erasure that is not finished
   * is not deleted.
   *
   * @param tenant whose it must be; null for any
   */
  public PrivacyOutcome delete(@Nullable TenantId tenant, String id) {
    return call(
        jobs -> {
          PrivacyJob found = find(jobs, tenant, id);
          if (found == null) {
            return new PrivacyOutcome.Missing();
          }
          if (found.kind() == PrivacyJob.Kind.ERASE && !found.isFinished()) {
            return new PrivacyOutcome.Invalid("an erasure that has begun cannot be taken back");
          }
          return jobs.delete(id) ? new PrivacyOutcome.Deleted(found) : new PrivacyOutcome.Missing();
        });
  }

  /**
   * Returns a part of the exported data of a job that is done.
   *
   * @param after the number of the part before; -1 for the first
   * @return null at the end
   * @throws PrivacyStoreException when the store does not answer; trying again is right
   */
  public PrivacyJobs.@Nullable Chunk read(PrivacyJob job, long after) {
    PrivacyJobs jobs = stored;
    if (jobs == null) {
      throw new IllegalStateException("there are no jobs");
    }
    return jobs.read(job.id(), after);
  }

  private static @Nullable PrivacyJob find(PrivacyJobs jobs, @Nullable TenantId tenant, String id) {
    PrivacyJob found = isId(id) ? jobs.find(id) : null;
    return found == null || (tenant != null && !tenant.equals(found.tenant())) ? null : found;
  }

  private PrivacyOutcome call(Function<PrivacyJobs, PrivacyOutcome> work) {
    PrivacyJobs jobs = stored;
    if (jobs == null) {
      return new PrivacyOutcome.Off(
          "jobs about personal data are stored in a relational database, and this node uses none;"
              + " see `broadcasty.replay.store` and `broadcasty.mirror.channels`");
    }
    try {
      return work.apply(jobs);
    } catch (PrivacyStoreException e) {
      LOG.log(Level.WARNING, "Jobs about personal data cannot be read or changed", e);
      return new PrivacyOutcome.Unavailable(
          "the store of jobs cannot be reached now; retry the request");
    }
  }
}
