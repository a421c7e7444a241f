import { execSync } from 'node:child_process';
import { eventually, gateway, postMcp, toolCall } from './gateway';

/** Half of the minute for which Kong waits by default. */
const WITHIN_MS = 30_000;

it('responds with 500 within seconds while the plugin server is frozen, and recovers afterwards', async () => {
  const call = toolCall('add', { a: 5, b: 3 });
  execSync(gateway.freezePluginServer);
  try {
    const response = await fetch(`${gateway.proxyUrl}/py-calculator/mcp`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
      body: JSON.stringify(call),
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    expect(response.status).toBe(500);
  } finally {
    execSync(gateway.thawPluginServer);
  }
  await eventually('a call that works again', async () => (await postMcp('py-calculator', call)).status === 200);
});
