package io.broadcasty.admin.privacy;

import java.util.List;

/** The outcome of a request about personal data. */
public sealed interface PrivacyOutcome {

  /** The job was created, or one like it runs already. */
  record Accepted(PrivacyJob job) implements PrivacyOutcome {}

  /** The job that was asked for. */
  record Found(PrivacyJob job) implements PrivacyOutcome {}

  /**
   * Jobs, the latest first.
   *
   * @param more whether others follow
   */
  record Page(List<PrivacyJob> jobs, boolean more) implements PrivacyOutcome {
    public Page {
      jobs = List.copyOf(jobs);
    }
  }

  /** The job was deleted. */
  record Deleted(PrivacyJob job) implements PrivacyOutcome {}

  /** There is no such job, or it is another tenant's. */
  record Missing() implements PrivacyOutcome {}

  /** The request cannot be followed. */
  record Invalid(String reason) implements PrivacyOutcome {}

  /** This node stores no jobs. */
  record Off(String reason) implements PrivacyOutcome {}

  /** The store does not answer; trying again is right. */
  record Unavailable(String reason) implements PrivacyOutcome {}
}
