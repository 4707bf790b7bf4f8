package io.broadcasty.broker;

/**
 * Where a publication stands.
 *
 * @param epoch names one life of the stream; another epoch means that the stream was lost and begun
 *     anew. Never empty.
 * @param partition the channel's partition, from 0
 * @param sequence from 1, without gaps inside a partition; 0 stands for "before the first"
 */
public record Position(String epoch, int partition, long sequence) {}
