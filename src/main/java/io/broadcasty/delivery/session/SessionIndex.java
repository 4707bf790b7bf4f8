package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Indexes a node's sessions by their callers' tenant, subject, token, key and sign-in.
 *
 * <p>The user of this class adds a session once for a caller and removes it for the same caller. A
 * search finds every session that was added before it began and is not removed until it ends.
 *
 * <p>A session costs about 80 bytes if no other has its user or token, and up to 220 where a few
 * share them.
 */
@ThreadSafe
final class SessionIndex {

  /**
   * The sessions of one tenant. A value is a single session or a set of several. Changed only while
   * {@link #byTenant} is being updated.
   */
  private record OfTenant(
      Map<String, Object> bySubject,
      Map<String, Object> byToken,
      Map<String, Object> byKey,
      Map<String, Object> bySignIn) {

    OfTenant() {
      this(
          new ConcurrentHashMap<>(2),
          new ConcurrentHashMap<>(2),
          new ConcurrentHashMap<>(2),
          new ConcurrentHashMap<>(2));
    }
  }

  private static final int INITIAL_SET_CAPACITY = 2;

  private final ConcurrentHashMap<TenantId, OfTenant> byTenant = new ConcurrentHashMap<>();

  void put(Session session, Caller caller) {
    byTenant.compute(
        caller.tenant(),
        (tenant, known) -> {
          OfTenant sessions = known == null ? new OfTenant() : known;
          put(sessions.bySubject, caller.subject(), session);
          put(sessions.byToken, caller.tokenId(), session);
          if (caller.keyId() != null) {
            put(sessions.byKey, caller.keyId(), session);
          }
          String signIn = caller.signIn();
          if (signIn != null) {
            put(sessions.bySignIn, signIn, session);
          }
          return sessions;
        });
  }

  /** Updates the index after the caller has renewed its token or signed in, for the same tenant. */
  void replace(Session session, Caller before, Caller now) {
    byTenant.computeIfPresent(
        now.tenant(),
        (tenant, sessions) -> {
          replace(sessions.bySubject, before.subject(), now.subject(), session);
          replace(sessions.byToken, before.tokenId(), now.tokenId(), session);
          replace(sessions.byKey, before.keyId(), now.keyId(), session);
          replace(sessions.bySignIn, before.signIn(), now.signIn(), session);
          return sessions;
        });
  }

  void remove(Session session, Caller caller) {
    byTenant.computeIfPresent(
        caller.tenant(),
        (tenant, sessions) -> {
          remove(sessions.bySubject, caller.subject(), session);
          remove(sessions.byToken, caller.tokenId(), session);
          if (caller.keyId() != null) {
            remove(sessions.byKey, caller.keyId(), session);
          }
          String signIn = caller.signIn();
          if (signIn != null) {
            remove(sessions.bySignIn, signIn, session);
          }
          return sessions.bySubject.isEmpty() ? null : sessions;
        });
  }

  /** Returns the tenants that have sessions; changes while it is read. */
  Set<TenantId> tenants() {
    return byTenant.keySet();
  }

  /** Calls the action for each session of a tenant. */
  void forEach(TenantId tenant, Consumer<Session> action) {
    OfTenant sessions = byTenant.get(tenant);
    if (sessions != null) {
      sessions.bySubject.values().forEach(value -> forEachOf(value, action));
    }
  }

  /** Returns the sessions that match all given values; null matches every session. */
  List<Session> find(
      @Nullable TenantId tenant,
      @Nullable String subject,
      @Nullable String tokenId,
      @Nullable String keyId) {
    List<Session> found = new ArrayList<>();
    Consumer<Session> matching =
        session -> {
          Caller caller = session.caller();
          if (caller != null
              && (subject == null || subject.equals(caller.subject()))
              && (tokenId == null || tokenId.equals(caller.tokenId()))
              && (keyId == null || keyId.equals(caller.keyId()))) {
            found.add(session);
          }
        };
    for (OfTenant sessions : ofTenants(tenant)) {
      if (tokenId != null) {
        forEachOf(sessions.byToken.get(tokenId), matching);
      } else if (keyId != null) {
        forEachOf(sessions.byKey.get(keyId), matching);
      } else if (subject != null) {
        forEachOf(sessions.bySubject.get(subject), matching);
      } else {
        sessions.bySubject.values().forEach(value -> forEachOf(value, matching));
      }
    }
    return found;
  }

  /** Returns the sessions whose tokens belong to a session of their user at the issuer. */
  List<Session> findBySignIn(TenantId tenant, String signIn) {
    List<Session> found = new ArrayList<>();
    OfTenant sessions = byTenant.get(tenant);
    forEachOf(
        sessions == null ? null : sessions.bySignIn.get(signIn),
        session -> {
          Caller caller = session.caller();
          if (caller != null && signIn.equals(caller.signIn())) {
            found.add(session);
          }
        });
    return found;
  }

  /** Passes the sessions of a user; none if there are more than a number of them. */
  void forEachOfUser(TenantId tenant, String subject, int atMost, Consumer<Session> action) {
    OfTenant sessions = byTenant.get(tenant);
    Object value = sessions == null ? null : sessions.bySubject.get(subject);
    if (!(value instanceof Set<?> several) || several.size() <= atMost) {
      forEachOf(value, action);
    }
  }

  /** Returns whether the index is empty, for tests. */
  boolean isEmpty() {
    return byTenant.isEmpty();
  }

  private Collection<OfTenant> ofTenants(@Nullable TenantId tenant) {
    if (tenant == null) {
      return byTenant.values();
    }
    OfTenant sessions = byTenant.get(tenant);
    return sessions == null ? List.of() : List.of(sessions);
  }

  private static void put(Map<String, Object> sessions, String key, Session session) {
    Object before = sessions.putIfAbsent(key, session);
    if (before instanceof Set<?>) {
      set(before).add(session);
    } else if (before != null) {
      Set<Session> several = ConcurrentHashMap.newKeySet(INITIAL_SET_CAPACITY);
      several.add((Session) before);
      several.add(session);
      sessions.put(key, several);
    }
  }

  private static void replace(
      Map<String, Object> sessions,
      @Nullable String before,
      @Nullable String now,
      Session session) {
    if (!Objects.equals(before, now)) {
      if (now != null) {
        put(sessions, now, session);
      }
      if (before != null) {
        remove(sessions, before, session);
      }
    }
  }

  private static void remove(Map<String, Object> sessions, String key, Session session) {
    Object before = sessions.get(key);
    if (before instanceof Set<?>) {
      Set<Session> several = set(before);
      several.remove(session);
      if (several.size() == 1) {
        sessions.put(key, several.iterator().next());
      }
    } else if (Objects.equals(before, session)) {
      sessions.remove(key);
    }
  }

  private static void forEachOf(@Nullable Object value, Consumer<Session> action) {
    if (value instanceof Set<?>) {
      set(value).forEach(action);
    } else if (value != null) {
      action.accept((Session) value);
    }
  }

  @SuppressWarnings("unchecked") // the map holds no other type
  private static Set<Session> set(Object value) {
    return (Set<Session>) value;
  }
}
