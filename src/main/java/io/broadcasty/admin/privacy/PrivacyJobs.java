package io.broadcasty.admin.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores jobs about personal data, shared by nodes. One node at a time has the claim of a job, for
 * as long as it goes on; the claim of a node that has died ends, and another node continues.
 *
 * <p>Every method may block, and throws {@link PrivacyStoreException} when the store does not
 * answer; trying again is right.
 */
@ThreadSafe
public interface PrivacyJobs {

  /** Stores a new job durably. */
  void insert(PrivacyJob job);

  /** Returns a job; null for none. */
  @Nullable PrivacyJob find(String id);

  /** Returns a job of this kind about a user that is not finished; null for none. */
  @Nullable PrivacyJob findUnfinished(TenantId tenant, String user, PrivacyJob.Kind kind);

  /**
   * Returns jobs, the latest first.
   *
   * @param tenant null for every tenant
   * @param before returns those before this id; null for the latest ones
   * @param limit the most jobs, at least 1
   */
  List<PrivacyJob> list(@Nullable TenantId tenant, @Nullable String before, int limit);

  /**
   * Claims the job that has waited longest and may go on.
   *
   * @param owner the node, as no other node and no other run of it is called
   * @return null when there is none
   */
  @Nullable PrivacyJob claim(String owner, Duration lease);

  /**
   * Stores how far a job is, with the lines that were exported, all or nothing.
   *
   * @param lines appended to the exported data
   * @param lease until when the claim lasts from now on; null gives the job up
   * @return false when the claim has ended or the job was deleted; then nothing is stored
   */
  boolean save(PrivacyJob job, List<String> lines, String owner, @Nullable Duration lease);

  /**
   * Returns a part of the exported data, in order.
   *
   * @param after the {@code number} of the part before; -1 for the first
   * @return null at the end
   */
  @Nullable Chunk read(String id, long after);

  /** Deletes a job and the exported data; returns whether there was one. */
  boolean delete(String id);

  /**
   * Deletes all other jobs and exported data about a user.
   *
   * @return how many jobs there were
   */
  int deleteOthers(TenantId tenant, String user, String exceptId);

  /** Deletes jobs that were finished before a time, and their exported data. */
  void prune(long beforeMillis);

  /**
   * A part of exported data.
   *
   * @param number orders the parts
   * @param text lines, each with a line break at its end
   */
  record Chunk(long number, String text) {}
}
