package io.broadcasty.admin.privacy;

import io.broadcasty.core.tenant.TenantId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job about the data of a user, and how far it is.
 *
 * @param id 20 hexadecimal digits; those of later jobs are greater
 * @param user null once an erasure is done, since nothing names the user any more
 * @param channels as {@link DataSubject#channels}
 * @param area the area whose turn it is; null before the first
 * @param cursor where in the area the next part begins; null for its beginning
 * @param pass how often the job has gone through all areas, this time included, from 1
 * @param found how many items this pass has found
 * @param counts how many items were exported or erased in each area, in all passes
 * @param bytes the size of the exported data
 * @param problem why the job waits or has failed, or what its reader must know; null for nothing
 * @param notBeforeMillis when it may go on
 * @param finishedAtMillis 0 while it is not finished
 */
public record PrivacyJob(
    String id,
    TenantId tenant,
    @Nullable String user,
    List<String> channels,
    Kind kind,
    State state,
    @Nullable String area,
    @Nullable String cursor,
    int pass,
    long found,
    Map<String, Long> counts,
    long bytes,
    @Nullable String problem,
    long notBeforeMillis,
    long createdAtMillis,
    long updatedAtMillis,
    long finishedAtMillis) {

  public PrivacyJob {
    channels = List.copyOf(channels);
    counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
  }

  /** What a job does. */
  public enum Kind {
    /** Collects the data. */
    EXPORT,
    /** Erases the data. */
    ERASE;

    /** Returns the name in JSON and in the database. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How far a job is. */
  public enum State {
    /** No node has begun. */
    WAITING,
    /** Some node works on it, or will go on soon. */
    RUNNING,
    /** All is done. */
    DONE,
    /** It cannot be done. */
    FAILED;

    /** Returns the name in JSON and in the database. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns a job that has not begun. */
  static PrivacyJob created(String id, DataSubject subject, Kind kind, long nowMillis) {
    return new PrivacyJob(
        id,
        subject.tenant(),
        subject.user(),
        subject.channels(),
        kind,
        State.WAITING,
        null,
        null,
        1,
        0,
        Map.of(),
        0,
        null,
        0,
        nowMillis,
        nowMillis,
        0);
  }

  /** Returns whether the job is done or has failed. */
  public boolean isFinished() {
    return state == State.DONE || state == State.FAILED;
  }

  /** Returns whose data it is about; only while it is not finished. */
  DataSubject subject() {
    if (user == null) {
      throw new IllegalStateException("a finished erasure names nobody");
    }
    return new DataSubject(tenant, user, channels);
  }

  /** Returns the job after a part. */
  PrivacyJob after(
      String ofArea, PersonalData.Part part, @Nullable String nextArea, long lineBytes) {
    Map<String, Long> counted = new LinkedHashMap<>(counts);
    counted.merge(ofArea, part.count(), Long::sum);
    return running(
        nextArea, part.next(), pass, found + part.count(), counted, bytes + lineBytes, null, 0);
  }

  /** Returns the job at the beginning of its next pass. */
  PrivacyJob nextPass(long atMillis) {
    return running(null, null, pass + 1, 0, counts, bytes, null, atMillis);
  }

  /** Returns the job as it waits because of a problem. */
  PrivacyJob delayed(String reason, long untilMillis) {
    return running(area, cursor, pass, found, counts, bytes, reason, untilMillis);
  }

  /** Returns the same job at another place of its work. */
  private PrivacyJob running(
      @Nullable String atArea,
      @Nullable String atCursor,
      int inPass,
      long foundInPass,
      Map<String, Long> counted,
      long written,
      @Nullable String why,
      long notBeforeMillis) {
    return new PrivacyJob(
        id,
        tenant,
        user,
        channels,
        kind,
        State.RUNNING,
        atArea,
        atCursor,
        inPass,
        foundInPass,
        counted,
        written,
        why,
        notBeforeMillis,
        createdAtMillis,
        updatedAtMillis,
        0);
  }

  /**
   * Returns the finished job; an erasure then names nobody.
   *
   * @param reason why it failed, or what its reader must know; null for nothing
   */
  PrivacyJob finished(State end, @Nullable String reason, long nowMillis) {
    boolean erased = kind == Kind.ERASE;
    return new PrivacyJob(
        id,
        tenant,
        erased ? null : user,
        erased ? List.of() : channels,
        kind,
        end,
        null,
        null,
        pass,
        found,
        counts,
        bytes,
        reason,
        0,
        createdAtMillis,
        nowMillis,
        nowMillis);
  }

  /** Omits the user, so that it may be logged. */
  @Override
  public String toString() {
    return kind.wireName() + " " + id + " of " + tenant;
  }
}
