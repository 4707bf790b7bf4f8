package io.broadcasty.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PushReaderTest {

  private static byte[] utf8(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void parsesABrowsersSubscription() throws Exception {
    assertEquals(
        new PushReader.Device("webpush", "https://p.example/1", "BK", "au", null, null, null),
        PushReader.device(
            utf8(
                "{'endpoint':'https://p.example/1','expirationTime':null,"
                    + "'keys':{'auth':'au','p256dh':'BK','more':[1]}}")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"'aes128gcm'", "'aesgcm'", "null"})
  void anEncodingMayStandBesideTheKeys(String encoding) throws Exception {
    assertEquals(
        new PushReader.Device("webpush", "https://p.example/1", "BK", "au", null, null, null),
        PushReader.device(
            utf8(
                "{'endpoint':'https://p.example/1','contentEncoding':"
                    + encoding
                    + ",'keys':{'auth':'au','p256dh':'BK','contentEncoding':'aesgcm'}}")));
  }

  @Test
  void parsesTokensOfOtherServices() throws Exception {
    assertEquals(
        new PushReader.Device(
            "apns", "a1", null, null, "ann", "phone", Set.of("orders", "private-x")),
        PushReader.device(
            utf8(
                "{'service':'apns','token':'a1','user':'ann','device':'phone',"
                    + "'topics':['orders','private-x','orders']}")));
  }

  @Test
  void parsesANotification() throws Exception {
    assertEquals(
        new PushReader.SendRequest(
            "i",
            Set.of("ann"),
            Set.of("d"),
            Set.of("t"),
            "presence-c",
            new PushReader.NotificationContent("T", "B", "/o", "{ \"a\" : 1.0 }", 0, "high", "k")),
        PushReader.sendRequest(
            utf8(
                "{'id':'i','to':{'users':['ann'],'devices':['d'],'topics':['t'],"
                    + "'channel':'presence-c'},'notification':{'title':'T','body':'B','url':'/o',"
                    + "'data':{ 'a' : 1.0 },'ttl':0,'urgency':'high','collapseKey':'k'}}")));
    PushReader.SendRequest least = PushReader.sendRequest(utf8("{'notification':{'title':'T'}}"));
    assertEquals(86_400, least.notification().ttlSeconds());
    assertNull(least.notification().urgency());
    assertTrue(least.users().isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|the body is a JSON object",
        "{}|`endpoint` is missing",
        "{'endpoint':'https://x','contentEncoding':'gzip'}|`contentEncoding` must be",
        "{'endpoint':'https://x'}|`keys.p256dh` and `keys.auth` are needed",
        "{'endpoint':'https://x','keys':[]}|`keys` must be an object",
        "{'service':'fcm'}|`token` is missing",
        "{'service':'webpush','token':'x'}|`endpoint` is missing",
        "{'service':'fcm','token':''}|`token` is empty",
        "{'service':'fcm','token':7}|`token` must be a string",
        "{'service':'fcm','token':'x','topics':'orders'}|`topics` must be an array",
        "{'service':'fcm','token':'x','topics':[null]}|without null",
        "{'service':'fcm','token':'x','toppics':[]}|there is no field `toppics`",
        "{'service':'fcm','token':'x','topics':['a'|incomplete",
        "{'service':'fcm','token':'x'} 7|more than one",
      })
  void rejectsInvalidDevices(String json, String what) {
    String detail =
        assertThrows(ProblemException.class, () -> PushReader.device(utf8(json)))
            .problem()
            .detail();
    assertTrue(detail.contains(what), detail);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|`notification` is missing",
        "{'notification':{}}|`notification.title` is missing",
        "{'notification':'x'}|`notification` must be an object",
        "{'notification':{'title':''}}|`notification.title` is empty",
        "{'notification':{'title':'T','url':'JavaScript:alert(1)'}}|such as /orders/17",
        "{'notification':{'title':'T','url':' data:text/html,x'}}|such as /orders/17",
        "{'notification':{'title':'T','ttl':-1}}|`notification.ttl` must be a whole number from 0",
        "{'notification':{'title':'T','ttl':2419201}}|to 2419200",
        "{'notification':{'title':'T','data':[1]}}|`notification.data` must be an object",
        "{'notification':{'title':'T','badge':1}}|there is no field `notification.badge`",
        "{'to':['ann']}|`to` must be an object",
        "{'to':{'users':'ann'}}|`to.users` must be an array",
        "{'to':{'user':'ann'}}|there is no field `to.user`",
        "{'token':1}|there is no field `token`",
        "|the body is a JSON object",
      })
  void rejectsInvalidNotifications(String json, String what) {
    String detail =
        assertThrows(
                ProblemException.class,
                () -> PushReader.sendRequest(utf8(json == null ? "" : json)))
            .problem()
            .detail();
    assertTrue(detail.contains(what), detail);
  }
}
