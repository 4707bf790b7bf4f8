package io.broadcasty.integration;

import io.broadcasty.FreePorts;
import io.broadcasty.core.auth.Pem;
import io.broadcasty.push.provider.FakeApnsServer;
import io.broadcasty.push.provider.TestCertificate;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
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

  /** Is deployed below {@link #CONTEXT_ROOT}. */
  OTHER_CONTEXT_ROOT,

  /** Accepts only what came over TLS, from this machine or through proxies on it. */
  BEHIND_PROXIES,

  /**
   * Has beans and servlets of its own, publishes the meters in the server's registry, and sends a
   * heartbeat once an hour.
   */
  EXTENDED;

  static final String CONTEXT_ROOT = "/apps/realtime";

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
      case OTHER_CONTEXT_ROOT -> at(built(), CONTEXT_ROOT);
      case BEHIND_PROXIES ->
          withSettings(
              built(), "broadcasty.tls=require", "broadcasty.trusted-proxies=127.0.0.1,::1");
      case EXTENDED ->
          withSettings(built(), NO_HEARTBEAT, "broadcasty.metrics.server=true")
              .addClasses(
                  OwnPolicy.class,
                  PushProbe.class,
                  FakeApnsServer.class,
                  FreePorts.class,
                  TestCertificate.class,
                  Pem.class);
    };
  }

  private static WebArchive built() {
    return ShrinkWrap.createFromZipFile(
        WebArchive.class, new File(System.getProperty("broadcasty.war")));
  }

  /** Changes the context root in the descriptor of each server. */
  private static WebArchive at(WebArchive war, String contextRoot) {
    for (String descriptor : List.of("glassfish-web.xml", "jboss-web.xml", "ibm-web-ext.xml")) {
      try (InputStream content = war.delete("WEB-INF/" + descriptor).getAsset().openStream()) {
        String changed =
            new String(content.readAllBytes(), StandardCharsets.UTF_8)
                .replace("<context-root>/<", "<context-root>" + contextRoot + "<")
                .replace("uri=\"/\"", "uri=\"" + contextRoot + "\"");
        war.addAsWebInfResource(new StringAsset(changed), descriptor);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return war;
  }

  private static WebArchive withSettings(WebArchive war, String... settings) {
    return war.addAsResource(
        new StringAsset(ORDINAL + "\n" + String.join("\n", settings) + "\n"),
        "META-INF/microprofile-config.properties");
  }
}
