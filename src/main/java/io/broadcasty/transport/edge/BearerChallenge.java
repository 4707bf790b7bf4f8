package io.broadcasty.transport.edge;

import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code WWW-Authenticate} of a refusal: which scheme, what is wrong with the token or
 * missing in it (RFC 6750, section 3), and where the metadata of this server are (RFC 9728, section
 * 5.1).
 */
public final class BearerChallenge {

  /** The scheme of tokens that are bound to a key (RFC 9449). */
  static final String DPOP = "DPoP";

  /** The header's name. */
  public static final String HEADER = "WWW-Authenticate";

  /** The attribute of a request with the {@link ProtectedResource} that it was sent to. */
  static final String RESOURCE = ProtectedResource.class.getName();

  private BearerChallenge() {}

  /**
   * Returns the challenge of a problem; null when no other token would help.
   *
   * @param metadataUrl null where it is unknown, or added by {@link #with} when it is known
   */
  public static @Nullable String of(Problem problem, @Nullable String metadataUrl) {
    if (problem.code() == Code.INVALID_SIGNATURE) {
      return SignedRequest.SCHEME;
    }
    String error =
        problem.code() == Code.UNAUTHORIZED || problem.code() == Code.TOKEN_EXPIRED
            ? "invalid_token"
            : problem.code() == Code.FORBIDDEN ? "insufficient_scope" : null;
    return error == null ? null : with(of("Bearer", error, problem), metadataUrl);
  }

  /** Returns the challenge of a scheme with an error and its description. */
  static String of(String scheme, String error, Problem problem) {
    return scheme
        + " error=\""
        + error
        + "\", error_description=\""
        + printable(problem.detail())
        + "\"";
  }

  /** Returns the challenge of a request without any token, which has no error (section 3.1). */
  static String ofMissingToken() {
    return "Bearer";
  }

  /** Adds the URL of the metadata to a challenge. */
  public static String with(String challenge, @Nullable String url) {
    if (url == null || !(challenge.startsWith("Bearer") || challenge.startsWith(DPOP))) {
      return challenge;
    }
    return challenge
        + (challenge.equals("Bearer") ? " " : ", ")
        + "resource_metadata=\""
        + url
        + "\"";
  }

  /** Returns the URL of the metadata of the server; null where that is unknown. */
  public static @Nullable String metadataUrl(HttpServletRequest request) {
    return request.getAttribute(RESOURCE) instanceof ProtectedResource resource
        ? resource.metadataUrl(request)
        : null;
  }

  /** Returns a text in the characters of an error description (section 3). */
  private static String printable(String text) {
    return text.replace('"', '\'').replace('\\', '/').replaceAll("[^\\x20-\\x7E]", "-");
  }
}
