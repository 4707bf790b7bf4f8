package io.broadcasty.admin.app;

/**
 * The keys and the encrypted secrets of an app.
 *
 * @param masterKeyId the master key that has encrypted both secrets
 * @param previousKey valid too while back ends and clients change to the other; empty for none
 * @param previousUntilMillis until when the previous pair is valid; 0 for none
 */
public record AppCredentials(
    String key,
    String masterKeyId,
    String secret,
    String previousKey,
    String previousSecret,
    long previousUntilMillis) {

  /** Returns whether two pairs are valid. */
  public boolean isRotating(long nowMillis) {
    return nowMillis < previousUntilMillis;
  }

  /** Omits the secrets. */
  @Override
  public String toString() {
    return key;
  }
}
