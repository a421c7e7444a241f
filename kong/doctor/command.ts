import type { Command } from 'commander';
import type { Suite } from '../pdk';
import { capturePlugin } from '../plugin-server/commands/capture-plugin';
import { gatherFacts } from './facts';
import { judge, type Result } from './judge';

interface DoctorOptions {
  readonly gateway: string;
  readonly status?: string;
  readonly metrics?: string;
  readonly admin?: string;
}

/** Adds `doctor`: tests a running deployment from outside, and says what to fix. */
export function addDoctorCommand(program: Command, { plugins }: Suite): void {
  program
    .command('doctor')
    .description('test a running deployment, and say what to fix; it changes nothing there')
    .option('--gateway <url>', 'proxy port of Kong', 'http://127.0.0.1:8000')
    .option('--status <url>', 'status listener of Kong (default: port 9080 of the gateway)')
    .option('--metrics <url>', 'address of `serve --metrics` (default: port 9464 of the gateway)')
    .option('--admin <url>', 'Admin API of Kong (default: port 8001 of the gateway)')
    .action(async ({ gateway, status, metrics, admin }: DoctorOptions, command: Command) => {
      const at = (port: number): string => `http://${new URL(gateway).hostname}:${port}`;
      for (const url of [gateway, status, metrics, admin]) {
        if (url !== undefined && !(/^https?:/.test(url) && URL.canParse(url))) {
          command.error(`error: ${url} is not a URL such as http://127.0.0.1:8000`);
        }
      }
      const facts = await gatherFacts({
        gateway: withoutSlash(gateway),
        status: withoutSlash(status ?? at(9080)),
        metrics: withoutSlash(metrics ?? at(9464)),
        admin: withoutSlash(admin ?? at(8001)),
      });
      const [, version] = /version = (\d+)/.exec(capturePlugin()) ?? [];
      const results = judge(facts, { plugins, captureVersion: Number(version) });
      process.stdout.write(results.map(lineOf).join(''));
      if (results.some(({ outcome }) => outcome === 'error')) process.exitCode = 1;
    });
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

const lineOf = ({ outcome, text, fix }: Result): string =>
  `${outcome}: ${text}.${fix === undefined ? '' : ` Fix: ${fix}${fix.endsWith('?') ? '' : '.'}`}\n`;
