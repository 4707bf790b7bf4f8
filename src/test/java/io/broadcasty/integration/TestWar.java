package io.broadcasty.integration;

import io.broadcasty.core.auth.Pem;
import io.broadcasty.push.provider.FakeApnsServer;
import io.broadcasty.push.provider.TestCertificate;
import java.io.File;
import java.util.EnumMap;
import java.util.Map;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/**
 * The WARs that the tests deploy. Few are enough for all tests, and each is made once, so that
 * {@link SharedDeployments} can leave it deployed from one test class to the next.
 */
enum TestWar {

  /** The WAR as it was built. */
  BUILT,

  /** Leaves WebSockets to the server's own engine. */
  CONTAINER,

  /** Leaves WebSockets to the server's own engine, and sends a heartbeat once an hour. */
  CONTAINER_WITHOUT_HEARTBEAT,

  /** Uses no internal class of the server. */
  FALLBACK,

  /**
   * Has beans and servlets of its own, publishes the meters in the server's registry, and sends a
   * heartbeat once an hour.
   */
  EXTENDED;

  private static final String CONTAINER_ENGINE = "broadcasty.stream.websocket=container";
  private static final String NO_HEARTBEAT = "broadcasty.stream.heartbeat=1h";

  /** Takes precedence over the environment. */
  private static final String ORDINAL = "config_ordinal=1000";

  private static final Map<TestWar, WebArchive> MADE = new EnumMap<>(TestWar.class);

  /** Returns the archive, the same one at each call. */
  WebArchive archive() {
    synchronized (MADE) {
      return MADE.computeIfAbsent(this, TestWar::make);
    }
  }

  private static WebArchive make(TestWar war) {
    return switch (war) {
      case BUILT -> built();
      case CONTAINER -> withSettings(built(), CONTAINER_ENGINE);
      case CONTAINER_WITHOUT_HEARTBEAT -> withSettings(built(), CONTAINER_ENGINE, NO_HEARTBEAT);
      case FALLBACK ->
          withSettings(
              built(), "broadcasty.stream.websocket=own", "broadcasty.stream.internals=off");
      case EXTENDED ->
          withSettings(built(), NO_HEARTBEAT, "broadcasty.metrics.server=true")
              .addClasses(
                  OwnPolicy.class,
                  PushProbe.class,
                  FakeApnsServer.class,
                  TestCertificate.class,
                  Pem.class);
    };
  }

  private static WebArchive built() {
    return ShrinkWrap.createFromZipFile(
        WebArchive.class, new File(System.getProperty("broadcasty.war")));
  }

  private static WebArchive withSettings(WebArchive war, String... settings) {
    return war.addAsResource(
        new StringAsset(ORDINAL + "\n" + String.join("\n", settings) + "\n"),
        "META-INF/microprofile-config.properties");
  }
}
