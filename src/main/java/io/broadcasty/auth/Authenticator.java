package io.broadcasty.auth;

import com.google.errorprone.annotations.ThreadSafe;

/** Makes a {@link Caller} from a token. Quick enough for every request. */
@ThreadSafe
public interface Authenticator {

  /**
   * Verifies a token.
   *
   * @return {@link Authenticated}, or {@link Refused} with a reason that may be shown to the
   *     client; never an exception for a bad token
   * @throws AuthenticationUnavailableException when it cannot be told now (the keys cannot be
   *     fetched); trying again later is right
   */
  Verdict authenticate(String token);

  /** The outcome of a verification. */
  sealed interface Verdict permits Authenticated, Refused {}

  /** The token is good. */
  record Authenticated(Caller caller) implements Verdict {}

  /**
   * The token is not good.
   *
   * @param reason what is wrong with it and how to mend it, in one sentence without the token or
   *     any of its values
   * @param expired whether the only fault is that it has expired
   */
  record Refused(String reason, boolean expired) implements Verdict {}
}
