package io.broadcasty.control.memory;

import static io.broadcasty.control.HeardMessages.named;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.control.ControlTopic;
import io.broadcasty.control.ControlTopicContract;
import io.broadcasty.control.HeardMessages;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryControlTopicTest extends ControlTopicContract {

  @Override
  protected ControlTopic open() {
    return new MemoryControlTopic();
  }

  @Test
  void goesOnAfterAnErrorOfAListener() {
    ControlTopic topic = open();
    boolean[] fails = {true};
    HeardMessages heard = new HeardMessages();
    topic.listen(heard);
    topic.listen(
        message -> {
          if (fails[0]) {
            throw new AssertionError("scripted");
          }
        });
    assertThrows(AssertionError.class, () -> topic.publish(named("one")));
    fails[0] = false;
    topic.publish(named("two"));
    topic.publish(named("end"));
    assertEquals(List.of("one", "two"), heard.until("end"));
  }
}
