package io.broadcasty.admin.revocation;

import static io.broadcasty.admin.revocation.TestRevocations.ACME;
import static io.broadcasty.admin.revocation.TestRevocations.OTHER;
import static io.broadcasty.admin.revocation.TestRevocations.revocation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The contract of {@link RevocationRepository}, and {@link RevocationSource} on the same store. */
public abstract class RevocationRepositoryContract {

  private static final RevocationTarget ANN = RevocationTarget.user(ACME, "Ann Ümläut ☃");

  /** Returns the repository under test, initially empty; the same throughout a test. */
  protected abstract RevocationRepository repository();

  /** Returns what the data plane of another node reads. */
  protected abstract RevocationSource source();

  /** Makes the store unreachable from now on. */
  protected abstract void makeUnreachable();

  private Revocation insert(Revocation revocation) {
    return Objects.requireNonNull(repository().insert(revocation));
  }

  private static Revocation expiring(RevocationTarget target, long expiresAtMillis) {
    return new Revocation(target, 0, expiresAtMillis, 1000, 1000, 0);
  }

  @Test
  void theDataPlaneReadsWhatWasInserted() {
    assertNull(repository().find(ANN.id()));
    assertNull(source().load(ANN.id()));
    Revocation inserted = insert(revocation(ANN));
    assertEquals(
        new Revocation(ANN, 5000, 99_000_000_000_000L, 1000, 2000, inserted.revision()), inserted);
    assertEquals(inserted, repository().find(ANN.id()));
    assertEquals(inserted, source().load(ANN.id()));
    assertEquals(List.of(inserted), source().loadAll(1));
    assertNull(repository().insert(revocation(ANN)), "there is one already");
  }

  /** The names differ in case, accents and blanks only, which some databases take for equal. */
  @Test
  void keepsTargetsApart() {
    List<RevocationTarget> targets =
        List.of(
            RevocationTarget.user(ACME, "ann"),
            RevocationTarget.user(ACME, "Ann"),
            RevocationTarget.user(ACME, "änn"),
            RevocationTarget.user(ACME, "ann "),
            RevocationTarget.user(OTHER, "ann"),
            RevocationTarget.token(ACME, "ann"),
            RevocationTarget.signIn(ACME, "ann"),
            RevocationTarget.token(ACME, "x".repeat(1000)),
            RevocationTarget.tenant(ACME));
    targets.forEach(each -> insert(revocation(each)));
    assertEquals(
        Set.copyOf(targets),
        Set.copyOf(source().loadAll(1).stream().map(Revocation::target).toList()));
  }

  @Test
  void listsAndCountsOneTenantsInOrder() {
    List<String> ids =
        Stream.of("a", "b", "c")
            .map(each -> insert(revocation(RevocationTarget.token(ACME, each))).id())
            .sorted(Comparator.naturalOrder())
            .toList();
    insert(revocation(RevocationTarget.token(OTHER, "a")));
    assertEquals(ids, ids(repository().list(ACME, "", 10)));
    assertEquals(ids.subList(0, 2), ids(repository().list(ACME, "", 2)));
    assertEquals(ids.subList(1, 3), ids(repository().list(ACME, ids.get(0), 2)));
    assertEquals(3, repository().count(ACME));
    assertEquals(4, repository().count(null));
  }

  private static List<String> ids(List<Revocation> revocations) {
    return revocations.stream().map(Revocation::id).toList();
  }

  @Test
  void replacesOnlyTheRevisionThatWasRead() {
    Revocation first = insert(revocation(ANN));
    Revocation wanted = new Revocation(ANN, 6000, 7000, 9, 8000, first.revision());
    Revocation changed = repository().replace(wanted);
    assertNotNull(changed);
    assertNotEquals(first.revision(), changed.revision());
    assertEquals(
        new Revocation(ANN, 6000, 7000, 1000, 8000, changed.revision()),
        changed,
        "it was created when it was");
    assertEquals(changed, repository().find(ANN.id()));
    assertEquals(changed, source().load(ANN.id()));
    assertNull(repository().replace(wanted), "it has changed since");
    assertNull(repository().replace(revocation(RevocationTarget.tenant(ACME))), "there is none");
  }

  @Test
  void deletesOne() {
    insert(revocation(ANN));
    Revocation kept = insert(revocation(RevocationTarget.tenant(ACME)));
    assertTrue(repository().delete(ANN.id()));
    assertFalse(repository().delete(ANN.id()));
    assertNull(source().load(ANN.id()));
    assertEquals(List.of(kept), source().loadAll(1));
  }

  @Test
  void expiredOnesAreNotReadAndAreDeleted() {
    insert(expiring(RevocationTarget.token(ACME, "old"), 3000));
    Revocation late = insert(expiring(RevocationTarget.token(ACME, "late"), 3001));
    assertEquals(List.of(late), source().loadAll(3000));
    assertEquals(0, source().prune(3000));
    assertEquals(1, source().prune(3001));
    assertEquals(List.of(late), repository().list(ACME, "", 9));
  }

  @Test
  void everyCallReportsAnUnreachableStore() {
    makeUnreachable();
    String id = ANN.id();
    assertThrows(RevocationStoreException.class, () -> repository().find(id));
    assertThrows(RevocationStoreException.class, () -> repository().list(ACME, "", 1));
    assertThrows(RevocationStoreException.class, () -> repository().count(ACME));
    assertThrows(RevocationStoreException.class, () -> repository().insert(revocation(ANN)));
    assertThrows(RevocationStoreException.class, () -> repository().replace(revocation(ANN)));
    assertThrows(RevocationStoreException.class, () -> repository().delete(id));
    assertThrows(RevocationStoreException.class, () -> source().load(id));
    assertThrows(RevocationStoreException.class, () -> source().loadAll(1));
    assertThrows(RevocationStoreException.class, () -> source().prune(1));
  }
}
