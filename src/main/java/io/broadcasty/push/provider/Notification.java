package io.broadcasty.push.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A notification to show on a device, independent of the push service.
 *
 * @param title never empty
 * @param body null when there is only a title
 * @param url what opens when the notification is clicked; null for the application's own choice
 * @param data a JSON object as text, for the application; null when there is none
 * @param ttl for how long the service keeps it for a device that is offline; from zero to four
 *     weeks
 * @param collapseKey of the notifications with the same key that wait for a device, only the last
 *     is shown; null when each is
 */
public record Notification(
    String title,
    @Nullable String body,
    @Nullable String url,
    @Nullable String data,
    Duration ttl,
    Urgency urgency,
    @Nullable String collapseKey) {}
