package io.broadcasty.admin.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.admin.events.AdminEvent.ChannelChanged;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NewsQuestionTest {

  private static final TenantId ACME = new TenantId("acme");

  @Test
  void questionsAndAnswersArriveAsTheyWere() {
    NewsQuestion some = new NewsQuestion(Set.of(ACME), Map.of("n1", 3L));
    assertEquals(some, NewsQuestion.read(some.text()));
    NewsQuestion all = new NewsQuestion(null, Map.of());
    assertEquals(all, NewsQuestion.read(all.text()));
    NodeNews news =
        new NodeNews(
            7,
            true,
            List.of(
                new ChannelChanged(new TenantChannel(ACME, new ChannelName("a")), true),
                new ChannelChanged(new TenantChannel(ACME, new ChannelName("b")), false)),
            12,
            Map.of("relay:pusher", "open"));
    assertEquals(news, NewsQuestion.readAnswer(NewsQuestion.writeAnswer(news)));
  }

  @Test
  void newFieldsAreIgnoredAndOtherTextsAreNoAnswers() {
    assertEquals(
        new NodeNews(1, false, List.of(), 0, Map.of()),
        NewsQuestion.readAnswer("{\"new\":{\"a\":[1]},\"number\":1}"));
    assertEquals(
        new NewsQuestion(null, Map.of()), NewsQuestion.read("{\"new\":[[1]],\"after\":{}}"));
    for (String text :
        List.of("", "[]", "{\"number\":\"x\"}", "{\"channels\":[[\"acme\",\"a b\",true]]}")) {
      assertNull(NewsQuestion.readAnswer(text), text);
    }
    for (String text : List.of("", "[]", "{\"tenants\":[\"no tenant\"]}")) {
      assertThrows(IllegalArgumentException.class, () -> NewsQuestion.read(text), text);
    }
  }
}
