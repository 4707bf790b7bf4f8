package io.broadcasty.admin.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract of {@link PrivacyJobs}. Every implementation's test extends this. */
public abstract class PrivacyJobsContract {

  protected static final Duration LEASE = Duration.ofSeconds(60);
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId GLOBEX = new TenantId("globex");

  protected final ManualTime time = new ManualTime();

  /** Returns the jobs of the test, initially none. */
  protected abstract PrivacyJobs open();

  /** Returns the time of the store. */
  protected abstract long nowMillis();

  /** Has all claims end that were made by now. */
  protected abstract void passLeases();

  private static String id(int number) {
    return String.format("%020x", number);
  }

  private PrivacyJob job(int number, TenantId tenant, String user, PrivacyJob.Kind kind) {
    return PrivacyJob.created(
        id(number), new DataSubject(tenant, user, List.of("private-a", "b*")), kind, nowMillis());
  }

  private static PrivacyJob after(PrivacyJob job, String next, List<String> lines) {
    long bytes = lines.stream().mapToLong(line -> line.length() + 1L).sum();
    return job.after("devices", new PersonalData.Part(lines.size(), lines, null), next, bytes);
  }

  @Test
  void keepsJobsAsTheyAre() {
    PrivacyJobs jobs = open();
    PrivacyJob job = job(1, ACME, "änn 😀", PrivacyJob.Kind.EXPORT);
    jobs.insert(job);
    assertEquals(job, jobs.find(id(1)));
    assertNull(jobs.find(id(2)));
    assertNotNull(jobs.claim("me", LEASE));
    PrivacyJob running =
        new PrivacyJob(
            job.id(),
            ACME,
            job.user(),
            job.channels(),
            PrivacyJob.Kind.EXPORT,
            PrivacyJob.State.RUNNING,
            "streams",
            "orders\n0\ne\n17",
            3,
            4,
            Map.of("devices", 7L),
            99,
            "it waits",
            5,
            job.createdAtMillis(),
            0,
            0);
    assertTrue(jobs.save(running, List.of(), "me", null));
    PrivacyJob found = Objects.requireNonNull(jobs.find(id(1)));
    assertEquals(running.cursor(), found.cursor());
    assertEquals(running.counts(), found.counts());
    assertEquals(
        List.of("streams", 3, 4L, 99L, "it waits", 5L),
        List.of(
            String.valueOf(found.area()),
            found.pass(),
            found.found(),
            found.bytes(),
            String.valueOf(found.problem()),
            found.notBeforeMillis()));
  }

  @Test
  void listsTheLatestFirst() {
    PrivacyJobs jobs = open();
    for (int i = 1; i <= 5; i++) {
      jobs.insert(job(i, i == 3 ? GLOBEX : ACME, "ann" + i, PrivacyJob.Kind.ERASE));
    }
    assertEquals(List.of(id(5), id(4)), ids(jobs.list(ACME, null, 2)));
    assertEquals(List.of(id(2), id(1)), ids(jobs.list(ACME, id(4), 10)));
    assertEquals(List.of(id(3)), ids(jobs.list(GLOBEX, null, 10)));
    assertEquals(5, jobs.list(null, null, 10).size());
    assertEquals(id(2), ids(Stream.of(find(jobs, "ann2", ACME)).toList()).get(0));
    assertNull(jobs.findUnfinished(GLOBEX, "ann2", PrivacyJob.Kind.ERASE));
    assertNull(jobs.findUnfinished(ACME, "ann2", PrivacyJob.Kind.EXPORT));
  }

  private static PrivacyJob find(PrivacyJobs jobs, String user, TenantId tenant) {
    return Objects.requireNonNull(jobs.findUnfinished(tenant, user, PrivacyJob.Kind.ERASE));
  }

  private static List<String> ids(List<PrivacyJob> jobs) {
    return jobs.stream().map(PrivacyJob::id).toList();
  }

  @Test
  void oneNodeHasAJobUntilItsClaimEnds() {
    PrivacyJobs jobs = open();
    assertNull(jobs.claim("one", LEASE));
    PrivacyJob job = job(1, ACME, "ann", PrivacyJob.Kind.EXPORT);
    jobs.insert(job);
    assertNotNull(jobs.claim("one", LEASE));
    assertNull(jobs.claim("two", LEASE));
    PrivacyJob first = after(job, "pushes", List.of("{1}"));
    assertFalse(jobs.save(first, List.of("{1}"), "two", LEASE));
    assertTrue(jobs.save(first, List.of("{1}"), "one", LEASE));
    passLeases();
    PrivacyJob taken = jobs.claim("two", LEASE);
    assertNotNull(taken);
    assertEquals("pushes", taken.area());
    PrivacyJob second = after(taken, "streams", List.of("{2}", "{3}"));
    assertFalse(jobs.save(second, List.of("{2}", "{3}"), "one", LEASE), "it was taken for dead");
    assertTrue(jobs.save(second, List.of("{2}", "{3}"), "two", null));
    assertNotNull(jobs.claim("three", LEASE), "it was given up");
    PrivacyJobs.Chunk chunk = Objects.requireNonNull(jobs.read(id(1), -1));
    assertEquals("{1}\n", chunk.text());
    PrivacyJobs.Chunk next = Objects.requireNonNull(jobs.read(id(1), chunk.number()));
    assertEquals("{2}\n{3}\n", next.text());
    assertNull(jobs.read(id(1), next.number()));
    assertNull(jobs.read(id(2), -1));
  }

  @Test
  void aJobWaitsUntilItMayGoOn() {
    PrivacyJobs jobs = open();
    PrivacyJob job = job(1, ACME, "ann", PrivacyJob.Kind.ERASE);
    jobs.insert(job);
    assertNotNull(jobs.claim("one", LEASE));
    assertTrue(jobs.save(job.delayed("not now", nowMillis() + 50_000), List.of(), "one", null));
    assertNull(jobs.claim("one", LEASE));
    passLeases();
    assertNotNull(jobs.claim("one", LEASE));
  }

  @Test
  void finishedJobsAreNotClaimedAndDeletedLater() {
    PrivacyJobs jobs = open();
    PrivacyJob job = job(1, ACME, "ann", PrivacyJob.Kind.ERASE);
    jobs.insert(job);
    assertNotNull(jobs.claim("one", LEASE));
    PrivacyJob done = job.finished(PrivacyJob.State.DONE, null, nowMillis());
    assertTrue(jobs.save(done, List.of(), "one", null));
    assertNull(jobs.claim("one", LEASE));
    PrivacyJob found = Objects.requireNonNull(jobs.find(id(1)));
    assertNull(found.user());
    assertEquals(List.of(), found.channels());
    assertNull(jobs.findUnfinished(ACME, "ann", PrivacyJob.Kind.ERASE));
    jobs.prune(done.finishedAtMillis());
    assertNotNull(jobs.find(id(1)));
    jobs.prune(done.finishedAtMillis() + 1);
    assertNull(jobs.find(id(1)));
  }

  @Test
  void deletesJobsWithWhatTheyHaveExported() {
    PrivacyJobs jobs = open();
    for (int i = 1; i <= 3; i++) {
      PrivacyJob job = job(i, i == 3 ? GLOBEX : ACME, "ann", PrivacyJob.Kind.EXPORT);
      jobs.insert(job);
      assertEquals(id(i), Objects.requireNonNull(jobs.claim("one", LEASE)).id());
      assertTrue(jobs.save(after(job, "pushes", List.of("x")), List.of("x"), "one", LEASE));
    }
    assertEquals(0, jobs.deleteOthers(ACME, "bob", id(1)));
    assertEquals(1, jobs.deleteOthers(ACME, "ann", id(1)));
    assertNull(jobs.find(id(2)));
    assertNull(jobs.read(id(2), -1));
    assertNotNull(jobs.read(id(1), -1));
    assertNotNull(jobs.read(id(3), -1));
    assertTrue(jobs.delete(id(1)));
    assertFalse(jobs.delete(id(1)));
    assertNull(jobs.read(id(1), -1));
    PrivacyJob deleted = job(1, ACME, "ann", PrivacyJob.Kind.EXPORT);
    assertFalse(jobs.save(after(deleted, "pushes", List.of("y")), List.of("y"), "one", LEASE));
    assertNull(jobs.read(id(1), -1), "nothing is exported after the end");
    PrivacyJob failed = job(3, GLOBEX, "ann", PrivacyJob.Kind.EXPORT);
    assertTrue(
        jobs.save(
            failed.finished(PrivacyJob.State.FAILED, "too much", nowMillis()),
            List.of(),
            "one",
            null));
    assertNull(jobs.read(id(3), -1), "what cannot be used is not kept");
  }

  @Test
  void ofManyNodesOneClaims() throws Exception {
    PrivacyJobs jobs = open();
    ExecutorService nodes = Executors.newFixedThreadPool(4);
    try {
      for (int round = 1; round <= 20; round++) {
        int number = round;
        jobs.insert(job(number, ACME, "ann" + number, PrivacyJob.Kind.ERASE));
        List<Callable<Boolean>> claims =
            Stream.of("a", "b", "c", "d")
                .<Callable<Boolean>>map(owner -> () -> jobs.claim(owner, LEASE) != null)
                .toList();
        int claimed = 0;
        for (Future<Boolean> each : nodes.invokeAll(claims)) {
          claimed += each.get() ? 1 : 0;
        }
        assertEquals(1, claimed);
      }
    } finally {
      nodes.shutdownNow();
    }
  }
}
