package io.broadcasty.admin.key;

import static io.broadcasty.admin.key.TestKeys.ACME;
import static io.broadcasty.admin.key.TestKeys.MASTER;
import static io.broadcasty.admin.key.TestKeys.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.secret.SecretException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The contract of {@link ApiKeyRepository} and of the {@link ApiKeySource} on the same store. */
public abstract class ApiKeyRepositoryContract {

  /** What {@link #source} takes as the time. */
  protected static final WallClock CLOCK = () -> 5000;

  /** Returns the repository under test, initially empty; the same throughout a test. */
  protected abstract ApiKeyRepository repository();

  /** Returns what the data plane of another node reads. */
  protected abstract ApiKeySource source();

  /** Makes the store unreachable from now on. */
  protected abstract void makeUnreachable();

  private ApiKey insert(String id, String tenant) {
    return Objects.requireNonNull(repository().insert(key(id, tenant)));
  }

  private static List<String> ids(List<ApiKey> keys) {
    return keys.stream().map(ApiKey::id).toList();
  }

  @Test
  void theDataPlaneReadsWhatWasInserted() {
    assertNull(repository().find("a"));
    assertNull(source().load("a"));
    ApiKey key =
        new ApiKey(
            "a",
            ACME,
            "Ümläut ☃",
            List.of(
                new KeyScope("orders.*", Set.of(Action.PUBLISH, Action.SUBSCRIBE)),
                new KeyScope("presence-a", Set.of(Action.PRESENCE))),
            MASTER.currentId(),
            MASTER.encrypt("new", "a"),
            MASTER.encrypt("old", "a"),
            77,
            false,
            99_000_000_000_000L,
            0,
            1000,
            2000,
            0);
    ApiKey inserted = repository().insert(key);
    assertNotNull(inserted);
    assertEquals(withRevision(key, inserted.revision()), inserted);
    assertEquals(inserted, repository().find("a"));
    assertEquals(inserted, source().load("a"));
    assertEquals(List.of(inserted), source().loadAll());
    assertNull(repository().insert(key), "there is one already");
  }

  private static ApiKey withRevision(ApiKey key, long revision) {
    return new ApiKey(
        key.id(),
        key.tenant(),
        key.name(),
        key.scopes(),
        key.masterKeyId(),
        key.secret(),
        key.previousSecret(),
        key.previousUntilMillis(),
        key.revoked(),
        key.expiresAtMillis(),
        key.lastUsedAtMillis(),
        key.createdAtMillis(),
        key.updatedAtMillis(),
        revision);
  }

  @Test
  void listsAndCountsOneTenantsKeysInOrder() {
    for (String id : List.of("c", "a", "d", "b")) {
      insert(id, id.equals("d") ? "other" : "acme");
    }
    assertEquals(List.of("a", "b", "c"), ids(repository().list(ACME, "", 10)));
    assertEquals(List.of("a", "b"), ids(repository().list(ACME, "", 2)));
    assertEquals(List.of("c"), ids(repository().list(ACME, "bb", 2)));
    assertEquals(3, repository().count(ACME));
    assertEquals(0, repository().count(new TenantId("nobody")));
  }

  @Test
  void findsKeysThatAnotherMasterKeyHasEncrypted() {
    ApiKey revoked = insert("a", "acme");
    insert("b", "acme");
    insert("c", "other");
    assertNotNull(repository().replace(revoked.withoutUse(2000)));
    assertEquals(List.of(), repository().encryptedByOthers(MASTER.currentId(), "", 10));
    assertEquals(List.of("b", "c"), ids(repository().encryptedByOthers("new", "", 10)));
    assertEquals(List.of("c"), ids(repository().encryptedByOthers("new", "b", 10)));
  }

  @Test
  void replacesOnlyTheRevisionThatWasRead() {
    ApiKey first = insert("a", "acme");
    ApiKey changed =
        repository().replace(first.withSecrets("m2", "current", "previous", 3000, 2000));
    assertNotNull(changed);
    assertNotEquals(first.revision(), changed.revision());
    assertEquals("previous", changed.previousSecret());
    assertEquals(changed, repository().find("a"));
    assertEquals(changed, source().load("a"));
    assertNull(repository().replace(first.withoutUse(4000)), "it has changed since");
    assertNull(repository().replace(key("missing", "acme")));
  }

  @Test
  void theDataPlaneReadsNoRevokedKey() {
    ApiKey revoked = repository().replace(insert("a", "acme").withoutUse(2000));
    assertNotNull(revoked);
    assertEquals(revoked, repository().find("a"));
    assertNull(source().load("a"));
    assertEquals(List.of(), source().loadAll());
  }

  private ApiKey insertExpiring(String id, long expiresAtMillis) {
    ApiKey key = key(id, "acme");
    return Objects.requireNonNull(
        repository().insert(key.with(key.name(), key.scopes(), expiresAtMillis, 1000)));
  }

  @Test
  void theDataPlaneReadsNoExpiredKey() {
    ApiKey expired = insertExpiring("a", 5000);
    ApiKey valid = insertExpiring("b", 5001);
    assertEquals(expired, repository().find("a"));
    assertNull(source().load("a"));
    assertEquals(valid, source().load("b"));
    assertEquals(List.of(valid), source().loadAll());
  }

  @Test
  void countsValidKeysByThemselves() {
    insert("a", "acme");
    insert("b", "other");
    insertExpiring("c", 5000);
    insertExpiring("d", 5001);
    assertNotNull(repository().replace(insert("e", "acme").withoutUse(2000)));
    assertEquals(2, repository().countValid(ACME, 5000));
    assertEquals(4, repository().count(ACME));
  }

  @Test
  void replacesNameScopesAndExpiry() {
    List<KeyScope> scopes = List.of(new KeyScope("presence-a", Set.of(Action.PRESENCE)));
    ApiKey wanted = insert("a", "acme").with("☃", scopes, 9000, 3000);
    ApiKey changed = repository().replace(wanted);
    assertNotNull(changed);
    assertEquals(withRevision(wanted, changed.revision()), changed);
    assertEquals(changed, repository().find("a"));
    assertEquals(changed, source().load("a"));
  }

  /** An interrupted run is repeated; what it has encrypted stays as it is. */
  @Test
  void allSecretsAreEncryptedAgainUnderAnotherMasterKey() {
    insert("a", "acme");
    insert("b", "other");
    ApiKey rotated = insert("c", "acme");
    assertNotNull(
        repository()
            .replace(
                rotated.withSecrets(
                    MASTER.currentId(),
                    MASTER.encrypt("new", "c"),
                    MASTER.encrypt("old", "c"),
                    9000,
                    2000)));
    assertNotNull(repository().replace(insert("d", "acme").withoutUse(2000)));
    MasterKeys both = TestKeys.masterKeys(2, 1);
    ApiKeyAdministration keys =
        new ApiKeyAdministration(repository(), both, new MemoryControlTopic(), CLOCK);
    ApiKey first = repository().find("a");
    assertNotNull(first);
    assertNotNull(
        repository()
            .replace(
                first.withSecrets(
                    both.currentId(), both.encrypt("secret of a", "a"), "", 0, 1000)));
    assertEquals(new KeyOutcome.Encrypted(2, 0), keys.rotateMaster());
    assertEquals(new KeyOutcome.Encrypted(0, 0), keys.rotateMaster());
    MasterKeys onlyNew = TestKeys.masterKeys(2);
    assertEquals("secret of a", decrypted(onlyNew, "a", ApiKey::secret));
    assertEquals("secret of b", decrypted(onlyNew, "b", ApiKey::secret));
    assertEquals("new", decrypted(onlyNew, "c", ApiKey::secret));
    assertEquals("old", decrypted(onlyNew, "c", ApiKey::previousSecret));
  }

  private String decrypted(MasterKeys keys, String id, Function<ApiKey, String> secret) {
    ApiKey found = Objects.requireNonNull(source().load(id));
    try {
      return keys.decrypt(found.masterKeyId(), secret.apply(found), id);
    } catch (SecretException e) {
      throw new AssertionError(id, e);
    }
  }

  @Test
  void deletesAllKeysOfOneTenant() {
    insert("a", "acme");
    assertNotNull(repository().replace(insert("b", "acme").withoutUse(2000)));
    ApiKey other = insert("c", "other");
    assertEquals(2, repository().deleteAll(ACME));
    assertEquals(0, repository().deleteAll(ACME));
    assertNull(repository().find("a"));
    assertEquals(List.of(other), source().loadAll());
  }

  @Test
  void everyCallReportsAnUnreachableStore() {
    assertNotNull(repository().insert(key("first", "acme"))); // starts the provider
    makeUnreachable();
    assertFailsSoon(() -> repository().find("a"));
    assertFailsSoon(() -> repository().list(ACME, "", 1));
    assertFailsSoon(() -> repository().encryptedByOthers("a", "", 1));
    assertFailsSoon(() -> repository().count(ACME));
    assertFailsSoon(() -> repository().countValid(ACME, 1));
    assertFailsSoon(() -> repository().deleteAll(ACME));
    assertFailsSoon(() -> repository().insert(key("a", "acme")));
    assertFailsSoon(() -> repository().replace(key("a", "acme")));
    assertFailsSoon(() -> source().load("a"));
    assertFailsSoon(() -> source().loadAll());
    assertFailsSoon(() -> source().storeUses(Map.of("a", 1L)));
  }

  /** An operator waits for it; 5 s is the limit, which is doubled for a busy machine. */
  private static void assertFailsSoon(Executable call) {
    assertTimeout(Duration.ofSeconds(10), () -> assertThrows(KeyStoreException.class, call));
  }
}
