package io.broadcasty.core.auth.jwt;

import java.util.List;

/**
 * Settings of the logout tokens of an issuer.
 *
 * @param audiences the client ids of the applications that users sign in to; the claim {@code aud}
 *     must contain one of them. Empty refuses all logout tokens of the issuer
 * @param wholeUser whether a logout ends all sign-ins of the user, also where the token names one
 */
public record LogoutSettings(List<String> audiences, boolean wholeUser) {

  /** Refuses all logout tokens. */
  public static final LogoutSettings OFF = new LogoutSettings(List.of(), false);

  public LogoutSettings {
    audiences = List.copyOf(audiences);
  }
}
