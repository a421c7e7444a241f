import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { memberOf, type JsonObject } from '../../shared/json/json-object';
import { hashParts, type PartHashes } from './definition-parts';
import { driftsOf, type Drift } from './drift';
import { fetchTools } from './fetch-tools';
import { readLock, writeLock, type LockedServices } from './lock-file';

interface PinsOptions {
  readonly url: string;
  readonly header: Readonly<Record<string, string>>;
  readonly service?: string;
  readonly file: string;
}

/** Adds `pins write` and `pins check`: the lock file of mcp-validator's `tools.pins_file`, from a live server. */
export function addPinsCommand(program: Command): void {
  const pins = program
    .command('pins')
    .description("pin the tools of MCP servers in a file for mcp-validator's tools.pins_file");
  const withOptions = (command: Command): Command =>
    command
      .requiredOption('--url <url>', 'MCP endpoint of the server or of the gateway, over Streamable HTTP')
      .option('--header <name: value>', 'header of each request, such as a credential; may be repeated', addHeader, {})
      .option('--service <name>', "name of Kong's service; by default the first part of the path of the URL")
      .option('--file <path>', 'the lock file', 'mcp-pins.lock.json');
  withOptions(pins.command('write').description('pin the tools that the server lists now')).action(write);
  withOptions(
    pins
      .command('check')
      .description('compare the tools that the server lists with their pins; exit status 1 if they differ'),
  ).action(check);
}

async function write({ url, header, service: given, file }: PinsOptions): Promise<void> {
  const service = given ?? serviceOf(url);
  const locked = existsSync(file) ? readFile(file) : new Map<string, ReadonlyMap<string, PartHashes>>();
  const tools = pinsOf(await fetchTools(url, header));
  const text = writeLock(new Map([...locked, [service, tools]]));
  // A gateway that watches the file never sees half of it.
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
  process.stdout.write(`${file}: pinned ${tools.size} tools of ${service}\n`);
}

async function check({ url, header, service: given, file }: PinsOptions): Promise<void> {
  const service = given ?? serviceOf(url);
  const pinned = readFile(file).get(service);
  if (!pinned)
    throw new Error(`${file} has no pins of the service ${service}; run "pins write", or name it with --service`);
  const drifts = driftsOf(pinned, pinsOf(await fetchTools(url, header)));
  for (const [tool, drift] of drifts) process.stdout.write(`${JSON.stringify(tool)}: ${describe(drift)}\n`);
  if (drifts.size > 0) process.exitCode = 1;
  else process.stdout.write(`${service}: all ${pinned.size} tools are as pinned\n`);
}

const describe = ({ class: kind, parts }: Drift): string =>
  parts.length === 0 ? kind : `${kind} (${parts.join(', ')})`;

/** @throws Error that names the file, if it cannot be used */
function readFile(file: string): LockedServices {
  const reading = readLock(readFileSync(file));
  if (!reading.ok) throw new Error(`${file} ${reading.problem}`);
  return reading.services;
}

function pinsOf(tools: readonly JsonObject[]): ReadonlyMap<string, PartHashes> {
  const pins = new Map<string, PartHashes>();
  for (const tool of tools) {
    const name = memberOf(tool, 'name');
    if (typeof name !== 'string') throw new Error('the server lists a tool without a name');
    if (pins.has(name)) throw new Error(`the server lists the tool ${JSON.stringify(name)} twice`);
    pins.set(name, hashParts(tool));
  }
  return pins;
}

/** @throws Error if the URL has no path that could be the name */
function serviceOf(url: string): string {
  const [, first] = new URL(url).pathname.split('/');
  if (first === undefined || first === '') throw new Error("the URL has no path: name Kong's service with --service");
  return decodeURIComponent(first);
}

/** @throws Error for a text that is no header */
function addHeader(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const colon = text.indexOf(':');
  if (colon < 1) throw new Error('--header must have the form "Name: value"');
  return { ...before, [text.slice(0, colon).trim()]: text.slice(colon + 1).trim() };
}
