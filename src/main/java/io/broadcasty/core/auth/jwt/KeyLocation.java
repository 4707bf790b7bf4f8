package io.broadcasty.core.auth.jwt;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.broadcasty.core.time.Ticker;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads public keys from where they are: the URL of a JWK set, or a file. */
public final class KeyLocation {

  /** The time to connect to the URL of a key set, and again as much until its reply begins. */
  public static final Duration FETCH_TIMEOUT = Duration.ofSeconds(2);

  /** The time for the whole reply, however many pieces it comes in. */
  public static final Duration FETCH_LIMIT = Duration.ofSeconds(5);

  private static final int MAX_JWKS_BYTES = 256 * 1024;

  /** A literal address, not a name that only begins like one. */
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(?:\\.[0-9]{1,3}){3}|\\[(?:::1|0:0:0:0:0:0:0:1)]");

  private KeyLocation() {}

  /**
   * Returns whether the keys would travel over plain HTTP and leave this machine: whoever is on the
   * way could then replace them, and sign tokens of anybody.
   */
  public static boolean isUnprotected(String location) {
    if (!location.toLowerCase(Locale.ROOT).startsWith("http:")) {
      return false;
    }
    try {
      return !isLoopback(URI.create(location).toURL());
    } catch (IllegalArgumentException | MalformedURLException e) {
      return false; // no keys come from there; the authenticator says why
    }
  }

  private static boolean isLoopback(URL url) {
    return LOOPBACK.matcher(url.getHost().toLowerCase(Locale.ROOT)).matches();
  }

  /**
   * Returns the keys of a location: {@link RemoteKeys} when it is a URL.
   *
   * @throws IllegalArgumentException when the location is invalid or a file cannot be read
   */
  static JWKSource<SecurityContext> source(String location, Ticker ticker) {
    String scheme = location.toLowerCase(Locale.ROOT);
    try {
      if (scheme.startsWith("http:") || scheme.startsWith("https:")) {
        return remote(KeyAddress.of(uri(location).toURL()), fetch(true), ticker);
      }
      Path file = scheme.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
      return PublicKeys.source(PublicKeys.parse(Files.readString(file)));
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(location + " is not a URL", e);
    } catch (IOException e) {
      throw new IllegalArgumentException("the keys in " + location + " cannot be read", e);
    }
  }

  /**
   * Returns the keys that a discovery document names.
   *
   * @param issuer that the document has to name
   * @throws IllegalArgumentException when its address is invalid
   */
  static RemoteKeys discovered(String document, String issuer, Ticker ticker) {
    KeySetFetch fetch = fetch(false);
    return remote(
        new Discovery(uri(document), issuer, fetch, NamedAddresses.system()), fetch, ticker);
  }

  private static URI uri(String text) {
    URI uri = URI.create(text);
    if (uri.getHost() == null) {
      throw new IllegalArgumentException(text + " has no valid host name");
    }
    return uri;
  }

  private static KeySetFetch fetch(boolean redirects) {
    return new KeySetFetch(FETCH_TIMEOUT, FETCH_LIMIT, MAX_JWKS_BYTES, redirects);
  }

  private static RemoteKeys remote(KeyAddress address, KeySetFetch fetch, Ticker ticker) {
    return new RemoteKeys(new RemoteKeySet(address, fetch), ticker);
  }
}
