/**
 * What each configuration costs on a real Kong: requests per second, latency, CPU, memory, streams and large bodies.
 *
 * Each row is a Kong of its own. All run at the same time, and are measured in turn, several rounds long. They share the
 * machine with wrk and the upstream, so only ratios within one run are meaningful. Prints Markdown; docs/performance.md
 * explains the rows.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { circumstances } from './gateway/circumstances';
import { withResult } from './gateway/document';
import { readOptions } from './gateway/options';
import { canMeasure } from './gateway/prerequisites';
import { run } from './gateway/run';
import { tablesOf } from './gateway/table';

async function main(): Promise<void> {
  // The first argument is the loader of TypeScript, the second this file.
  const options = readOptions(process.argv.slice(3));
  if (!canMeasure()) return;
  const { rows, skipped } = await run(options, (line) => process.stderr.write(`${line}\n`));
  const result = `${circumstances(options, skipped)}\n\n${tablesOf(rows)}`;
  console.log(result);
  if (options.write !== undefined) {
    writeFileSync(options.write, withResult(readFileSync(options.write, 'utf8'), result));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
