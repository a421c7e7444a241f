/**
 * Runs all tests, as `npm test` does after the build. The end-to-end tests mostly wait for the gateway, and the others
 * mostly compute: together they take hardly longer than the others alone. The output of the end-to-end tests follows at
 * the end.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const e2e = spawn(process.execPath, [fileURLToPath(new URL('e2e/run.mjs', import.meta.url))], {
  stdio: ['ignore', 'pipe', 'pipe'],
});
const output = [];
for (const stream of [e2e.stdout, e2e.stderr]) stream.on('data', (chunk) => output.push(chunk));
const others = spawn(process.execPath, [jest, '--selectProjects', 'unit', 'integration'], { stdio: 'inherit' });
const ends = await Promise.all([once(others, 'close'), once(e2e, 'close')]);
process.stderr.write(Buffer.concat(output));
// A signal has no status.
process.exitCode = ends.every(([status]) => status === 0) ? 0 : 1;
