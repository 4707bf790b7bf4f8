function showOrder(order) {
  const line = document.createElement('li');
  line.textContent = `${order.number} ${order.state}`;
  document.getElementById('orders').append(line);
}
