package io.broadcasty.admin.securitylog;

/**
 * Settings of the security log.
 *
 * @param enabled whether it is written
 * @param linesPerMinute how many events of one type, cause and tenant are written one by one in a
 *     minute; the others are only counted, see {@link EventSampler}
 * @param maxLinesPerMinute how many events are written one by one in a minute in all
 */
public record SecurityLogSettings(boolean enabled, int linesPerMinute, int maxLinesPerMinute) {}
