package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.Caller;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;
import org.eclipse.microprofile.jwt.Claims;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/** The caller as a MicroProfile {@code JsonWebToken} for application code. */
public final class CallerJsonWebToken implements JsonWebToken {

  private final Caller caller;

  public CallerJsonWebToken(Caller caller) {
    this.caller = caller;
  }

  public Caller caller() {
    return caller;
  }

  @Override
  public String getName() {
    return caller.subject();
  }

  @Override
  public String getRawToken() {
    return caller.token();
  }

  @Override
  public Set<String> getGroups() {
    return caller.roles();
  }

  @Override
  public Set<String> getClaimNames() {
    Set<String> names = new HashSet<>(caller.claims().keySet());
    names.add(Claims.groups.name());
    names.add(Claims.raw_token.name());
    return names;
  }

  /**
   * Returns a claim in the type that {@link Claims} specifies: dates are seconds, {@code aud} is a
   * set.
   */
  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals",
    "JavaUtilDate" // how the token library gives times
  })
  public <T> @Nullable T getClaim(String name) {
    if (name.equals(Claims.groups.name())) {
      return (T) caller.roles();
    }
    if (name.equals(Claims.raw_token.name())) {
      return (T) caller.token();
    }
    Object value = caller.claims().get(name);
    if (value instanceof Date date) {
      return (T) Long.valueOf(date.getTime() / 1000);
    }
    if (name.equals(Claims.aud.name()) && value instanceof Collection<?> audiences) {
      return (T) Set.copyOf(audiences);
    }
    return (T) value;
  }

  /** Returns the caller's name without the token. */
  @Override
  public String toString() {
    return caller.toString();
  }
}
