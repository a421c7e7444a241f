import { execSync } from 'node:child_process';
import { until } from '../../kong/testkit/until';
import { gateway, postMcp, toolCall } from './gateway';

/** The longest time until a restarted backend is used again; with a check every two seconds it is much shorter. */
const RECOVERY_MS = 10_000;

const call = async (): Promise<number> => (await postMcp('py-calculator', toolCall('add', { a: 5, b: 3 }))).status;

it('recovers within seconds after a backend restarts', async () => {
  expect(await call()).toBe(200);
  execSync(gateway.killBackend);
  // More failures than the threshold of the health checks.
  const down: number[] = [];
  await until(
    async () => {
      const statuses = await Promise.all(Array.from({ length: 10 }, call));
      down.push(...statuses.filter((status) => status !== 200));
      return down.length >= 20 || statuses.every((status) => status === 200);
    },
    'the outage',
    30_000,
  );
  const { backendUrl } = gateway;
  if (backendUrl !== undefined) {
    const answers = async () => (await fetch(`${backendUrl}/health`).catch(() => undefined))?.ok;
    await until(answers, 'the backend itself', 30_000);
  }
  await until(async () => (await call()) === 200, 'a call that works again', RECOVERY_MS);
});
