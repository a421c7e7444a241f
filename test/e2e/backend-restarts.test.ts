import { execSync } from 'node:child_process';
import { until } from '../../kong/testkit/until';
import { gateway, postMcp, toolCall } from './gateway';

/** As long as a backend may take to be used again once it answers; with a check every two seconds, far less. */
const RECOVERY_MS = 10_000;

const call = async (): Promise<number> => (await postMcp('py-calculator', toolCall('add', { a: 5, b: 3 }))).status;

it('does not make a long outage of the short one of a backend', async () => {
  expect(await call()).toBe(200);
  execSync(gateway.killBackend);
  // More failures than any count of them that would take it out.
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
