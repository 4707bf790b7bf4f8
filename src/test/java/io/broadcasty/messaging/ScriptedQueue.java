package io.broadcasty.messaging;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A broker with one queue, which fails when a test says so. */
final class ScriptedQueue implements MessageQueue.Opener {

  private final List<IncomingMessage> waiting = new ArrayList<>();
  final List<String> deadLetters = new ArrayList<>();
  int acknowledgements;
  int openings;
  private int openFailures;
  private int lostAcknowledgements;

  static IncomingMessage message(String id, String text) {
    return new IncomingMessage(id, text, "paid", null, null, Map.of("region", "eu"));
  }

  synchronized void send(IncomingMessage message) {
    waiting.add(message);
    notifyAll();
  }

  /** Refuses the next connections. */
  synchronized void refuse(int connections) {
    openFailures = connections;
  }

  /** Breaks the connection at the next acknowledgements. */
  synchronized void breakAt(int acknowledgements) {
    lostAcknowledgements = acknowledgements;
  }

  /** Waits until everything that was sent has been acknowledged. */
  synchronized void awaitEmpty() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!waiting.isEmpty()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError(waiting.size() + " messages are still there");
      }
      wait(100);
    }
  }

  @Override
  public synchronized MessageQueue open() throws MessagingException {
    openings++;
    if (openFailures > 0) {
      openFailures--;
      throw new MessagingException("the broker is away", null);
    }
    return new Connection();
  }

  private final class Connection implements MessageQueue {
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<String> dead = new ArrayList<>();
    private int delivered;

    @Override
    public List<IncomingMessage> receive(int max, Duration wait) {
      synchronized (ScriptedQueue.this) {
        if (delivered == waiting.size() && closed.getCount() > 0) {
          try {
            ScriptedQueue.this.wait(5);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        }
        int end = Math.min(waiting.size(), delivered + max);
        List<IncomingMessage> messages = List.copyOf(waiting.subList(delivered, end));
        delivered = end;
        return messages;
      }
    }

    @Override
    public void deadLetter(int number, String code, String reason) {
      dead.add(number + " " + code + " " + reason);
    }

    @Override
    public void acknowledge() throws MessagingException {
      synchronized (ScriptedQueue.this) {
        if (lostAcknowledgements > 0) {
          lostAcknowledgements--;
          throw new MessagingException("the connection was lost", null);
        }
        acknowledgements++;
        waiting.subList(0, delivered).clear();
        delivered = 0;
        deadLetters.addAll(dead);
        dead.clear();
        ScriptedQueue.this.notifyAll();
      }
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }
}
