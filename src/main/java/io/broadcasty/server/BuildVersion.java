package io.broadcasty.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build, which the build itself has written down. */
public final class BuildVersion {

  private BuildVersion() {}

  /** Returns the version, such as {@code 1.2.0}. */
  public static String read() {
    try (InputStream in = BuildVersion.class.getResourceAsStream("build.properties")) {
      Properties build = new Properties();
      if (in != null) {
        build.load(in);
      }
      return build.getProperty("version", "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
