import { Option, type Command } from 'commander';
import type { Suite } from '../../pdk';
import { INTAKE_DEFAULTS } from '../log-intake/log-intake';
import { parseAddress, parseCount, parseGroup, parseMode, parseNames, parseUrl } from '../options';
import { serve, type ServeOptions } from '../serve';
import { LOG_LEVELS } from '../stderr-log';
import { choosePlugins } from './choose-plugins';

const MIB = 1024 * 1024;

/** Adds `serve`: the plugin server, until SIGTERM. */
export function addServeCommand(program: Command, suite: Suite): void {
  const option = <T>(flags: string, description: string, parse: (text: string) => T, value: T, shown: string): Option =>
    new Option(flags, description).argParser(parse).default(value, shown);
  program
    .command('serve')
    .description('serve the plugins to Kong on a unix socket, until SIGTERM')
    .requiredOption('--socket <path>', 'unix socket to listen on')
    .addOption(option('--socket-mode <octal>', 'file mode of the socket', parseMode, 0o660, '0660'))
    .option(
      '--socket-group <group>',
      "group of the socket, by name or number; Kong's workers must be in it",
      parseGroup,
    )
    .option('--allow-world-writable-directory', 'listen in a directory that every local user may write to')
    .addOption(
      option('--plugins <names>', 'plugins to serve, separated by commas', namesOf(suite), suite.plugins, 'all'),
    )
    .option('--metrics <host:port>', 'serve /health, /healthz, /readyz and /metrics over HTTP there', parseAddress)
    .option('--http <host:port>', 'serve plugins with long or streamed answers over HTTP there, for Kong', parseAddress)
    .option('--kong-status <url>', "Kong's Status API, or Admin API, for the health of backends", parseUrl)
    .option('--health-upstreams <names>', 'upstreams that /health reports as backends, separated by commas', parseNames)
    .option('--log-intake <file>', "read log entries of Kong's http-log at /logs/<name> there, as this file configures")
    .addOption(
      option(
        '--max-log-batch-bytes <n>',
        'largest batch of them',
        parseCount,
        INTAKE_DEFAULTS.maxLogBatchBytes,
        '64 MiB',
      ),
    )
    .addOption(
      option('--max-log-batch-entries <n>', 'entries in one', parseCount, INTAKE_DEFAULTS.maxLogBatchEntries, '10000'),
    )
    .addOption(
      option('--max-log-batches <n>', 'batches at the same time', parseCount, INTAKE_DEFAULTS.maxLogBatches, '64'),
    )
    .addOption(option('--max-frame-bytes <n>', 'largest frame that Kong may send', parseCount, 16 * MIB, '16 MiB'))
    .addOption(option('--max-held-bytes <n>', 'total bytes of incomplete frames', parseCount, 64 * MIB, '64 MiB'))
    .addOption(option('--frame-timeout <ms>', 'time until a frame must be complete', parseCount, 10_000, '10000'))
    .addOption(option('--max-connections <n>', 'maximum number of connections', parseCount, 65_536, '65536'))
    .addOption(option('--stop-timeout <ms>', 'maximum time for a stop', parseCount, 10_000, '10000'))
    .addOption(
      new Option('--log-level <level>', 'minimum level of log lines (JSON on stderr)')
        .choices(LOG_LEVELS)
        .default('info')
        .env('LOG_LEVEL'),
    )
    .action((options: Omit<ServeOptions, 'version'>, command: Command) => {
      if ((options.healthUpstreams === undefined) !== (options.kongStatus === undefined)) {
        command.error('error: --kong-status and --health-upstreams need each other');
      }
      return serve({ ...options, version: program.version() ?? '' });
    });
}

const namesOf = (suite: Suite) => (list: string) => choosePlugins(suite, list.split(','));
