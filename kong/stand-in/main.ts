import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseConf, settingsOf } from './config/settings';
import { startGateway } from './gateway';

const USAGE = 'usage: main --config kong.yml [--conf kong.conf]';

/** The command line: runs a declarative file until SIGINT or SIGTERM; SIGHUP reloads the file. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { config: { type: 'string' }, conf: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const file = values.conf === undefined ? {} : parseConf(readFileSync(values.conf, 'utf8'));
  const gateway = await startGateway({
    ...(values.config !== undefined && { configPath: values.config }),
    settings: { ...file, ...settingsOf(process.env) },
    log: (level, message) => process.stderr.write(`${new Date().toISOString()} [${level}] ${message}\n`),
  });
  process.stdout.write(
    `proxy  ${gateway.proxyUrl}\nadmin  ${gateway.adminUrl}\nstatus ${gateway.statusUrl}\n` +
      'This is a stand-in for Kong, for development and tests. It has no Kong Manager (8002).\n',
  );
  process.on('SIGHUP', () => {
    gateway.reload().catch((error: unknown) => {
      process.stderr.write(`reload failed, the previous configuration stays active:\n${textOf(error)}\n`);
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void gateway.close());
}

function fail(error: unknown): void {
  process.stderr.write(`${textOf(error)}\n`);
  process.exitCode = 1;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

main().catch(fail);
