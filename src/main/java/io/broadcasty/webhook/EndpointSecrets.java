package io.broadcasty.webhook;

/**
 * The secrets of an endpoint, encrypted.
 *
 * @param keyId of the master key that has encrypted both
 * @param secret empty when an app signs
 * @param previous valid too while receivers change to the other; empty for none
 * @param previousUntilMillis until when the previous one signs too; 0 for none
 */
public record EndpointSecrets(
    String keyId, String secret, String previous, long previousUntilMillis) {

  /** No secrets. */
  public static final EndpointSecrets NONE = new EndpointSecrets("", "", "", 0);

  /** Omits the secrets. */
  @Override
  public String toString() {
    return keyId;
  }
}
