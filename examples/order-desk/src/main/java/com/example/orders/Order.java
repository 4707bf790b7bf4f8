package com.example.orders;

/** An order of a customer. */
public record Order(int number, String region, String state) {}
