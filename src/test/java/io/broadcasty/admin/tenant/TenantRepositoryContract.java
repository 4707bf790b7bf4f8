package io.broadcasty.admin.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The contract of {@link TenantRepository}. */
public abstract class TenantRepositoryContract {

  private static final TenantId ACME = new TenantId("acme");

  /** Returns the repository under test, initially empty; the same throughout a test. */
  protected abstract TenantRepository repository();

  /** Returns the repository of another node on the same store. */
  protected abstract TenantRepository otherNode();

  /** Makes the store unreachable from now on. */
  protected abstract void makeUnreachable();

  private static Tenant tenant(String id, Map<String, String> settings) {
    return new Tenant(
        new TenantId(id), "Name of " + id, TenantState.ACTIVE, settings, 1000, 1000, 0);
  }

  private static Tenant changed(Tenant tenant, TenantState state, Map<String, String> settings) {
    return new Tenant(tenant.id(), "Other", state, settings, 9999, 2000, tenant.revision());
  }

  private Tenant insert(String id) {
    return Objects.requireNonNull(repository().insert(tenant(id, Map.of())));
  }

  /** Compares all but the revision. */
  private static void assertSame(Tenant expected, @Nullable Tenant actual) {
    assertNotNull(actual);
    assertEquals(
        expected,
        new Tenant(
            actual.id(),
            actual.name(),
            actual.state(),
            actual.settings(),
            actual.createdAtMillis(),
            actual.updatedAtMillis(),
            expected.revision()));
  }

  @Test
  void findsWhatWasInsertedOnEveryNode() {
    assertNull(repository().find(ACME));
    Tenant tenant = tenant("acme", Map.of("limits.batch", "5", "replay.retention", "1d"));
    Tenant inserted = repository().insert(tenant);
    assertSame(tenant, inserted);
    assertEquals(inserted, repository().find(ACME));
    assertEquals(inserted, otherNode().find(ACME));
  }

  @Test
  void keepsEveryCharacterOfANameAndALongText() {
    String name = "Łódź & Söhne \"GmbH\" 東京 \uD83D\uDE80 ";
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < 400; i++) {
      settings.put("limits.number" + i, "\"" + "9".repeat(30));
    }
    Tenant tenant = new Tenant(ACME, name, TenantState.SUSPENDED, settings, 1, Long.MAX_VALUE, 0);
    repository().insert(tenant);
    assertSame(tenant, otherNode().find(ACME));
  }

  @Test
  void insertsAnIdOnceAndTellsUpperCaseApart() {
    Tenant first = insert("acme");
    assertNull(repository().insert(tenant("acme", Map.of("limits.batch", "5"))));
    assertNull(otherNode().insert(tenant("acme", Map.of())));
    assertEquals(first, repository().find(ACME));
    assertNotNull(repository().insert(tenant("ACME", Map.of())));
  }

  @Test
  void replacesWhatWasReadAndNothingNewer() {
    Tenant first = insert("acme");
    Tenant wanted = changed(first, TenantState.SUSPENDED, Map.of("limits.batch", "7"));
    Tenant second = repository().replace(wanted);
    assertNotNull(second);
    assertNotEquals(first.revision(), second.revision());
    assertSame(
        new Tenant(
            ACME, "Other", TenantState.SUSPENDED, Map.of("limits.batch", "7"), 1000, 2000, 0),
        second);
    assertEquals(second, otherNode().find(ACME));
    assertNull(otherNode().replace(changed(first, TenantState.ACTIVE, Map.of())), "was changed");
    assertEquals(second, repository().find(ACME));
    assertNotNull(otherNode().replace(changed(second, TenantState.ACTIVE, Map.of())));
  }

  @Test
  void replacesNothingThatIsGone() {
    Tenant first = insert("acme");
    assertTrue(otherNode().delete(ACME));
    assertNull(repository().replace(changed(first, TenantState.ACTIVE, Map.of())));
    assertNull(repository().find(ACME));
  }

  @Test
  void deletesOnce() {
    insert("acme");
    insert("beta");
    assertTrue(repository().delete(ACME));
    assertFalse(repository().delete(ACME));
    assertNull(otherNode().find(ACME));
    assertEquals(List.of("beta"), ids(repository().list(null, 10)));
    insert("acme");
  }

  @Test
  void listsPagesInTheOrderOfCharacters() {
    List.of("b", "a", "B", "a.b", "a-b", "a_b", "ab", "A9").forEach(this::insert);
    List<String> all = List.of("A9", "B", "a", "a-b", "a.b", "a_b", "ab", "b");
    assertEquals(all, ids(repository().list(null, 100)));
    assertEquals(all.subList(0, 3), ids(repository().list(null, 3)));
    assertEquals(all.subList(3, 6), ids(repository().list(new TenantId("a"), 3)));
    assertEquals(List.of("b"), ids(repository().list(new TenantId("az"), 100)), "is no tenant");
    assertEquals(List.of(), ids(repository().list(new TenantId("b"), 100)));
  }

  private static List<String> ids(List<Tenant> tenants) {
    return tenants.stream().map(tenant -> tenant.id().value()).toList();
  }

  /** Two requests that read the same revision cannot both win. */
  @Test
  void oneOfTwoConcurrentReplacementsWins() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Tenant last = insert("acme");
      for (int round = 0; round < 10; round++) {
        Tenant read = last;
        String even = String.valueOf(2 * round); // each differs from what is stored
        String odd = String.valueOf(2 * round + 1);
        CyclicBarrier start = new CyclicBarrier(2);
        Future<@Nullable Tenant> one =
            threads.submit(() -> replaceAt(start, repository(), read, even));
        Future<@Nullable Tenant> two =
            threads.submit(() -> replaceAt(start, otherNode(), read, odd));
        Tenant first = one.get(20, TimeUnit.SECONDS);
        Tenant second = two.get(20, TimeUnit.SECONDS);
        assertTrue((first == null) != (second == null), first + " and " + second);
        last = Objects.requireNonNull(first == null ? second : first);
        assertEquals(last, repository().find(ACME));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static @Nullable Tenant replaceAt(
      CyclicBarrier start, TenantRepository node, Tenant read, String batch) throws Exception {
    start.await(20, TimeUnit.SECONDS);
    return node.replace(changed(read, TenantState.ACTIVE, Map.of("limits.batch", batch)));
  }

  @Test
  void anUnreachableStoreThrows() {
    insert("acme");
    makeUnreachable();
    assertFailsSoon(() -> repository().find(ACME));
    assertFailsSoon(() -> repository().list(null, 1));
    assertFailsSoon(() -> insert("beta"));
    assertFailsSoon(() -> repository().replace(tenant("a", Map.of())));
    assertFailsSoon(() -> repository().delete(ACME));
  }

  /** An operator waits for it; 5 s is the limit, which is doubled for a busy machine. */
  private static void assertFailsSoon(Executable call) {
    assertTimeout(Duration.ofSeconds(10), () -> assertThrows(TenantStoreException.class, call));
  }
}
