package io.broadcasty.admin.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.audit.AuditEvent;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrivacyRunnerTest {

  private static final TenantId ACME = new TenantId("acme");

  /** An area whose items are numbers, two of which are a part. */
  private static final class Numbers implements PersonalData {

    private final String area;
    final List<Integer> left = new ArrayList<>();
    int failures;
    Runnable during = () -> {};

    Numbers(String area, Integer... items) {
      this.area = area;
      left.addAll(List.of(items));
    }

    @Override
    public String area() {
      return area;
    }

    private void call(DataSubject subject) {
      assertEquals("ann", subject.user());
      during.run();
      if (failures > 0) {
        failures--;
        throw new IllegalStateException("scripted");
      }
    }

    @Override
    public Part export(DataSubject subject, @Nullable String cursor) {
      call(subject);
      int from = cursor == null ? 0 : Integer.parseInt(cursor);
      List<String> lines =
          left.subList(from, Math.min(left.size(), from + 2)).stream()
              .map(item -> area + item)
              .toList();
      return new Part(
          lines.size(), lines, from + 2 < left.size() ? Integer.toString(from + 2) : null);
    }

    @Override
    public Part erase(DataSubject subject, @Nullable String cursor) {
      call(subject);
      int count = Math.min(2, left.size());
      left.subList(0, count).clear();
      return new Part(count, List.of(), left.isEmpty() ? null : "more");
    }
  }

  private final ManualTime time = new ManualTime();
  private final FakePrivacyJobs jobs = new FakePrivacyJobs(time);
  private final PrivacyAdministration administration = new PrivacyAdministration(jobs, time);
  private final List<AuditEvent> audited = new ArrayList<>();
  private final Numbers devices = new Numbers("devices", 1, 2, 3);
  private final Numbers streams = new Numbers("streams", 1, 2, 3, 4, 5);

  private PrivacyRunner runner(String node) {
    return new PrivacyRunner(jobs, List.of(devices, streams), node, audited::add, time, time);
  }

  private PrivacyJob begin(PrivacyJob.Kind kind) {
    PrivacyOutcome outcome = administration.begin(new DataSubject(ACME, "ann", List.of()), kind);
    return ((PrivacyOutcome.Accepted) outcome).job();
  }

  private PrivacyJob find(PrivacyJob job) {
    return Objects.requireNonNull(jobs.find(job.id()));
  }

  private String exported(PrivacyJob job) {
    StringBuilder text = new StringBuilder();
    PrivacyJobs.Chunk chunk = administration.read(job, -1);
    while (chunk != null) {
      text.append(chunk.text());
      chunk = administration.read(job, chunk.number());
    }
    return text.toString().replace("\n", " ");
  }

  @Test
  void exportsAllAreasInOrder() {
    PrivacyJob job = begin(PrivacyJob.Kind.EXPORT);
    assertEquals(job.id(), begin(PrivacyJob.Kind.EXPORT).id(), "it has not finished");
    runner("one").poll();
    PrivacyJob done = find(job);
    assertEquals(PrivacyJob.State.DONE, done.state());
    assertEquals(Map.of("devices", 3L, "streams", 5L), done.counts());
    String all = "devices1 devices2 devices3 streams1 streams2 streams3 streams4 streams5 ";
    assertEquals(all, exported(done));
    assertEquals(all.length(), done.bytes());
    assertEquals("ann", done.user());
    assertEquals("privacy.done", audited.get(0).action());
    assertNull(audited.get(0).target());
  }

  @Test
  void erasesUntilNothingIsFoundAndThenNamesNobody() {
    PrivacyJob export = begin(PrivacyJob.Kind.EXPORT);
    runner("one").poll();
    PrivacyJob job = begin(PrivacyJob.Kind.ERASE);
    PrivacyRunner runner = runner("one");
    runner.poll();
    assertEquals(2, find(job).pass());
    assertEquals(PrivacyJob.State.RUNNING, find(job).state());
    runner.poll();
    assertEquals(2, find(job).pass(), "it waits before it looks again");
    streams.left.add(9); // what a node had in memory
    time.advance(PrivacyRunner.SETTLE);
    runner.poll();
    assertEquals(3, find(job).pass());
    time.advance(PrivacyRunner.SETTLE);
    runner.poll();
    PrivacyJob done = find(job);
    assertEquals(PrivacyJob.State.DONE, done.state());
    assertNull(done.user());
    assertEquals(Map.of("devices", 3L, "streams", 6L), done.counts());
    assertNull(jobs.find(export.id()), "what was exported is erased too");
    assertTrue(audited.stream().noneMatch(event -> event.toString().contains("ann")));
  }

  @Test
  void anotherNodeContinuesWhereADeadOneWas() {
    PrivacyJob job = begin(PrivacyJob.Kind.EXPORT);
    streams.during =
        () -> {
          if (find(job).counts().getOrDefault("streams", 0L) == 2) {
            throw new AssertionError("killed");
          }
        };
    try {
      runner("one").poll();
    } catch (AssertionError killed) {
      assertEquals("killed", killed.getMessage());
    }
    streams.during = () -> {};
    assertEquals("streams", find(job).area());
    assertEquals("2", find(job).cursor());
    runner("two").poll();
    assertEquals("2", find(job).cursor(), "the claim has not ended");
    time.advance(PrivacyRunner.LEASE.plusMillis(1));
    runner("two").poll();
    assertEquals(PrivacyJob.State.DONE, find(job).state());
    assertEquals(
        "devices1 devices2 devices3 streams1 streams2 streams3 streams4 streams5 ",
        exported(find(job)));
  }

  @Test
  void aNodeThatWasTakenForDeadStoresNothingMore() {
    PrivacyJob job = begin(PrivacyJob.Kind.EXPORT);
    devices.during =
        () -> {
          devices.during = () -> {};
          time.advance(PrivacyRunner.LEASE.plusMillis(1));
          runner("two").poll();
        };
    runner("one").poll();
    assertEquals(PrivacyJob.State.DONE, find(job).state());
    assertEquals(Map.of("devices", 3L, "streams", 5L), find(job).counts());
    assertEquals(1, audited.size());
  }

  @Test
  void triesAgainWhenAStoreFails() {
    PrivacyJob job = begin(PrivacyJob.Kind.ERASE);
    streams.failures = 2;
    PrivacyRunner runner = runner("one");
    runner.poll();
    assertEquals("`streams` cannot be read or changed now; trying again", find(job).problem());
    assertEquals(Map.of("devices", 3L), find(job).counts());
    runner.poll();
    time.advance(PrivacyRunner.RETRY);
    runner.poll();
    assertNotNull(find(job).problem());
    time.advance(PrivacyRunner.RETRY);
    runner.poll();
    assertNull(find(job).problem());
    assertEquals(List.of(), streams.left);
  }

  @Test
  void survivesAnUnreachableStoreOfJobs() {
    PrivacyJob job = begin(PrivacyJob.Kind.EXPORT);
    streams.during = () -> jobs.unreachable = true;
    runner("one").poll();
    assertTrue(administration.find(null, job.id()) instanceof PrivacyOutcome.Unavailable);
    streams.during = () -> {};
    runner("one").poll();
    jobs.unreachable = false;
    time.advance(PrivacyRunner.LEASE.plusMillis(1));
    runner("one").poll();
    assertEquals(PrivacyJob.State.DONE, find(job).state());
    assertEquals(Map.of("devices", 3L, "streams", 5L), find(job).counts());
  }

  @Test
  void anErasureEndsWhenTheUserGoesOn() {
    PrivacyJob job = begin(PrivacyJob.Kind.ERASE);
    streams.during = () -> streams.left.add(1);
    for (int pass = 0; pass < PrivacyRunner.MAX_PASSES + 1; pass++) {
      runner("one").poll();
      time.advance(PrivacyRunner.LEASE);
    }
    assertEquals(PrivacyJob.State.FAILED, find(job).state());
    assertTrue(String.valueOf(find(job).problem()).contains("revoke"));
  }

  @Test
  void aStoppingNodeLeavesTheJobToOthers() {
    PrivacyJob job = begin(PrivacyJob.Kind.EXPORT);
    PrivacyRunner stopping = runner("one");
    streams.during = stopping::close;
    stopping.poll();
    streams.during = () -> {};
    assertEquals(Map.of("devices", 3L, "streams", 2L), find(job).counts());
    stopping.poll();
    runner("two").poll();
    assertEquals(PrivacyJob.State.DONE, find(job).state(), "at once");
  }

  @Test
  void administratorsHaveTheJobsOfTheirTenant() {
    PrivacyJob job = begin(PrivacyJob.Kind.ERASE);
    TenantId other = new TenantId("globex");
    assertTrue(administration.find(other, job.id()) instanceof PrivacyOutcome.Missing);
    assertTrue(administration.find(ACME, job.id()) instanceof PrivacyOutcome.Found);
    assertTrue(administration.find(ACME, "x") instanceof PrivacyOutcome.Missing);
    assertTrue(administration.delete(other, job.id()) instanceof PrivacyOutcome.Missing);
    assertTrue(administration.delete(ACME, job.id()) instanceof PrivacyOutcome.Invalid);
    assertEquals(new PrivacyOutcome.Page(List.of(), false), administration.list(other, null, 10));
    PrivacyJob export = begin(PrivacyJob.Kind.EXPORT);
    assertTrue(administration.delete(ACME, export.id()) instanceof PrivacyOutcome.Deleted);
    assertTrue(
        new PrivacyAdministration(null, time).list(ACME, null, 1) instanceof PrivacyOutcome.Off);
  }
}
