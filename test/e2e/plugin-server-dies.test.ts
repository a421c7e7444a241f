import { execSync } from 'node:child_process';
import { eventually, gateway, postMcp, toolCall } from './gateway';

const HOSTILE = '{"jsonrpc":"2.0","id":1,"method":"tools/call","method":"ping"}';

it('forwards nothing without validation while the plugin server is down, and recovers without a restart of the gateway', async () => {
  const statuses: number[] = [];
  let isDone = false;
  const traffic = Array.from({ length: 4 }, async () => {
    while (!isDone) statuses.push((await postMcp('py-calculator', HOSTILE)).status);
  });
  await eventually('an answer before it dies', () => Promise.resolve(statuses.includes(400)));
  execSync(gateway.killPluginServer);
  await eventually('an answer while it is dead', () => Promise.resolve(statuses.includes(500)));
  await eventually('the plugin server', async () => {
    const response = await fetch(`${gateway.pluginServerUrl}/readyz`).catch(() => undefined);
    return response?.ok;
  });
  await eventually('a call that works again', async () => {
    const response = await postMcp('py-calculator', toolCall('add', { a: 5, b: 3 }));
    return response.status === 200;
  });
  const seen = statuses.length;
  await eventually('a rejection with a reason again', () => Promise.resolve(statuses.slice(seen).includes(400)));
  isDone = true;
  await Promise.all(traffic);
  // 400 is the response of the validator, 500 that of Kong without a plugin server.
  expect([...new Set(statuses)].sort()).toEqual([400, 500]);
});
