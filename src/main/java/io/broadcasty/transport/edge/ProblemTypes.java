package io.broadcasty.transport.edge;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.wire.Code;

/**
 * The URIs of problem codes, which {@code type} of a problem document has (RFC 9457, section
 * 3.1.1): the path of the page about the code on this server.
 */
@ThreadSafe
public final class ProblemTypes {

  /** The path of the pages below the context root. */
  public static final String PATH = "/broadcasty/problems";

  private static volatile String contextPath = "";

  private ProblemTypes() {}

  /** Sets the context root of this WAR: empty, or a path without a slash at its end. */
  public static void setContextPath(String path) {
    contextPath = path;
  }

  /** Returns the URI of a code, a path. */
  public static String of(Code code) {
    return contextPath + PATH + "/" + code.wireName();
  }
}
