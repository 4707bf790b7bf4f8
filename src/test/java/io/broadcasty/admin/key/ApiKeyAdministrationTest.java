package io.broadcasty.admin.key;

import static io.broadcasty.admin.key.TestKeys.ACME;
import static io.broadcasty.admin.key.TestKeys.ORDERS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlMessage.Disconnect;
import io.broadcasty.cluster.control.ControlMessage.KeysChanged;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Tests the life of a key with the snapshot and the authenticator of a node that follows it. */
class ApiKeyAdministrationTest {

  private static final TenantId BETA = new TenantId("beta");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final KeyRotation FOR_AN_HOUR = new KeyRotation(HOUR, false);
  private static final KeyRotation AT_ONCE = new KeyRotation(Duration.ZERO, false);

  private final ManualTime time = new ManualTime();
  private final FakeApiKeys stored = new FakeApiKeys(time);
  private final List<ControlMessage> published = new ArrayList<>();
  private final ApiKeySnapshot snapshot = new ApiKeySnapshot(TestKeys.MASTER, time);
  private final ApiKeyUses uses = new ApiKeyUses();
  private final KeyAuthenticator authenticator =
      new KeyAuthenticator(token -> new Refused("a token", false), snapshot, uses, time);
  private boolean nodesAway;

  /** The keys that changes were about to concern. */
  private final List<ApiKey> told = new ArrayList<>();

  private final Consumer<ApiKey> concerned = told::add;

  private final ControlTopic topic =
      new ControlTopic() {
        @Override
        public long publish(ControlMessage message) {
          if (nodesAway) {
            throw new ControlException("away");
          }
          published.add(message);
          if (message instanceof KeysChanged changed && changed.keyId() != null) {
            assertTrue(snapshot.refresh(changed.keyId()));
          }
          return published.size();
        }

        @Override
        public void addListener(ControlListener listener) {}

        @Override
        public void close() {}
      };

  private final ApiKeyAdministration keys = administration(stored, TestKeys.MASTER);

  {
    snapshot.readFrom(stored);
  }

  private ApiKeyAdministration administration(
      @Nullable ApiKeyRepository repository, MasterKeys masterKeys) {
    return new ApiKeyAdministration(repository, masterKeys, topic, time);
  }

  private static KeyOutcome.Issued issued(KeyOutcome outcome) {
    return assertInstanceOf(KeyOutcome.Issued.class, outcome, outcome::toString);
  }

  private KeyOutcome.Issued create() {
    return issued(keys.create(ACME, "back end", ORDERS, 0, concerned));
  }

  private Authenticator.Verdict verdict(KeyOutcome.Issued issued) {
    return authenticator.authenticate(issued.secret().token());
  }

  private Caller caller(KeyOutcome.Issued issued) {
    return assertInstanceOf(Authenticated.class, verdict(issued)).caller();
  }

  private void assertRefused(KeyOutcome.Issued issued) {
    assertInstanceOf(Refused.class, verdict(issued));
  }

  @Test
  void aNewKeyIsValidWithinItsScopesAndStoredEncrypted() {
    KeyOutcome.Issued issued = create();
    String id = issued.key().id();
    assertEquals(List.of(new KeysChanged(id)), published);
    Caller caller = caller(issued);
    assertEquals(ACME, caller.tenant());
    assertEquals("key:" + id, caller.subject());
    assertEquals(id, caller.keyId());
    assertEquals(Set.of("publisher"), caller.roles());
    assertTrue(snapshot.allow(id, "orders.eu", Action.PUBLISH));
    assertFalse(snapshot.allow(id, "orders.eu", Action.SUBSCRIBE));
    assertFalse(snapshot.allow(id, "other", Action.PUBLISH));
    assertFalse(snapshot.allow("other", "orders.eu", Action.PUBLISH));
    ApiKey found = stored.find(id);
    assertNotNull(found);
    assertFalse(found.secret().contains(issued.secret().secret()));
    assertFalse(issued.toString().contains(issued.secret().secret()));
  }

  @Test
  void whatIsNotAWholeValidKeyIsRefused() {
    String token = create().secret().token();
    for (int i = 3; i < token.length(); i++) {
      char other = token.charAt(i) == 'x' ? 'y' : 'x';
      String changed = token.substring(0, i) + other + token.substring(i + 1);
      assertInstanceOf(Refused.class, authenticator.authenticate(changed), changed);
    }
    for (String bad : List.of("bk_", token + "x", token.substring(1), "bk_" + token)) {
      assertInstanceOf(Refused.class, authenticator.authenticate(bad), bad);
    }
    assertEquals(new Refused("a token", false), authenticator.authenticate("eyJ"));
  }

  @Test
  void bothSecretsAreValidWhileTheyOverlap() {
    KeyOutcome.Issued before = create();
    KeyOutcome.Issued after = issued(keys.rotate(ACME, before.key().id(), FOR_AN_HOUR, concerned));
    assertNotEquals(before.secret(), after.secret());
    Instant end = Instant.ofEpochMilli(time.nowMillis()).plus(HOUR);
    assertEquals(end, caller(before).expiresAt());
    assertTrue(caller(after).expiresAt().isAfter(end));
    time.advance(HOUR.minusMillis(1));
    assertNotNull(caller(before));
    time.advance(Duration.ofMillis(1));
    assertRefused(before);
    assertNotNull(caller(after));
  }

  @Test
  void aRotationWithoutOverlapEndsTheFormerSecretAndItsStreams() {
    KeyOutcome.Issued before = create();
    KeyOutcome.Issued after = issued(keys.rotate(null, before.key().id(), AT_ONCE, concerned));
    assertRefused(before);
    assertNotNull(caller(after));
    assertEquals(
        new Disconnect(ACME, null, null, before.key().id(), "disconnected"), published.get(2));
  }

  @Test
  void aStreamEndsOnlyWithItsOwnSecret() {
    KeyOutcome.Issued before = create();
    String id = before.key().id();
    KeyOutcome.Issued after = issued(keys.rotate(ACME, id, FOR_AN_HOUR, concerned));
    assertTrue(isStillValid(before));
    assertTrue(isStillValid(after));
    KeyOutcome.Issued last =
        issued(keys.rotate(ACME, id, new KeyRotation(Duration.ZERO, true), concerned));
    assertFalse(isStillValid(before));
    assertFalse(isStillValid(after));
    snapshot.markChanged(id);
    time.advance(HOUR);
    assertTrue(isStillValid(last), "as it was last read");
    keys.revoke(ACME, id, concerned);
    assertFalse(isStillValid(last));
  }

  private boolean isStillValid(KeyOutcome.Issued issued) {
    return snapshot.validUntilMillis(issued.secret().token(), time.nowMillis()) != 0;
  }

  /** Whoever repeats a rotation, as its answer was lost, must not cut off the clients. */
  @Test
  void aRepeatedRotationKeepsTheSecretThatClientsUse() {
    KeyOutcome.Issued used = create();
    String id = used.key().id();
    nodesAway = true;
    assertInstanceOf(KeyOutcome.Unavailable.class, keys.rotate(ACME, id, FOR_AN_HOUR, concerned));
    nodesAway = false;
    assertTrue(snapshot.refresh(id));
    long until = time.nowMillis() + HOUR.toMillis();
    assertEquals(
        new KeyOutcome.RotationPending(until), keys.rotate(ACME, id, FOR_AN_HOUR, concerned));
    assertEquals(new KeyOutcome.RotationPending(until), keys.rotate(ACME, id, AT_ONCE, concerned));
    assertNotNull(caller(used));
    time.advance(Duration.ofMinutes(1));
    KeyRotation replacing = new KeyRotation(HOUR, true);
    KeyOutcome.Issued lost = issued(keys.rotate(ACME, id, replacing, concerned));
    KeyOutcome.Issued last = issued(keys.rotate(ACME, id, replacing, concerned));
    assertRefused(lost);
    assertNotNull(caller(used));
    assertNotNull(caller(last));
    time.advance(HOUR);
    assertRefused(used);
    assertNotNull(issued(keys.rotate(ACME, id, FOR_AN_HOUR, concerned)), "the former is over");
  }

  @Test
  void aReplacingRotationWithoutOverlapLeavesOneSecret() {
    KeyOutcome.Issued first = create();
    String id = first.key().id();
    KeyRotation replacing = new KeyRotation(Duration.ZERO, true);
    KeyOutcome.Issued second = issued(keys.rotate(ACME, id, FOR_AN_HOUR, concerned));
    KeyOutcome.Issued third = issued(keys.rotate(ACME, id, replacing, concerned));
    assertRefused(first);
    assertRefused(second);
    assertNotNull(caller(third));
  }

  @Test
  void anUpdateChangesWhatItNamesAndIsInForce() {
    KeyOutcome.Issued issued = create();
    String id = issued.key().id();
    KeyScope wider = new KeyScope("orders.*", Set.of(Action.SUBSCRIBE));
    long end = time.nowMillis() + HOUR.toMillis();
    told.clear();
    ApiKey changed = updated(keys.update(ACME, id, new KeyChange(null, null, end), concerned));
    assertEquals(List.of(issued.key()), told);
    assertEquals(new KeysChanged(id), published.get(published.size() - 1));
    assertEquals("back end", changed.name());
    assertEquals(ORDERS, changed.scopes());
    assertEquals(Instant.ofEpochMilli(end), caller(issued).expiresAt());
    assertEquals(end, snapshot.validUntilMillis(issued.secret().token(), time.nowMillis()));
    changed = updated(keys.update(null, id, new KeyChange("n", List.of(wider), 0L), concerned));
    assertEquals("n", changed.name());
    assertEquals(0, changed.expiresAtMillis());
    assertTrue(caller(issued).expiresAt().isAfter(Instant.ofEpochMilli(end)));
    assertFalse(snapshot.allow(id, "orders.eu", Action.PUBLISH));
    assertTrue(snapshot.allow(id, "orders.eu", Action.SUBSCRIBE));
    assertTrue(snapshot.covers(id, "orders.*", Action.SUBSCRIBE));
    assertFalse(snapshot.covers(id, "orders.eu", Action.PUBLISH));
    assertEquals(Set.of("member"), caller(issued).roles());
  }

  private static ApiKey updated(KeyOutcome outcome) {
    return assertInstanceOf(KeyOutcome.Updated.class, outcome, outcome::toString).key();
  }

  @Test
  void anUpdateIsValidatedAndKeepsToItsTenantAndToKeysInUse() {
    String id = create().key().id();
    for (KeyChange bad :
        List.of(
            new KeyChange(" ", null, null),
            new KeyChange(null, List.of(), null),
            new KeyChange(null, null, time.nowMillis()))) {
      assertInstanceOf(KeyOutcome.Invalid.class, keys.update(ACME, id, bad, concerned));
    }
    KeyChange rename = new KeyChange("b", null, null);
    assertInstanceOf(KeyOutcome.Missing.class, keys.update(BETA, id, rename, concerned));
    assertInstanceOf(KeyOutcome.Missing.class, keys.update(ACME, "no id", rename, concerned));
    assertInstanceOf(KeyOutcome.Revoked.class, keys.revoke(ACME, id, concerned));
    assertInstanceOf(KeyOutcome.Missing.class, keys.update(ACME, id, rename, concerned));
  }

  /** The audit log must name the key also when the outcome is not known. */
  @Test
  void theKeyConcernedIsToldBeforeItIsStored() {
    stored.faultOfChanges = new KeyStoreException("away", new IllegalStateException());
    assertInstanceOf(
        KeyOutcome.Unavailable.class, keys.create(ACME, "back end", ORDERS, 0, concerned));
    assertEquals("back end", told.get(0).name());
    stored.faultOfChanges = null;
    String id = create().key().id();
    stored.faultOfChanges = new KeyStoreException("away", new IllegalStateException());
    told.clear();
    keys.rotate(null, id, AT_ONCE, concerned);
    keys.update(null, id, new KeyChange("b", null, null), concerned);
    keys.revoke(null, id, concerned);
    assertEquals(List.of(id, id, id), told.stream().map(ApiKey::id).toList());
  }

  @Test
  void anExpiredKeyIsNotReadAndCanBeProlonged() {
    long end = time.nowMillis() + HOUR.toMillis();
    KeyOutcome.Issued issued = issued(keys.create(ACME, "a", ORDERS, end, concerned));
    time.advance(HOUR);
    assertEquals(Set.of(issued.key().id()), snapshot.refreshAll());
    assertFalse(snapshot.isKnown(issued.key().id()));
    assertRefused(issued);
    updated(keys.update(ACME, issued.key().id(), new KeyChange(null, null, 0L), concerned));
    assertNotNull(caller(issued));
  }

  @Test
  void anExpiredKeyIsRefusedAndItsCallersEndThen() {
    long end = time.nowMillis() + HOUR.toMillis();
    KeyOutcome.Issued issued = issued(keys.create(ACME, "a", ORDERS, end, concerned));
    assertEquals(Instant.ofEpochMilli(end), caller(issued).expiresAt());
    time.advance(HOUR);
    assertTrue(assertInstanceOf(Refused.class, verdict(issued)).expired());
  }

  @Test
  void aRevokedKeyIsRefusedItsStreamsEndAndItsSecretIsGone() {
    KeyOutcome.Issued issued = create();
    String id = issued.key().id();
    assertInstanceOf(KeyOutcome.Revoked.class, keys.revoke(ACME, id, concerned));
    assertRefused(issued);
    assertFalse(snapshot.allow(id, "orders.eu", Action.PUBLISH));
    assertEquals(
        List.of(new KeysChanged(id), new Disconnect(ACME, null, null, id, "disconnected")),
        published.subList(1, 3));
    ApiKey found = assertInstanceOf(KeyOutcome.Found.class, keys.find(ACME, id)).key();
    assertTrue(found.revoked());
    assertEquals("", found.secret());
    assertInstanceOf(KeyOutcome.Missing.class, keys.rotate(ACME, id, FOR_AN_HOUR, concerned));
    assertInstanceOf(
        KeyOutcome.Revoked.class, keys.revoke(ACME, id, concerned), "it may be repeated");
    assertEquals(5, published.size());
  }

  @Test
  void anotherTenantsKeyIsMissing() {
    String id = create().key().id();
    assertInstanceOf(KeyOutcome.Missing.class, keys.find(BETA, id));
    assertInstanceOf(KeyOutcome.Missing.class, keys.rotate(BETA, id, FOR_AN_HOUR, concerned));
    assertInstanceOf(KeyOutcome.Missing.class, keys.revoke(BETA, id, concerned));
    assertInstanceOf(KeyOutcome.Found.class, keys.find(null, id));
    assertEquals(List.of(), assertInstanceOf(KeyOutcome.Page.class, keys.list(BETA, "", 9)).keys());
    assertEquals(1, assertInstanceOf(KeyOutcome.Page.class, keys.list(ACME, "", 9)).keys().size());
  }

  /** Whoever gets a tenant of the same id later must not meet callers of the former one. */
  @Test
  void theKeysOfADeletedTenantAreGone() {
    KeyOutcome.Issued issued = create();
    assertEquals(new KeyOutcome.AllDeleted(1), keys.deleteAll(ACME));
    assertEquals(new KeysChanged(null), published.get(1));
    assertEquals(Set.of(issued.key().id()), snapshot.refreshAll());
    assertRefused(issued);
    assertInstanceOf(KeyOutcome.Missing.class, keys.find(ACME, issued.key().id()));
    assertEquals(new KeyOutcome.AllDeleted(0), keys.deleteAll(ACME));
    assertEquals(3, published.size(), "the nodes are notified again");
  }

  @Test
  void invalidRequestsStoreNothing() {
    List<KeyScope> many = new ArrayList<>();
    for (int i = 0; i <= ApiKeyAdministration.MAX_SCOPES; i++) {
      many.add(new KeyScope("a" + i, Set.of(Action.PUBLISH)));
    }
    for (KeyOutcome outcome :
        List.of(
            keys.create(ACME, " ", ORDERS, 0, concerned),
            keys.create(ACME, "a".repeat(201), ORDERS, 0, concerned),
            keys.create(ACME, "a", List.of(), 0, concerned),
            keys.create(ACME, "a", many, 0, concerned),
            keys.create(ACME, "a", ORDERS, time.nowMillis(), concerned))) {
      assertInstanceOf(KeyOutcome.Invalid.class, outcome);
    }
    assertEquals(0, stored.count(ACME));
  }

  @Test
  void aTenantHasALimitOfValidKeys() {
    for (int i = 0; i < ApiKeyAdministration.MAX_KEYS; i++) {
      assertNotNull(stored.insert(TestKeys.key("key" + i, "acme")));
    }
    assertInstanceOf(KeyOutcome.Invalid.class, keys.create(ACME, "a", ORDERS, 0, concerned));
    issued(keys.create(BETA, "a", ORDERS, 0, concerned));
    ApiKey one = stored.find("key1");
    assertNotNull(one);
    assertNotNull(stored.replace(one.withoutUse(time.nowMillis())));
    long end = time.nowMillis() + HOUR.toMillis();
    String expiring = issued(keys.create(ACME, "a", ORDERS, end, concerned)).key().id();
    time.advance(HOUR);
    issued(keys.create(ACME, "a", ORDERS, 0, concerned));
    assertInstanceOf(
        KeyOutcome.Invalid.class,
        keys.update(ACME, expiring, new KeyChange(null, null, 0L), concerned),
        "it would be one too many");
  }

  @Test
  void aTenantCannotFillTheStore() {
    for (int i = 0; i < ApiKeyAdministration.MAX_STORED; i++) {
      assertNotNull(stored.insert(TestKeys.key("key" + i, "acme").withoutUse(0)));
    }
    assertInstanceOf(KeyOutcome.Invalid.class, keys.create(ACME, "a", ORDERS, 0, concerned));
    issued(keys.create(BETA, "a", ORDERS, 0, concerned));
  }

  @Test
  void aNewMasterKeyEncryptsAllSecretsAgain() {
    KeyOutcome.Issued before = create();
    KeyOutcome.Issued after = issued(keys.rotate(ACME, before.key().id(), FOR_AN_HOUR, concerned));
    for (int i = 0; i < 250; i++) {
      create();
    }
    ApiKeyAdministration both = administration(stored, TestKeys.masterKeys(2, 1));
    assertEquals(new KeyOutcome.Encrypted(251, 0), both.rotateMaster());
    assertEquals(new KeyOutcome.Encrypted(0, 0), both.rotateMaster());
    ApiKeySnapshot onlyNew = new ApiKeySnapshot(TestKeys.masterKeys(2), time);
    onlyNew.readFrom(stored);
    assertNotNull(onlyNew.refreshAll());
    KeyAuthenticator later =
        new KeyAuthenticator(token -> new Refused("", false), onlyNew, uses, time);
    for (KeyOutcome.Issued each : List.of(before, after)) {
      assertInstanceOf(Authenticated.class, later.authenticate(each.secret().token()));
    }
    assertEquals(
        new KeyOutcome.Encrypted(0, 251),
        administration(stored, TestKeys.masterKeys(3)).rotateMaster());
  }

  @Test
  void aKeyThatOthersChangeMeanwhileIsEncryptedAgainToo() {
    create();
    ApiKeyAdministration both = administration(stored, TestKeys.masterKeys(2, 1));
    stored.conflicts = 4;
    assertEquals(new KeyOutcome.Encrypted(1, 0), both.rotateMaster());
  }

  @Test
  void aChangeIsRepeatedWhenOthersChangeTheKeyMeanwhile() {
    String id = create().key().id();
    stored.conflicts = 4;
    issued(keys.rotate(ACME, id, FOR_AN_HOUR, concerned));
    stored.conflicts = 5;
    assertInstanceOf(KeyOutcome.Conflict.class, keys.revoke(ACME, id, concerned));
  }

  @Test
  void saysWhatIsMissingOrAway() {
    assertInstanceOf(KeyOutcome.Off.class, administration(null, TestKeys.MASTER).list(ACME, "", 1));
    ApiKeyAdministration without = administration(stored, MasterKeys.NONE);
    String id = create().key().id();
    assertInstanceOf(KeyOutcome.Off.class, without.create(ACME, "a", ORDERS, 0, concerned));
    assertInstanceOf(KeyOutcome.Off.class, without.rotate(ACME, id, FOR_AN_HOUR, concerned));
    assertInstanceOf(KeyOutcome.Off.class, without.rotateMaster());
    assertInstanceOf(KeyOutcome.Page.class, without.list(ACME, "", 1));
    assertInstanceOf(KeyOutcome.Revoked.class, without.revoke(ACME, id, concerned));
    assertInstanceOf(KeyOutcome.AllDeleted.class, without.deleteAll(ACME));
    nodesAway = true;
    assertInstanceOf(KeyOutcome.Unavailable.class, keys.create(ACME, "a", ORDERS, 0, concerned));
    stored.fault = new KeyStoreException("away", new IllegalStateException());
    assertInstanceOf(KeyOutcome.Unavailable.class, keys.list(ACME, "", 1));
  }

  /** A revocation that is announced while the store is away must not be missed. */
  @Test
  void aChangedKeyThatCannotBeReadIsNotValid() {
    KeyOutcome.Issued issued = create();
    String id = issued.key().id();
    stored.fault = new KeyStoreException("away", new IllegalStateException());
    assertFalse(snapshot.refresh(id));
    assertFalse(snapshot.allow(id, "orders.eu", Action.PUBLISH));
    Assertions.assertThrows(AuthenticationUnavailableException.class, () -> verdict(issued));
    assertEquals(null, snapshot.refreshAll());
    stored.fault = null;
    assertEquals(Set.of(), snapshot.refreshAll());
    assertNotNull(caller(issued));
  }

  /** Callers must not be refused for the moment that reading takes, nor served for long. */
  @Test
  void aKeyWhoseReadingTakesLongIsNotValid() {
    KeyOutcome.Issued issued = create();
    String id = issued.key().id();
    snapshot.markChanged(id);
    time.advance(Duration.ofMillis(499));
    assertNotNull(caller(issued));
    snapshot.markChanged(id);
    time.advance(Duration.ofMillis(1));
    assertTrue(snapshot.isUnread(id));
    assertTrue(snapshot.refresh(id));
    assertNotNull(caller(issued));
  }

  @Test
  void readingAllKeysFindsThoseThatAreGone() {
    KeyOutcome.Issued issued = create();
    nodesAway = true;
    assertInstanceOf(KeyOutcome.Unavailable.class, keys.revoke(ACME, issued.key().id(), concerned));
    assertNotNull(caller(issued), "nobody told this node");
    assertEquals(Set.of(issued.key().id()), snapshot.refreshAll());
    assertRefused(issued);
  }

  /** A new secret is known to its holder before this node has read it. */
  @Test
  void anUnknownSecretOfAChangingKeyIsNotRefusedForGood() {
    KeyOutcome.Issued before = create();
    nodesAway = true;
    String id = before.key().id();
    assertInstanceOf(KeyOutcome.Unavailable.class, keys.rotate(ACME, id, FOR_AN_HOUR, concerned));
    snapshot.markChanged(id);
    assertNotNull(caller(before));
    String other = before.secret().token().substring(0, 20) + "x".repeat(43);
    Assertions.assertThrows(
        AuthenticationUnavailableException.class, () -> authenticator.authenticate(other));
    assertTrue(snapshot.refresh(id));
    assertInstanceOf(Refused.class, authenticator.authenticate(other));
  }

  @Test
  void aKeyThatCannotBeDecryptedAnyMoreIsGone() {
    KeyOutcome.Issued issued = create();
    ApiKey found = stored.find(issued.key().id());
    assertNotNull(found);
    assertNotNull(stored.replace(found.withSecrets("another", found.secret(), "", 0, 0)));
    assertEquals(Set.of(found.id()), snapshot.refreshAll());
    assertRefused(issued);
  }

  @Test
  void whatTheStoreThrowsStopsNothing() {
    KeyOutcome.Issued issued = create();
    stored.fault = new IllegalArgumentException("a row that cannot be read");
    assertEquals(null, snapshot.refreshAll());
    assertFalse(snapshot.refresh(issued.key().id()));
    stored.fault = null;
    assertNotNull(snapshot.refreshAll());
    assertNotNull(caller(issued));
  }

  @Test
  void aNodeWithoutKeysSaysSo() {
    KeyAuthenticator off =
        new KeyAuthenticator(
            token -> new Refused("a token", false),
            new ApiKeySnapshot(MasterKeys.NONE, time),
            uses,
            time);
    Refused refused = assertInstanceOf(Refused.class, off.authenticate(create().secret().token()));
    assertTrue(refused.reason().contains("broadcasty.master-key"), refused.reason());
  }

  /** Returns a request that a key has signed. */
  private static SignedRequest signed(KeyOutcome.Issued by, String... parts) {
    String[] text = {
      "POST", "/broadcasty/publish", "a=1", SignedRequest.EMPTY_SHA256, "1790000000", "12345678"
    };
    System.arraycopy(parts, 0, text, 0, parts.length);
    return withSignature(by, KeySignature.of(withSignature(by, "", text), by.secret()), text);
  }

  private static SignedRequest withSignature(
      KeyOutcome.Issued by, String signature, String... text) {
    return new SignedRequest(
        by.key().id(), signature, text[0], text[1], text[2], text[3], text[4], text[5]);
  }

  private Authenticator.Verdict verdictOf(SignedRequest request) {
    return authenticator.authenticate(request, null);
  }

  @Test
  void aSignedRequestHasTheCallerOfItsKey() {
    KeyOutcome.Issued issued = create();
    Caller caller = assertInstanceOf(Authenticated.class, verdictOf(signed(issued))).caller();
    Caller bearer = caller(issued);
    assertEquals(bearer.subject(), caller.subject());
    assertEquals(bearer.keyId(), caller.keyId());
    assertEquals(bearer.tokenId(), caller.tokenId());
    assertEquals(bearer.roles(), caller.roles());
    assertEquals(bearer.expiresAt(), caller.expiresAt());
    uses.flush(stored);
    assertEquals(Map.of(issued.key().id(), time.nowMillis()), stored.uses);
  }

  @Test
  void aSignatureIsOfOneRequestAndOneKey() {
    KeyOutcome.Issued issued = create();
    KeyOutcome.Issued other = create();
    String right = signed(issued).signature();
    String[] text = {
      "POST", "/broadcasty/publish", "a=1", SignedRequest.EMPTY_SHA256, "1790000000", "12345678"
    };
    assertInstanceOf(Authenticated.class, verdictOf(withSignature(issued, right, text)));
    for (int i = 0; i < text.length; i++) {
      String[] changed = text.clone();
      changed[i] = text[i] + "0";
      assertInstanceOf(Refused.class, verdictOf(withSignature(issued, right, changed)), changed[i]);
    }
    for (int i = 0; i < right.length(); i++) {
      char digit = right.charAt(i) == '0' ? '1' : '0';
      String changed = right.substring(0, i) + digit + right.substring(i + 1);
      assertInstanceOf(Refused.class, verdictOf(withSignature(issued, changed, text)), changed);
    }
    assertInstanceOf(Refused.class, verdictOf(withSignature(other, right, text)));
    KeySecret unknown = KeySecret.create("0123456789abcdef", new SecureRandom());
    assertInstanceOf(
        Refused.class, verdictOf(signed(new KeyOutcome.Issued(issued.key(), unknown))));
  }

  /** A stream that a signed request has opened ends with the secret that has signed it. */
  @Test
  void bothSecretsSignWhileTheyOverlap() {
    KeyOutcome.Issued before = create();
    String id = before.key().id();
    KeyOutcome.Issued after = issued(keys.rotate(ACME, id, FOR_AN_HOUR, concerned));
    Caller old = assertInstanceOf(Authenticated.class, verdictOf(signed(before))).caller();
    Caller fresh = assertInstanceOf(Authenticated.class, verdictOf(signed(after))).caller();
    long until = time.nowMillis() + HOUR.toMillis();
    assertEquals(Instant.ofEpochMilli(until), old.expiresAt());
    assertEquals(until, snapshot.validUntilMillis(old.token(), time.nowMillis()));
    assertEquals(Long.MAX_VALUE, snapshot.validUntilMillis(fresh.token(), time.nowMillis()));
    assertInstanceOf(Refused.class, authenticator.authenticate(old.token()), "it is no secret");
    time.advance(HOUR);
    assertInstanceOf(Refused.class, verdictOf(signed(before)));
    assertEquals(0, snapshot.validUntilMillis(old.token(), time.nowMillis()));
    assertInstanceOf(Authenticated.class, verdictOf(signed(after)));
    assertInstanceOf(KeyOutcome.Revoked.class, keys.revoke(ACME, id, concerned));
    assertInstanceOf(Refused.class, verdictOf(signed(after)));
    assertEquals(0, snapshot.validUntilMillis(fresh.token(), time.nowMillis()));
  }

  @Test
  void aSignatureOfAKeyThatHasExpiredOrCannotBeReadIsRefused() {
    long end = time.nowMillis() + HOUR.toMillis();
    KeyOutcome.Issued issued = issued(keys.create(ACME, "a", ORDERS, end, concerned));
    stored.fault = new KeyStoreException("away", new IllegalStateException());
    assertFalse(snapshot.refresh(issued.key().id()));
    Assertions.assertThrows(
        AuthenticationUnavailableException.class, () -> verdictOf(signed(issued)));
    stored.fault = null;
    assertTrue(snapshot.refresh(issued.key().id()));
    time.advance(HOUR);
    assertTrue(assertInstanceOf(Refused.class, verdictOf(signed(issued))).expired());
  }

  @Test
  void noIssuerSpeaksForAKey() {
    Caller pretender =
        new Caller(ACME, "key:abc", Set.of(), Instant.EPOCH, Instant.MAX, Map.of(), "token");
    KeyAuthenticator reserving =
        new KeyAuthenticator(token -> new Authenticated(pretender), snapshot, uses, time);
    assertInstanceOf(Refused.class, reserving.authenticate("token"));
  }

  @Test
  void usesAreKeptUntilTheyAreStored() {
    KeyOutcome.Issued issued = create();
    assertNotNull(caller(issued));
    stored.fault = new KeyStoreException("away", new IllegalStateException());
    Assertions.assertThrows(KeyStoreException.class, () -> uses.flush(stored));
    stored.fault = null;
    uses.flush(stored);
    assertEquals(Map.of(issued.key().id(), time.nowMillis()), stored.uses);
    stored.uses.clear();
    uses.flush(stored);
    assertEquals(Map.of(), stored.uses);
  }
}
