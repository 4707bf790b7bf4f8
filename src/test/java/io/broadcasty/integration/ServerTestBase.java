package io.broadcasty.integration;

import java.net.URI;
import java.net.URL;
import java.util.Objects;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** The base of tests that are clients of a server, which Arquillian runs with a WAR. */
@ExtendWith(ServerExtension.class)
abstract class ServerTestBase {

  @ArquillianResource private @Nullable URL url;

  protected Api api = new Api(URI.create("http://localhost"), DevTokens.ofTestServer());

  /** Returns the context root of the WAR, without a slash at the end. */
  protected String contextRoot() {
    return "";
  }

  @BeforeEach
  void connect() {
    int port = Objects.requireNonNull(url).getPort();
    api = new Api(URI.create("http://localhost:" + port + contextRoot()), DevTokens.ofTestServer());
  }

  /** What messages and bodies took while they arrived is given back, however a test ended them. */
  @AfterEach
  void nothingIncompleteIsLeft() {
    Api.await(
        "the memory of what was incomplete",
        () -> Scrape.of(api).value("broadcasty_memory_used_bytes{area=\"inbound\"}") == 0);
  }
}
