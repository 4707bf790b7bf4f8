package io.broadcasty.streams.broker;

/**
 * The position of a publication in its stream.
 *
 * @param epoch identifies the stream until it is lost and restarted, which changes the epoch. Never
 *     empty.
 * @param partition the channel's partition, from 0
 * @param sequence from 1, without gaps within a partition; 0 stands for "before the first"
 */
public record Position(String epoch, int partition, long sequence) {}
