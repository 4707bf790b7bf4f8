/** WebSockets that subscribe to and leave ever new channels, and ask for new tokens, endlessly. */
final class Churn extends Attack {

  private static final int SOCKETS = 100;
  private static final int USERS = 20;
  private static final int CHANNELS = 19; // with five commands each, and one more: what a frame may have
  private static final int PAUSE_MILLIS = 50;

  @Override
  void start() {
    hold(SOCKETS, n -> new Socket(tokens.of("user-" + n % USERS, "member")));
  }

  private static final class Socket extends WebSocketPeer {
    private final String token;

    Socket(String token) {
      super(token);
      this.token = token;
    }

    @Override
    void upgraded() {
      if (isEnded()) {
        return;
      }
      StringBuilder frame = new StringBuilder("[");
      for (int i = 0; i < CHANNELS; i++) {
        String channel = ",\"channel\":\"presence-" + random(30) + "\"}";
        frame.append("{\"id\":1,\"command\":\"subscribe\"").append(channel).append(',');
        frame.append("{\"id\":2,\"command\":\"join\"").append(channel).append(',');
        frame.append("{\"id\":3,\"command\":\"presence\"").append(channel).append(',');
        frame.append("{\"id\":4,\"command\":\"leave\"").append(channel).append(',');
        frame.append("{\"id\":5,\"command\":\"unsubscribe\"").append(channel).append(',');
      }
      frame.append("{\"id\":6,\"command\":\"refresh\",\"token\":\"").append(token).append("\"}]");
      send(Requests.text(frame.toString()));
      loop.after(PAUSE_MILLIS, this::upgraded);
    }
  }
}
