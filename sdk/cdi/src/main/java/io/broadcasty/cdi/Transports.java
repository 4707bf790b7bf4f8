package io.broadcasty.cdi;

import io.broadcasty.client.BroadcastyClient;
import java.util.Optional;

/** Chooses the way of each publication. */
final class Transports implements AutoCloseable {

  private static final String ADDRESS =
      "set "
          + Configuration.URL
          + " to its address, and "
          + Configuration.TOKEN
          + " or "
          + Configuration.SECRET;

  private volatile HttpTransport http;
  private boolean closed;

  /**
   * Returns the way of the next publication: Broadcasty on this server if it is there, otherwise
   * the one at the configured address.
   *
   * @throws PublishException if there is neither
   */
  Transport next() {
    Configuration.Via via = Configuration.via();
    Transport local = via == Configuration.Via.HTTP ? null : LocalTransport.find();
    if (local != null) {
      return local;
    }
    if (via == Configuration.Via.LOCAL) {
      throw new PublishException(
          PublishException.NOT_CONFIGURED,
          "there is no Broadcasty on this server, or it has no broadcasty.local.tenant; deploy it,"
              + " or set "
              + Configuration.VIA
              + "=auto");
    }
    return http(via);
  }

  private HttpTransport http(Configuration.Via via) {
    HttpTransport open = http;
    return open != null ? open : open(via);
  }

  private synchronized HttpTransport open(Configuration.Via via) {
    if (closed) {
      throw new PublishException(
          PublishException.NOT_CONFIGURED, "the application has been stopped");
    }
    if (http == null) {
      http = new HttpTransport(client(via));
    }
    return http;
  }

  private static BroadcastyClient client(Configuration.Via via) {
    Optional<String> url = Configuration.get(Configuration.URL);
    if (url.isEmpty()) {
      throw new PublishException(
          PublishException.NOT_CONFIGURED,
          via == Configuration.Via.HTTP
              ? Configuration.VIA + " is http, but it is not known where Broadcasty is; " + ADDRESS
              : "there is no Broadcasty on this server that lets applications publish; deploy it,"
                  + " or "
                  + ADDRESS);
    }
    Optional<String> token = Configuration.get(Configuration.TOKEN);
    Optional<String> secret = Configuration.get(Configuration.SECRET);
    if (token.isPresent() == secret.isPresent()) {
      throw new PublishException(
          PublishException.NOT_CONFIGURED,
          "set either "
              + Configuration.TOKEN
              + " or, for an API key, "
              + Configuration.SECRET
              + " for "
              + url.get());
    }
    try {
      BroadcastyClient.Builder client = BroadcastyClient.builder(url.get());
      token.ifPresent(client::token);
      secret.ifPresent(client::apiKey);
      return client.build();
    } catch (IllegalArgumentException e) {
      throw new PublishException(
          PublishException.NOT_CONFIGURED,
          Configuration.URL + " or " + Configuration.SECRET + " is wrong: " + e.getMessage(),
          e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (http != null) {
      http.close();
    }
  }
}
