/**
 * Runs the benchmarks: `npm run bench -- [name ...]`, all without a name. Each compares in one run, prints a table,
 * and has no thresholds, since machines differ.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const runner = join(folder, '..', 'support', 'run-typescript.mjs');
const all = readdirSync(folder).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));

if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}: there are ${all.join(', ')}`);
  process.exitCode = 1;
} else {
  for (const name of asked.length > 0 ? asked : all) {
    console.log(`\n## ${name}\n`);
    const { status } = spawnSync(process.execPath, ['--expose-gc', runner, join(folder, `${name}.bench.ts`)], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
}
