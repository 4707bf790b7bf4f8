/** Publishers whose small publications each have another, long id, which the node remembers. */
final class IdFlood extends Attack {

  private static final int PUBLISHERS = 8;
  private static final int CHANNELS = 50;

  @Override
  void start() {
    for (int i = 0; i < PUBLISHERS; i++) {
      String token = tokens.of("publisher-" + i, "publisher");
      flood(1, 2, () -> Requests.post("/broadcasty/publish", token, batch()));
    }
  }

  private static String batch() {
    StringBuilder body = new StringBuilder("[");
    for (int i = 0; i < 100; i++) {
      body.append(i == 0 ? "" : ",").append("{\"channel\":\"ids.").append(i % CHANNELS);
      body.append("\",\"payload\":1,\"id\":\"").append(random(200)).append("\"}");
    }
    return body.append(']').toString();
  }
}
