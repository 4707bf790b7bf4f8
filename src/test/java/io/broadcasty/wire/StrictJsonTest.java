package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.tenant.PublishCaps;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that one message has one meaning: ill-formed UTF-8 and repeated fields are refused. */
class StrictJsonTest {

  private static final PublishCaps CAPS = new PublishCaps(65_536, 100);

  private interface Reader {
    void read(byte[] utf8) throws ProblemException;
  }

  /** Every reader of a body, with a body in which {@code ?} is put somewhere. */
  private record Body(String json, Reader reader) {}

  private static final List<Body> BODIES =
      List.of(
          new Body("{'channel':'?','payload':1}", StrictJsonTest::publish),
          new Body("{'channel':'a','payload':'?'}", StrictJsonTest::publish),
          new Body("[{'channel':'a','payload':{'b':['?']}}]", StrictJsonTest::publish),
          new Body("{'channel':'a','member':{'name':'?'}}", MemberReader::request),
          new Body("{'endpoint':'?'}", PushReader::device),
          new Body("{'to':{'users':['?']}}", PushReader::sendRequest),
          new Body("{'user':'?'}", DisconnectReader::read));

  private static void publish(byte[] utf8) throws ProblemException {
    var unused = new PublishReader().read(utf8, CAPS);
  }

  private static PublishReader.Request publish(String json) throws ProblemException {
    return new PublishReader().read(utf8(json), CAPS);
  }

  private static byte[] utf8(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "C1B0",
        "C080",
        "E081B0",
        "F08081B0", // over-long forms
        "EDA0BD",
        "EDA0BDEDB880", // surrogates
        "F4908080",
        "F8888080", // beyond Unicode
        "80",
        "FF",
        "E2",
        "E282",
        "C3",
        "61C3",
        "FE"
      })
  void everyBodyIsWellFormedUtf8(String hex) {
    for (Body body : BODIES) {
      String[] around = body.json().split("\\?", -1);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(utf8(around[0]));
      bytes.writeBytes(HexFormat.of().parseHex(hex));
      bytes.writeBytes(utf8(around[1]));
      ProblemException refusal =
          assertThrows(
              ProblemException.class, () -> body.reader().read(bytes.toByteArray()), body.json());
      assertEquals(Code.INVALID_JSON, refusal.problem().code());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'channel':'a','channel':'b','payload':1}",
        "{'channel':'a','channel':'a','payload':1}",
        "{'channel':'a','\\u0063hannel':'b','payload':1}",
        "{'channel':'a','payload':1,'payload':2}",
        "{'channel':'a','payload':{'x':1},'id':'1','id':'2'}",
        "{'channel':'a','payload':1,'headers':{},'headers':{'b':'c'}}",
        "{'channel':'a','payload':1,'headers':{'b':'c','b':'d'}}",
        "{'channel':'a','payload':1,'x':1,'x':1}"
      })
  void aRepeatedFieldOfAPublicationCostsItAlone(String json) throws ProblemException {
    assertEquals(
        Code.INVALID_REQUEST,
        Objects.requireNonNull(publish(json).items().get(0).problem()).code());
    List<PublishReader.Item> batch =
        publish("[" + json + ",{'channel':'b','payload':2}," + json + "]").items();
    assertNotNull(batch.get(0).problem());
    assertNull(batch.get(1).problem());
    assertNotNull(batch.get(2).problem());
  }

  @Test
  void aPayloadIsKeptAsItIs() throws ProblemException {
    String payload = "{'a':1,'a':2,'channel':{'channel':1}}";
    PublishReader.Item item =
        publish("{'channel':'a','payload':" + payload + ",'meta':" + payload + "}").items().get(0);
    assertNull(item.problem());
    assertEquals(
        payload.replace('\'', '"'), Objects.requireNonNull(item.request()).message().payload());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'id':1,'id':2,'command':'ping'}",
        "{'id':1,'command':'ping','command':'ping'}",
        "{'id':1,'command':'subscribe','channel':'a','channel':'private-b'}",
        "{'id':1,'command':'subscribe','channel':'a','since':[{'epoch':'e','sequence':1,'sequence':2}]}"
      })
  void aRepeatedFieldOfACommandCostsItAlone(String json) throws ProblemException {
    String frame = "[" + json + ",{'id':9,'command':'ping'}]";
    List<CommandReader.IdentifiedCommand> commands =
        new CommandReader(new PublishReader()).read(frame.replace('\'', '"'), CAPS).commands();
    Command.Malformed malformed =
        assertInstanceOf(Command.Malformed.class, commands.get(0).command());
    assertEquals(Code.INVALID_REQUEST, malformed.problem().code());
    assertInstanceOf(Command.Ping.class, commands.get(1).command());
  }

  @Test
  void aRepeatedFieldOfAnyOtherBodyIsRefused() {
    assertRefused("{'channel':'a','channel':'b'}", MemberReader::request);
    assertRefused("{'endpoint':'a','endpoint':'b'}", PushReader::device);
    assertRefused("{'endpoint':'a','keys':{'auth':'a','auth':'b'}}", PushReader::device);
    assertRefused("{'to':{'users':['a'],'users':['b']}}", PushReader::sendRequest);
    assertRefused("{'user':'a','user':'b'}", DisconnectReader::read);
    ProblemException refusal =
        assertThrows(
            ProblemException.class,
            () -> MemberReader.member("{\"id\":\"ann\",\"id\":\"ben\"}", "ann"));
    assertEquals(Code.INVALID_REQUEST, refusal.problem().code());
  }

  private static void assertRefused(String json, Reader reader) {
    ProblemException refusal =
        assertThrows(ProblemException.class, () -> reader.read(utf8(json)), json);
    assertEquals(Code.INVALID_REQUEST, refusal.problem().code());
  }

  @Test
  void aLongNameIsRefused() {
    String accepted = "{'channel':'a','payload':{'%s':1}}";
    assertDoesNotThrow(() -> publish(accepted.formatted("n".repeat(1000))));
    ProblemException refused =
        assertThrows(ProblemException.class, () -> publish(accepted.formatted("n".repeat(1100))));
    assertEquals(Code.INVALID_JSON, refused.problem().code());
    assertTrue(String.valueOf(refused.problem().detail()).contains("longer than 1024 bytes"));
  }
}
