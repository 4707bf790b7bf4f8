package io.broadcasty.cluster.control.memory;

import static io.broadcasty.cluster.control.ReceivedMessages.named;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.control.ControlTopicContract;
import io.broadcasty.cluster.control.ReceivedMessages;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryControlTopicTest extends ControlTopicContract {

  @Override
  protected ControlTopic open() {
    return new MemoryControlTopic();
  }

  @Test
  void continuesAfterAnErrorOfAListener() {
    ControlTopic topic = open();
    boolean[] fails = {true};
    ReceivedMessages received = new ReceivedMessages();
    topic.addListener(received);
    topic.addListener(
        message -> {
          if (fails[0]) {
            throw new AssertionError("scripted");
          }
        });
    assertThrows(AssertionError.class, () -> topic.publish(named("one")));
    fails[0] = false;
    topic.publish(named("two"));
    topic.publish(named("end"));
    assertEquals(List.of("one", "two"), received.until("end"));
  }
}
