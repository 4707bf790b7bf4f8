package io.broadcasty.admin.privacy;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Jobs in memory, which can be told to fail. */
final class FakePrivacyJobs implements PrivacyJobs {

  private record Claim(String owner, long untilMillis) {}

  private final Map<String, PrivacyJob> jobs = new TreeMap<>(Comparator.reverseOrder());
  private final Map<String, Claim> claims = new HashMap<>();
  private final Map<String, List<Chunk>> exports = new HashMap<>();
  private final WallClock clock;
  boolean unreachable;

  FakePrivacyJobs(WallClock clock) {
    this.clock = clock;
  }

  private void call() {
    if (unreachable) {
      throw new PrivacyStoreException("scripted: unreachable", null);
    }
  }

  @Override
  public synchronized void insert(PrivacyJob job) {
    call();
    jobs.put(job.id(), job);
  }

  @Override
  public @Nullable PrivacyJob find(String id) {
    call();
    return jobs.get(id);
  }

  @Override
  public @Nullable PrivacyJob findUnfinished(TenantId tenant, String user, PrivacyJob.Kind kind) {
    call();
    return jobs.values().stream()
        .filter(job -> job.tenant().equals(tenant) && user.equals(job.user()))
        .filter(job -> job.kind() == kind && !job.isFinished())
        .findAny()
        .orElse(null);
  }

  @Override
  public List<PrivacyJob> list(@Nullable TenantId tenant, @Nullable String before, int limit) {
    call();
    return jobs.values().stream()
        .filter(job -> tenant == null || job.tenant().equals(tenant))
        .filter(job -> before == null || job.id().compareTo(before) < 0)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized @Nullable PrivacyJob claim(String owner, Duration lease) {
    call();
    long now = clock.nowMillis();
    PrivacyJob found =
        jobs.values().stream()
            .filter(job -> !job.isFinished() && job.notBeforeMillis() <= now)
            .filter(job -> !isClaimed(job.id(), now))
            .min(Comparator.comparing(PrivacyJob::updatedAtMillis).thenComparing(PrivacyJob::id))
            .orElse(null);
    if (found != null) {
      claims.put(found.id(), new Claim(owner, now + lease.toMillis()));
    }
    return found;
  }

  private boolean isClaimed(String id, long now) {
    Claim claim = claims.get(id);
    return claim != null && claim.untilMillis() > now;
  }

  @Override
  public boolean save(PrivacyJob job, List<String> lines, String owner, @Nullable Duration lease) {
    call();
    long now = clock.nowMillis();
    Claim claim = claims.get(job.id());
    if (claim == null
        || !claim.owner().equals(owner)
        || claim.untilMillis() <= now
        || !jobs.containsKey(job.id())) {
      return false;
    }
    claims.put(job.id(), new Claim(owner, lease == null ? 0 : now + lease.toMillis()));
    jobs.put(job.id(), updated(job, now));
    if (job.state() == PrivacyJob.State.FAILED) {
      exports.remove(job.id());
    } else if (!lines.isEmpty()) {
      exports
          .computeIfAbsent(job.id(), id -> new ArrayList<>())
          .add(new Chunk(job.bytes(), String.join("\n", lines) + "\n"));
    }
    return true;
  }

  private static PrivacyJob updated(PrivacyJob job, long now) {
    return new PrivacyJob(
        job.id(),
        job.tenant(),
        job.user(),
        job.channels(),
        job.kind(),
        job.state(),
        job.area(),
        job.cursor(),
        job.pass(),
        job.found(),
        job.counts(),
        job.bytes(),
        job.problem(),
        job.notBeforeMillis(),
        job.createdAtMillis(),
        now,
        job.finishedAtMillis());
  }

  @Override
  public @Nullable Chunk read(String id, long after) {
    call();
    return exports.getOrDefault(id, List.of()).stream()
        .filter(chunk -> chunk.number() > after)
        .findFirst()
        .orElse(null);
  }

  @Override
  public boolean delete(String id) {
    call();
    exports.remove(id);
    claims.remove(id);
    return jobs.remove(id) != null;
  }

  @Override
  public int deleteOthers(TenantId tenant, String user, String exceptId) {
    call();
    List<String> others =
        jobs.values().stream()
            .filter(job -> job.tenant().equals(tenant) && user.equals(job.user()))
            .map(PrivacyJob::id)
            .filter(id -> !Objects.equals(id, exceptId))
            .toList();
    others.forEach(this::delete);
    return others.size();
  }

  @Override
  public void prune(long beforeMillis) {
    call();
    List<String> old =
        jobs.values().stream()
            .filter(job -> job.finishedAtMillis() > 0 && job.finishedAtMillis() < beforeMillis)
            .map(PrivacyJob::id)
            .toList();
    old.forEach(this::delete);
  }
}
