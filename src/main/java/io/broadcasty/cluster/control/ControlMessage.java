package io.broadcasty.cluster.control;

import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * A message from one node to all nodes. A message is a request that can be received twice without
 * harm. Data that has to survive a restart is kept in a store; the message only makes it known at
 * once.
 */
public sealed interface ControlMessage {

  /**
   * Ends the connections that match all given criteria.
   *
   * @param tenant the tenant of the connections; null for all tenants
   * @param subject the user's id; null for all users
   * @param tokenId the id of the token that authenticated the connection ({@code Caller.tokenId});
   *     null for all tokens
   * @param keyId the id of the API key behind it ({@code Caller.keyId}); null for any or none
   * @param code the code sent to the clients, one of {@code protocol/codes.json} that closes
   *     streams; a node that does not know it sends {@code disconnected}
   */
  record Disconnect(
      @Nullable TenantId tenant,
      @Nullable String subject,
      @Nullable String tokenId,
      @Nullable String keyId,
      String code)
      implements ControlMessage {

    /** Returns the criteria without the token's id, of which only the beginning may be shown. */
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
   * Makes nodes reload tenant settings after a change.
   *
   * @param tenant the tenant whose settings changed; null for all tenants
   */
  record SettingsChanged(@Nullable TenantId tenant) implements ControlMessage {}

  /**
   * Makes nodes read an API key again after a change; a revoked one stops being valid.
   *
   * @param keyId the key; null for all keys
   */
  record KeysChanged(@Nullable String keyId) implements ControlMessage {}

  /**
   * Makes nodes refuse tokens and end their streams. It says all that a node needs, so that none
   * has to read the store before.
   *
   * @param target what the name names: {@code token}, {@code user} or {@code tenant}; a node
   *     ignores others
   * @param name the id of the token or user; empty for a tenant
   * @param issuedBeforeMillis concerns tokens issued in this second or earlier
   * @param expiresAtMillis from when on the message has no effect
   */
  record Revoked(
      TenantId tenant, String target, String name, long issuedBeforeMillis, long expiresAtMillis)
      implements ControlMessage {

    /** Omits the name, which may be a token's id. */
    @Override
    public String toString() {
      return "Revoked[" + target + " of " + tenant + "]";
    }
  }

  /**
   * Makes nodes read a revocation again, which was lifted.
   *
   * @param target as in {@link Revoked}
   * @param name as in {@link Revoked}
   */
  record RevocationLifted(TenantId tenant, String target, String name) implements ControlMessage {

    /** Omits the name, which may be a token's id. */
    @Override
    public String toString() {
      return "RevocationLifted[" + target + " of " + tenant + "]";
    }
  }

  /**
   * Makes nodes read the policies of a tenant again after a change, and end what they do not allow
   * any more.
   *
   * @param tenant the tenant; null for all tenants
   */
  record PoliciesChanged(@Nullable TenantId tenant) implements ControlMessage {}

  /**
   * Asks the other nodes what each of them alone knows.
   *
   * @param id names the question to those who answer
   * @param from the node that asks
   * @param subject what is asked about; a node ignores others
   * @param parameters what exactly is asked, as the subject defines it
   */
  record Question(String id, String from, String subject, String parameters)
      implements ControlMessage {

    /** Omits the parameters, which may name users. */
    @Override
    public String toString() {
      return "Question[" + id + " of " + from + " about " + subject + "]";
    }
  }

  /**
   * Says what a node counts, and asks what others do.
   *
   * @param from the node that counts
   * @param text a line for each counter: a number or a question mark, a blank, and the counter
   */
  record Counts(String from, String text) implements ControlMessage {

    /** Omits the counters, which may name users. */
    @Override
    public String toString() {
      return "Counts[" + from + "]";
    }
  }
}
