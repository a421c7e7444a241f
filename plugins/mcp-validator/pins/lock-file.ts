import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import { readStrictJson } from '../../shared/json/read-strict-json';
import { PARTS, type Part, type PartHashes } from './definition-parts';

/** The pinned tools of each service. */
export type LockedServices = ReadonlyMap<string, ReadonlyMap<string, PartHashes>>;

/** Bounds of a lock file. */
export const MAX_LOCK_BYTES = 4_194_304;
export const MAX_LOCKED_TOOLS = 5000;
const MAX_NAME_LENGTH = 256;
const VERSION = 1;

/** A lock file, or what is wrong with it: a phrase that follows its name. */
export type LockReading =
  { readonly ok: true; readonly services: LockedServices } | { readonly ok: false; readonly problem: string };

const HASH = /^[0-9a-f]{64}$/;
const KNOWN = new Set<string>(PARTS);

const failure = (problem: string): LockReading => ({ ok: false, problem });

/** Reads a lock file, `{version, services: {<service>: {tools: {<name>: {<part>: <sha256>}}}}}`. Never throws. */
export function readLock(bytes: Uint8Array): LockReading {
  if (bytes.length > MAX_LOCK_BYTES) return failure(`is longer than ${MAX_LOCK_BYTES} bytes`);
  const reading = readStrictJson(bytes, { maxDepth: 6, maxValues: 100_000 });
  if (!reading.ok) return failure(`is not strict JSON (${reading.fault} at byte ${reading.at})`);
  const { value } = reading;
  if (!isJsonObject(value) || memberOf(value, 'version') !== VERSION) return failure(`must have version ${VERSION}`);
  const given = memberOf(value, 'services');
  if (!isJsonObject(given)) return failure('must have an object "services"');
  const services = new Map<string, ReadonlyMap<string, PartHashes>>();
  let count = 0;
  for (const [service, entry] of Object.entries(given)) {
    const tools = isJsonObject(entry) ? memberOf(entry, 'tools') : undefined;
    if (!isJsonObject(tools)) return failure('has a service without an object "tools"');
    const pins = new Map<string, PartHashes>();
    for (const [name, parts] of Object.entries(tools)) {
      if (++count > MAX_LOCKED_TOOLS) return failure(`has more than ${MAX_LOCKED_TOOLS} tools`);
      if (name.length > MAX_NAME_LENGTH || !isHashes(parts))
        return failure('has a tool that is not a map of parts to SHA-256');
      pins.set(name, parts);
    }
    services.set(service, pins);
  }
  return { ok: true, services };
}

function isHashes(value: unknown): value is Readonly<Record<Part, string>> {
  if (!isJsonObject(value)) return false;
  return Object.entries(value).every(([part, hash]) => KNOWN.has(part) && typeof hash === 'string' && HASH.test(hash));
}

/** The text of a lock file: the same for the same pins. */
export function writeLock(services: LockedServices): string {
  const sorted = (entries: Iterable<[string, unknown]>): JsonObject =>
    // `__proto__` must become a member as any other.
    Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
  const content = sorted(
    [...services].map(([service, tools]): [string, unknown] => [
      service,
      { tools: sorted([...tools].map(([name, parts]): [string, unknown] => [name, ordered(parts)])) },
    ]),
  );
  return `${JSON.stringify({ version: VERSION, services: content }, undefined, 2)}\n`;
}

const ordered = (parts: PartHashes): JsonObject =>
  Object.fromEntries(PARTS.flatMap((part) => (parts[part] === undefined ? [] : [[part, parts[part]]])));
