/**
 * Runs the end-to-end tests: `npm run test:e2e -- [--engine docker|kong|stand-in] [--state FILE] [jest's arguments]`.
 *
 * Without `--state` the suite is started like with `npm start`. With it, the tests use the running gateway of
 * `npm start -- --state FILE`.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const args = process.argv.slice(2);

function take(option) {
  const at = args.indexOf(option);
  if (at < 0) return undefined;
  const [, value] = args.splice(at, 2);
  return value;
}

const engine = take('--engine');
const state = take('--state');
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
// One file after the other: they share one gateway, and one of them kills its plugin server.
const { status } = spawnSync(process.execPath, [jest, '--selectProjects', 'e2e', '--runInBand', ...args], {
  stdio: 'inherit',
  env: { ...process.env, ...(engine && { E2E_ENGINE: engine }), ...(state && { E2E_STATE: state }) },
});
process.exitCode = status ?? 1;
