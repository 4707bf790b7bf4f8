package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
import io.broadcasty.core.rbac.RetentionLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyRequestReaderTest {

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void readsAPolicy() throws ProblemException {
    PolicyRequestReader.PolicyBody body =
        PolicyRequestReader.read(
            bytes(
                """
                {'tenant': 'acme', 'channels': 'private-user:{sub}', 'rules': [
                  {'allow': ['subscribe', 'replay']},
                  {'allow': ['publish'], 'roles': ['a'], 'users': ['b'], 'claims': {'/o/p': 'c'},
                   'channels': 'all'}]}
                """));
    assertEquals("acme", body.tenant());
    assertEquals(PolicyPattern.parse("private-user:{sub}"), body.channels());
    assertEquals(
        List.of(
            new PolicyRule(
                Set.of(ChannelOperation.SUBSCRIBE, ChannelOperation.REPLAY),
                Set.of(),
                Set.of(),
                Map.of(),
                true),
            new PolicyRule(
                Set.of(ChannelOperation.PUBLISH),
                Set.of("a"),
                Set.of("b"),
                Map.of(new ClaimPath("/o/p"), "c"),
                false)),
        body.rules());
  }

  @Test
  void readsSettings() throws ProblemException {
    assertEquals(
        new ChannelSettings(new RetentionLimits(60L, 10L, 1024L), true, 64, false, true, true),
        PolicyRequestReader.read(
                bytes(
                    """
                    {'settings': {'retention': {'seconds': 60, 'count': 10, 'bytes': 1024},
                     'compaction': true, 'partitions': 64, 'presence': false, 'lastValue': true, 'mirror': true}}
                    """))
            .settings());
    assertEquals(
        ChannelSettings.NONE, PolicyRequestReader.read(bytes("{'settings': {}}")).settings());
  }

  /** What would be met by everybody, though its author hardly meant that, is refused. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{'channels': 'a*b'}",
        "{'channels': 'user-{sub}'}",
        "{'other': 1}",
        "{'settings': []}",
        "{'settings': {'other': 1}}",
        "{'settings': {'compaction': 'true'}}",
        "{'settings': {'presence': null}}",
        "{'settings': {'lastValue': 1}}",
        "{'settings': {'partitions': 0}}",
        "{'settings': {'partitions': 65}}",
        "{'settings': {'partitions': '2'}}",
        "{'settings': {'retention': 60}}",
        "{'settings': {'retention': {'seconds': 0}}}",
        "{'settings': {'retention': {'seconds': 315360001}}}",
        "{'settings': {'retention': {'count': 1.5}}}",
        "{'settings': {'retention': {'bytes': 1023}}}",
        "{'settings': {'retention': {'age': 60}}}",
        "{'rules': {}}",
        "{'rules': [1]}",
        "{'rules': [{}]}",
        "{'rules': [{'allow': []}]}",
        "{'rules': [{'allow': 'subscribe'}]}",
        "{'rules': [{'allow': ['read']}]}",
        "{'rules': [{'allow': [null]}]}",
        "{'rules': [{'allow': ['subscribe'], 'roles': []}]}",
        "{'rules': [{'allow': ['subscribe'], 'users': []}]}",
        "{'rules': [{'allow': ['subscribe'], 'users': [null]}]}",
        "{'rules': [{'allow': ['subscribe'], 'users': null}]}",
        "{'rules': [{'allow': ['subscribe'], 'claims': {}}]}",
        "{'rules': [{'allow': ['subscribe'], 'claims': {'a': ''}}]}",
        "{'rules': [{'allow': ['subscribe'], 'claims': {'a': null}}]}",
        "{'rules': [{'allow': ['subscribe'], 'claims': {'/': 'a'}}]}",
        "{'rules': [{'allow': ['subscribe'], 'claims': {'a': ['b']}}]}",
        "{'rules': [{'allow': ['subscribe'], 'channels': 'any'}]}",
        "{'rules': [{'allow': ['subscribe'], 'channels': null}]}",
        "{'rules': [{'allow': ['subscribe'], 'role': ['a']}]}",
        "{'rules': [{'allow': ['subscribe'], 'roles': ['a'], 'roles': ['b']}]}",
        "{'rules': [",
        "{} {}",
      })
  void everythingElseIsRefused(String json) {
    assertThrows(ProblemException.class, () -> PolicyRequestReader.read(bytes(json)));
  }

  @Test
  void readsAQuestion() throws ProblemException {
    PolicyRequestReader.Question question =
        PolicyRequestReader.readQuestion(
            bytes(
                """
                {'subject': 'ann', 'roles': ['a'], 'operation': 'join', 'channel': 'presence-a',
                 'claims': {'org': {'id': 7, 'tags': ['x', true, null]}, 'none': null},
                 'draft': {'channels': 'presence-*', 'rules': []}}
                """));
    assertEquals("ann", question.subject());
    assertEquals(ChannelOperation.JOIN, question.operation());
    assertEquals(Map.of("org", Map.of("id", 7L, "tags", List.of("x", true))), question.claims());
    assertEquals(
        new PolicyRequestReader.PolicyBody(
            null, PolicyPattern.parse("presence-*"), List.of(), null),
        question.draft());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'operation': 'read'}",
        "{'claims': []}",
        "{'claims': {'a': 1.5}}",
        "{'claims': {'a': {'a': {'a': {'a': {'a': {'a': {'a': {'a': {}}}}}}}}}}",
        "{'draft': []}",
        "{'other': 1}",
      })
  void everyOtherQuestionIsRefused(String json) {
    assertThrows(ProblemException.class, () -> PolicyRequestReader.readQuestion(bytes(json)));
  }
}
