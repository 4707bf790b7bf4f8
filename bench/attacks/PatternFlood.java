/**
 * Users who subscribe to tens of thousands of patterns, while publishers publish to ever new
 * channels, each of which has to be compared with the patterns.
 */
final class PatternFlood extends Attack {

  private static final int SOCKETS = 200;
  private static final int USERS = 40;
  private static final int FRAMES = 5; // of 100 patterns each: what a connection may have
  private static final int PUBLISHERS = 4;

  @Override
  void start() {
    hold(SOCKETS, n -> new Subscriber(tokens.of("user-" + n % USERS, "member")));
    String[] publishers = new String[PUBLISHERS];
    for (int i = 0; i < PUBLISHERS; i++) {
      publishers[i] = tokens.of("publisher-" + i, "publisher");
    }
    int[] next = new int[1];
    flood(
        PUBLISHERS,
        1,
        () ->
            Requests.post(
                "/broadcasty/publish", publishers[next[0]++ % PUBLISHERS], publications()));
  }

  private static String publications() {
    StringBuilder body = new StringBuilder("[");
    for (int i = 0; i < 100; i++) {
      body.append(i == 0 ? "" : ",").append("{\"channel\":\"p").append(random(20));
      body.append("\",\"payload\":1}");
    }
    return body.append(']').toString();
  }

  private static final class Subscriber extends WebSocketPeer {

    Subscriber(String token) {
      super(token);
    }

    @Override
    void upgraded() {
      next(FRAMES);
    }

    private void next(int frames) {
      if (frames == 0 || isEnded()) {
        return;
      }
      StringBuilder frame = new StringBuilder("[");
      for (int i = 0; i < 100; i++) {
        frame.append(i == 0 ? "" : ",").append("{\"id\":").append(i);
        frame.append(",\"command\":\"subscribe\",\"channel\":\"p").append(random(12));
        frame.append(".*\"}");
      }
      send(Requests.text(frame.append(']').toString()));
      loop.after(500, () -> next(frames - 1));
    }
  }
}
