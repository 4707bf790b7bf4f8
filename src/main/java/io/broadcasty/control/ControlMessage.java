package io.broadcasty.control;

import io.broadcasty.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * What one node tells all nodes. A message is a request that may be heard twice without harm; what
 * has to outlast a restart is kept in a store, and the message only makes it known at once.
 */
public sealed interface ControlMessage {

  /**
   * Ends the connections that match everything that is given.
   *
   * @param tenant whose connections; null for those of all tenants
   * @param subject the user's id; null for all users
   * @param tokenId the id of the token a connection was authenticated with ({@code
   *     Caller.tokenId}); null for all tokens
   * @param keyId the id of the API key behind it ({@code Caller.keyId}); null for any or none
   * @param code what the clients are told, a code of {@code protocol/codes.json} that closes
   *     streams; a node that does not know it says {@code disconnected}
   */
  record Disconnect(
      @Nullable TenantId tenant,
      @Nullable String subject,
      @Nullable String tokenId,
      @Nullable String keyId,
      String code)
      implements ControlMessage {

    /** Names whom it concerns without the token's id, of which only the beginning may be shown. */
    @Override
    public String toString() {
      return "Disconnect[tenant="
          + tenant
          + ", subject="
          + subject
          + ", tokenId="
          + (tokenId == null ? null : tokenId.substring(0, Math.min(8, tokenId.length())) + "…")
          + ", keyId="
          + keyId
          + ", code="
          + code
          + "]";
    }
  }

  /**
   * Settings have changed: what a node remembers of them is to be read anew.
   *
   * @param tenant whose settings; null for those of all tenants
   */
  record SettingsChanged(@Nullable TenantId tenant) implements ControlMessage {}
}
