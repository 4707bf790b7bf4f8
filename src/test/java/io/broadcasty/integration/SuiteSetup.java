package io.broadcasty.integration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Prepares the suite: checks that the WAR is the one that was built, and sets the properties that
 * {@code arquillian.xml} refers to. Does nothing for tests that need no server.
 */
public final class SuiteSetup implements LauncherSessionListener {

  private static boolean done;

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    if (System.getProperty("arquillian.launch") != null) {
      setUp();
    }
  }

  private static synchronized void setUp() {
    if (done) {
      return;
    }
    done = true;
    try {
      Path war = Path.of(System.getProperty("broadcasty.war"));
      String sum = sha256(war);
      String built = Files.readString(Path.of(war + ".sha256")).strip();
      System.out.println(
          "Suite on " + System.getProperty("arquillian.launch") + ", " + war + ", SHA-256 " + sum);
      if (!sum.equals(built)) {
        throw new IllegalStateException("the WAR is not the one that was built: " + built);
      }
      Path home = Path.of(System.getProperty("it.home"));
      DevTokens.provideKey(home.resolve("data"));
      ServerKind.current().prepareArquillian(home, Ports.free()).forEach(System::setProperty);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String sha256(Path file) throws IOException {
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(sum);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
