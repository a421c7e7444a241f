/**
 * Runs the benchmarks: `npm run bench -- [name ...] [option ...]`, all without a name. Each compares in one run, prints a
 * table, and has no thresholds, since machines differ. Options are those of the named benchmark.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const runner = join(folder, '..', 'support', 'run-typescript.mjs');
const all = readdirSync(folder).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
const given = process.argv.slice(2);
const firstOption = given.findIndex((argument) => argument.startsWith('-'));
const asked = firstOption < 0 ? given : given.slice(0, firstOption);
const options = firstOption < 0 ? [] : given.slice(firstOption);
const unknown = asked.filter((name) => !all.includes(name));

if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}: there are ${all.join(', ')}`);
  process.exitCode = 1;
} else if (options.length > 0 && asked.length !== 1) {
  console.error('options belong to one benchmark: name it before them');
  process.exitCode = 1;
} else {
  for (const name of asked.length > 0 ? asked : all) {
    console.log(`\n## ${name}\n`);
    const file = join(folder, `${name}.bench.ts`);
    const { status } = spawnSync(process.execPath, ['--expose-gc', runner, file, ...options], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
