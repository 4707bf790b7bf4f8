package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import java.io.IOException;
import java.net.URL;

/** Where the JWK set of an issuer is. Its text describes it for logs. */
@ThreadSafe
interface KeyAddress {

  /**
   * Returns the address of the JWK set; may call the issuer to find it.
   *
   * @throws IOException when it cannot be found now
   */
  URL find() throws IOException;

  /** Returns an address that is known from the beginning. */
  static KeyAddress of(URL url) {
    return new Fixed(url);
  }

  /** An address that never changes. */
  @ThreadSafe
  final class Fixed implements KeyAddress {

    @SuppressWarnings("ThreadSafe") // immutable
    private final URL url;

    private Fixed(URL url) {
      this.url = url;
    }

    @Override
    public URL find() {
      return url;
    }

    @Override
    public String toString() {
      return url.toString();
    }
  }
}
