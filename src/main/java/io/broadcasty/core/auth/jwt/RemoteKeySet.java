package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetParseException;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URL;
import java.text.ParseException;
import java.util.Set;

/**
 * Fetches the JWK set of an issuer. Keys that cannot be used are left out and logged once, as long
 * as the set contains them.
 */
@ThreadSafe
final class RemoteKeySet {

  private static final System.Logger LOG = System.getLogger(RemoteKeySet.class.getName());

  private final KeyAddress address;

  @SuppressWarnings("ThreadSafe") // keeps nothing of a call
  private final ResourceRetriever retriever;

  private volatile Set<String> told = Set.of();

  RemoteKeySet(KeyAddress address, ResourceRetriever retriever) {
    this.address = address;
    this.retriever = retriever;
  }

  /**
   * Fetches the set.
   *
   * @throws JWKSetRetrievalException when it cannot be fetched
   * @throws JWKSetParseException when it is no JWK set, or contains keys but no usable one; the
   *     keys that were fetched before then stay in force
   */
  JWKSet fetch() throws KeySourceException {
    JwkSetParser.Parsed parsed;
    URL url;
    try {
      url = address.find();
      parsed = JwkSetParser.parse(retriever.retrieveResource(url).getContent());
    } catch (IOException e) {
      throw new JWKSetRetrievalException("Cannot fetch the token keys from " + address, e);
    } catch (ParseException e) {
      throw new JWKSetParseException("There is no JWK set at " + address, e);
    }
    Set<String> before = told;
    told = Set.copyOf(parsed.skipped());
    for (String skipped : parsed.skipped()) {
      if (!before.contains(skipped)) {
        LOG.log(Level.WARNING, "The token keys from {0} are used without {1}", url, skipped);
      }
    }
    if (parsed.keys().isEmpty() && !parsed.skipped().isEmpty()) {
      throw new JWKSetParseException(
          "There is no usable key at " + url, new ParseException(parsed.skipped().get(0), 0));
    }
    return parsed.keys();
  }

  /** Describes where the keys are, for logs. */
  @Override
  public String toString() {
    return address.toString();
  }
}
