package io.broadcasty.core.app;

import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An app of a tenant. Its clients name one of its keys, and its back ends sign with the secret of
 * that key.
 *
 * @param id digits, unique on this service
 * @param credentials all that are valid now: two while they are being replaced
 * @param tenant the owner of its channels
 * @param clientEvents whether its clients may send events to each other
 * @param repeatsRefused whether a signed request that was answered before is refused
 * @param maxDataBytes the longest data of an event, in bytes of UTF-8
 * @param features what it has besides the basic protocol
 * @param webhook the URL that is told of events, a secret; null for none
 */
public record App(
    String id,
    List<Credential> credentials,
    TenantId tenant,
    boolean clientEvents,
    boolean repeatsRefused,
    int maxDataBytes,
    AppFeatures features,
    @Nullable String webhook) {

  public App {
    credentials = List.copyOf(credentials);
  }

  /** Creates an app without features, which tells nobody of events. */
  public App(
      String id,
      List<Credential> credentials,
      TenantId tenant,
      boolean clientEvents,
      boolean repeatsRefused,
      int maxDataBytes) {
    this(
        id,
        credentials,
        tenant,
        clientEvents,
        repeatsRefused,
        maxDataBytes,
        AppFeatures.NONE,
        null);
  }

  /**
   * A key, which everyone may know, and its secret.
   *
   * @param key unique on this service
   * @param secret never logged
   */
  public record Credential(String key, String secret) {

    /** Omits the secret. */
    @Override
    public String toString() {
      return key;
    }
  }

  /** Returns the credential with a key; null when it is none of this app. */
  public @Nullable Credential credential(String key) {
    for (Credential each : credentials) {
      if (each.key().equals(key)) {
        return each;
      }
    }
    return null;
  }

  /** Omits the URL of the webhook. */
  @Override
  public String toString() {
    return "App[" + id + " of " + tenant + "]";
  }
}
