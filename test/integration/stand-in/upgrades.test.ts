import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { useGateway } from '../../support/use-gateway';

const proxy = useGateway(
  ({ url }) => `
services:
- { name: direct, url: "${url}/base", routes: [{ name: direct, paths: [/direct] }] }
`,
);

it('forwards a WebSocket upgrade, and then the bytes of both sides', async () => {
  proxy.upstream.server.on('upgrade', (incoming: IncomingMessage, socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Path: ${incoming.url ?? ''}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
  const outgoing = request(`${proxy.url}/direct/ws`, {
    agent: false,
    headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
  }).end();
  const [response, socket, head] = (await once(outgoing, 'upgrade')) as [
    IncomingMessage,
    NodeJS.ReadWriteStream,
    Buffer,
  ];
  expect([response.statusCode, response.headers['x-path'], head.length]).toEqual([101, '/base/ws', 0]);
  socket.write('\0ping\xff');
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toBe('\0ping\xff');
  socket.end();
});

it('responds to an upgrade that it rejects', async () => {
  const { status } = await proxy.call('/nowhere', {
    headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
  });
  expect(status).toBe(404);
});
