/**
 * Requests whose bodies arrive at one byte in two seconds: to each resource that takes a body, with
 * a length and chunked, with a token that may, one without a role, an invalid one and none.
 */
final class SlowBodies extends Attack {

  private static final int CONNECTIONS = 1000;
  private static final int PAUSE_MILLIS = 2000;
  private static final String[] PATHS = {
    "/broadcasty/publish",
    "/broadcasty/presence/join",
    "/broadcasty/presence/heartbeat",
    "/broadcasty/presence/leave",
    "/broadcasty/push/subscriptions",
    "/broadcasty/push/send",
    "/broadcasty/admin/disconnect"
  };

  @Override
  void start() {
    String valid = tokens.of("slow", "member", "publisher", "admin");
    String[] all = {valid, tokens.of("nobody"), valid.substring(0, valid.length() - 9), null};
    hold(
        CONNECTIONS,
        n ->
            new Slow(
                PATHS[n % PATHS.length],
                all[n / PATHS.length % all.length],
                n / PATHS.length / all.length % 2 == 0));
  }

  private static final class Slow extends Peer {
    private final String path;
    private final String token;
    private final boolean chunked;

    Slow(String path, String token, boolean chunked) {
      this.path = path;
      this.token = token;
      this.chunked = chunked;
    }

    @Override
    void opened() {
      String length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: 60000";
      send(Requests.postHead(path, token, length));
      body("{\"channel\":\"presence-slow\",");
      dribble();
    }

    private void dribble() {
      if (!isEnded()) {
        body(" ");
        loop.after(PAUSE_MILLIS, this::dribble);
      }
    }

    private void body(String part) {
      send(chunked ? Integer.toHexString(part.length()) + "\r\n" + part + "\r\n" : part);
    }
  }
}
