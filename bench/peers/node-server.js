// A minimal fan-out server in Node: POST /publish sends the body to every subscriber, over
// WebSocket (the library ws) at /ws and as Server-Sent Events at /sse. It stores nothing and
// authenticates nobody. Usage: node node-server.js PORT
import {createServer} from 'node:http';
import {WebSocketServer} from 'ws';

const streams = new Set();

function publish(message) {
  for (const socket of sockets.clients) socket.send(message);
  const event = `data: ${message}\n\n`;
  for (const stream of streams) stream.write(event);
}

const server = createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/publish') {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text) => (body += text));
    request.on('end', () => {
      response.writeHead(204).end();
      publish(body);
    });
  } else if (request.method === 'GET' && request.url === '/sse') {
    response.writeHead(200, {'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store'});
    response.write(': subscribed\n\n');
    streams.add(response);
    response.on('close', () => streams.delete(response));
  } else {
    response.writeHead(404).end();
  }
});

const sockets = new WebSocketServer({server, path: '/ws', perMessageDeflate: false});
sockets.on('connection', (socket) => socket.on('error', () => socket.terminate()));

server.listen(Number(process.argv[2]), '127.0.0.1', 4096);
