package io.broadcasty.push.device;

/** The push services in tests of queues, stores and use cases. */
public final class SamplePushServices {

  public static final PushService WEB_PUSH = new PushService("webpush");
  public static final PushService FCM = new PushService("fcm");
  public static final PushService APNS = new PushService("apns");
  public static final PushService ONE_SIGNAL = new PushService("onesignal");

  private SamplePushServices() {}
}
