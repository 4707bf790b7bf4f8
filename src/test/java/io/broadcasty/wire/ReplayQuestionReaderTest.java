package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.rbac.ChannelOperation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayQuestionReaderTest {

  private static ReplayQuestionReader.Question read(String json) throws ProblemException {
    return ReplayQuestionReader.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsAQuestion() throws ProblemException {
    assertEquals(
        new ReplayQuestionReader.Question(
            "acme",
            "private-a",
            "ann",
            Set.of("member"),
            Map.of("teams", List.of("red")),
            ChannelOperation.SUBSCRIBE,
            3,
            "k3v9",
            17,
            5),
        read(
            """
            {'tenant': 'acme', 'channel': 'private-a', 'subject': 'ann', 'roles': ['member'],
             'claims': {'teams': ['red']}, 'operation': 'subscribe', 'partition': 3,
             'epoch': 'k3v9', 'from': 17, 'limit': 5}
            """));
  }

  @Test
  void whatIsMissingHasItsDefault() throws ProblemException {
    assertEquals(
        new ReplayQuestionReader.Question(
            null, null, null, Set.of(), Map.of(), ChannelOperation.REPLAY, 0, null, 0, 100),
        read("{}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{} 1",
        "{'to': 1}",
        "{'operation': 'publish'}",
        "{'operation': 'read'}",
        "{'operation': null}",
        "{'claims': []}",
        "{'roles': 'member'}",
        "{'partition': -1}",
        "{'partition': 1024}",
        "{'from': -1}",
        "{'from': 'x'}",
        "{'limit': 0}",
        "{'limit': 1001}",
      })
  void refusesWhatIsMalformed(String json) {
    ProblemException refused = assertThrows(ProblemException.class, () -> read(json));
    assertEquals(400, refused.problem().code().httpStatus());
  }
}
