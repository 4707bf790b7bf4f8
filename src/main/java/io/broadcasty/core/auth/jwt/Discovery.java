package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jose.util.ResourceRetriever;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the addresses of an issuer from its discovery document (OpenID Connect Discovery 1.0,
 * section 4; RFC 8414).
 */
@ThreadSafe
final class Discovery implements KeyAddress {

  /** What follows the issuer in the address of its document. */
  static final String SUFFIX = "/.well-known/openid-configuration";

  private final String issuer;

  @SuppressWarnings("ThreadSafe") // immutable
  private final URI document;

  @SuppressWarnings("ThreadSafe") // keeps nothing of a call
  private final ResourceRetriever retriever;

  @SuppressWarnings("ThreadSafe") // immutable
  private final NamedAddresses addresses;

  private volatile @Nullable URL known;

  /**
   * @param document the address of the document
   * @param issuer that the document has to name
   */
  Discovery(URI document, String issuer, ResourceRetriever retriever, NamedAddresses addresses) {
    this.document = document;
    this.issuer = issuer;
    this.retriever = retriever;
    this.addresses = addresses;
  }

  /**
   * Reads the document and returns the address of the keys; the one read before, when the document
   * cannot be fetched now.
   */
  @Override
  public URL find() throws IOException {
    Map<String, Object> members;
    try {
      members = read();
    } catch (IOException e) {
      URL before = known;
      if (before != null && !(e instanceof WrongDocumentException)) {
        return before;
      }
      throw e;
    }
    URL found = addresses.require(document, "jwks_uri", members.get("jwks_uri")).toURL();
    known = found;
    return found;
  }

  private Map<String, Object> read() throws IOException {
    Map<String, Object> members;
    try {
      members = JSONObjectUtils.parse(retriever.retrieveResource(document.toURL()).getContent());
    } catch (ParseException e) {
      throw new WrongDocumentException("it is no JSON object", e);
    }
    if (!issuer.equals(members.get("issuer"))) { // OpenID Connect Discovery, section 4.3
      throw new WrongDocumentException(
          "its member issuer is not the issuer that is configured, " + issuer, null);
    }
    return members;
  }

  @Override
  public String toString() {
    return document.toString();
  }

  /** There is a document, and it is not that of the issuer. */
  private static final class WrongDocumentException extends IOException {
    private static final long serialVersionUID = 1L;

    WrongDocumentException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
