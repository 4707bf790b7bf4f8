package io.broadcasty.publish;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what became of publications. Safe for use by several threads. */
public final class PublishCounts {

  /** How a publication may end. */
  public enum Result {
    /** It stands in the stream. */
    PUBLISHED("published"),
    /** It had been published before. */
    DUPLICATE("duplicate"),
    /** It waits for its stream. */
    QUEUED("queued"),
    /** The policy said no. */
    DENIED("denied"),
    /** A rate limit said no. */
    THROTTLED("throttled"),
    /** The store could not take it. */
    UNAVAILABLE("unavailable"),
    /** The store failed; it may have been published all the same. */
    FAILED("failed");

    private final String word;

    Result(String word) {
      this.word = word;
    }

    /** Its name in metrics. */
    public String word() {
      return word;
    }
  }

  private final LongAdder[] counts = new LongAdder[Result.values().length];

  public PublishCounts() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  /** How many ended so since the start. */
  public long count(Result result) {
    return counts[result.ordinal()].sum();
  }

  /**
   * A request has ended.
   *
   * @param outcomes null when the broker failed
   * @param drafts how many publications were asked for
   */
  void ended(@Nullable List<PublishOutcome> outcomes, int drafts) {
    if (outcomes == null) {
      counts[Result.FAILED.ordinal()].add(drafts);
      return;
    }
    for (PublishOutcome outcome : outcomes) {
      counts[result(outcome).ordinal()].increment();
    }
  }

  private static Result result(PublishOutcome outcome) {
    if (outcome instanceof PublishOutcome.Published published) {
      return published.appended().duplicate() ? Result.DUPLICATE : Result.PUBLISHED;
    }
    if (outcome instanceof PublishOutcome.Queued) {
      return Result.QUEUED;
    }
    if (outcome instanceof PublishOutcome.Denied) {
      return Result.DENIED;
    }
    return outcome instanceof PublishOutcome.Throttled ? Result.THROTTLED : Result.UNAVAILABLE;
  }
}
