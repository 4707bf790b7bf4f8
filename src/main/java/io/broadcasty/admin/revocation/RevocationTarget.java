package io.broadcasty.admin.revocation;

import io.broadcasty.core.hash.Hashes;
import io.broadcasty.core.tenant.TenantId;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that a revocation concerns, all of one tenant.
 *
 * @param name the token's id ({@code Caller.tokenId}), the user's ({@code sub}) or the sign-in's
 *     ({@code Caller.signIn}); empty for the whole tenant
 */
public record RevocationTarget(TenantId tenant, Kind kind, String name) {

  /** The number of characters of an id. */
  public static final int ID_LENGTH = 32;

  private static final int SHOWN_OF_TOKEN_ID = 8;

  /** What a revocation names. */
  public enum Kind {
    /** One token. */
    TOKEN,
    /** All tokens of a user that were issued before a time. */
    USER,
    /** All tokens of a user's session at the issuer. */
    SIGN_IN,
    /** All tokens of a tenant that were issued before a time. */
    TENANT;

    /** Returns whether it matters when a token was issued. */
    boolean hasTime() {
      return this == USER || this == TENANT;
    }

    /** Returns the name in requests, answers and the database. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the kind of a name; null for one that this release does not know. */
    public static @Nullable Kind fromWireName(String name) {
      for (Kind each : values()) {
        if (each.wireName().equals(name)) {
          return each;
        }
      }
      return null;
    }
  }

  /** Returns one token of a tenant. */
  public static RevocationTarget token(TenantId tenant, String tokenId) {
    return new RevocationTarget(tenant, Kind.TOKEN, tokenId);
  }

  /** Returns the tokens of a user. */
  public static RevocationTarget user(TenantId tenant, String subject) {
    return new RevocationTarget(tenant, Kind.USER, subject);
  }

  /**
   * Returns the tokens of a user's session at the issuer.
   *
   * @param signIn as {@code Caller.signIn} has it
   */
  public static RevocationTarget signIn(TenantId tenant, String signIn) {
    return new RevocationTarget(tenant, Kind.SIGN_IN, signIn);
  }

  /** Returns the tokens of a whole tenant. */
  public static RevocationTarget tenant(TenantId tenant) {
    return new RevocationTarget(tenant, Kind.TENANT, "");
  }

  /**
   * Returns the id of the target's revocation: the beginning of a SHA-256, as hexadecimal digits.
   * So a target has one revocation, and revoking it again changes that.
   */
  public String id() {
    return Hashes.sha256Hex(kind.wireName() + '\0' + tenant.value() + '\0' + name)
        .substring(0, ID_LENGTH);
  }

  /** Returns whether a text may be the id of a revocation. */
  public static boolean isId(String text) {
    return text.length() == ID_LENGTH
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  /** Returns an id as a log may contain it, whatever a client has sent as one. */
  public static String shown(String id) {
    return id.length() > ID_LENGTH ? id.substring(0, ID_LENGTH) + "…" : id;
  }

  /**
   * Returns the name, of the id of a token or session only the beginning, so that it may be logged.
   */
  public String shownName() {
    int start = kind == Kind.SIGN_IN ? name.indexOf(' ') + 1 : 0;
    return (kind == Kind.TOKEN || kind == Kind.SIGN_IN) && name.length() > start + SHOWN_OF_TOKEN_ID
        ? name.substring(0, start + SHOWN_OF_TOKEN_ID) + "…"
        : name;
  }

  /** Returns the target as it may be logged. */
  @Override
  public String toString() {
    return kind.wireName() + " " + tenant + (name.isEmpty() ? "" : "/" + shownName());
  }
}
