package com.example.orders;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.stream.Stream;

/** Takes orders: {@code POST /orders?region=eu&numbers=17,18}. */
@WebServlet("/orders")
public class OrderServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;

  @Inject private transient OrderDesk desk;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response) {
    try {
      List<Integer> numbers =
          Stream.of(request.getParameter("numbers").split(",", -1)).map(Integer::valueOf).toList();
      desk.place(numbers, request.getParameter("region"));
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    } catch (RefusedOrderException e) {
      response.setStatus(HttpServletResponse.SC_CONFLICT);
    }
  }
}
