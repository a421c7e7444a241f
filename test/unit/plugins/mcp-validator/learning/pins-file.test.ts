import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashParts } from '../../../../../plugins/mcp-validator/pins/definition-parts';
import { writeLock } from '../../../../../plugins/mcp-validator/pins/lock-file';
import { add, gateway, list, PRIVATE } from './gateway';

const folder = mkdtempSync(join(tmpdir(), 'pins-'));
const path = join(folder, 'mcp-pins.lock.json');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const lock = (...tools: { name: string }[]): string =>
  writeLock(new Map([['one', new Map(tools.map((tool) => [tool.name, hashParts({ ...tool })]))]]));
const changed = { ...add, annotations: { destructiveHint: true } };
const other = { ...add, name: 'other' };

function locked(...tools: { name: string }[]) {
  writeFileSync(path, lock(...tools));
  return gateway({ pins_file: path }, { pin: 'enforce' });
}

it('denies a tool whose annotations change, which the older pins do not see, until the definition is back', async () => {
  const { answer, call, metric, lines } = locked(add);
  expect(call({ a: 1 })).toBeUndefined();
  await answer({ answer: list([changed]) });
  expect(call({ a: 1 })).toBe('tool_changed');
  await answer({ answer: list([], PRIVATE) });
  await answer({ answer: list([]) });
  expect(call({ a: 1 })).toBe('tool_changed');
  expect(await metric('mcp_validator_tool_drift_total{kong_service="one",class="behaviour"}')).toBe('1');
  expect(await metric('mcp_validator_tool_drift_total{kong_service="one",class="gone"}')).toBe('1');
  await answer({ answer: list([add]) });
  expect(call({ a: 1 })).toBeUndefined();
  expect(lines.map(([{ tool, changed: parts }]) => [tool, parts])).toEqual([
    ['add', ['annotations']],
    ['add', undefined],
  ]);
});

it('denies tools of a service in the file that are not in it, and no tools of other services', async () => {
  const { answer, call, metric } = locked(other);
  expect(call({ a: 1 })).toBe('tool_unpinned');
  expect(call({ a: 1 }, { service: 'two' })).toBeUndefined();
  await answer({ answer: list([add, other]) });
  expect(call({ a: 1 })).toBe('tool_unpinned');
  expect(await metric('mcp_validator_tool_drift_total{kong_service="one",class="new"}')).toBe('1');
});

it('follows the file: a reviewed definition is allowed as soon as it is pinned, others stay denied', async () => {
  const { state, answer, call, clock } = locked(add);
  await answer({ answer: list([changed]) });
  expect(call({ a: 1 })).toBe('tool_changed');
  const reload = async (text: string): Promise<void> => {
    writeFileSync(path, text);
    clock.now += 10_000;
    call({ a: 1 });
    await state.pins.settled();
  };
  await reload(lock(changed));
  expect(call({ a: 1 })).toBeUndefined();
  await reload(lock(add));
  expect(call({ a: 1 })).toBe('tool_changed');
});

it('keeps the pins when the file is half written, and logs it once', async () => {
  const { state, call, clock, lines } = locked(other);
  for (const text of [lock(add).slice(0, 50), lock(add).slice(0, 50)]) {
    writeFileSync(path, text);
    clock.now += 10_000;
    call({ a: 1 });
    await state.pins.settled();
  }
  expect(call({ a: 1 })).toBe('tool_unpinned');
  rmSync(path);
  clock.now += 10_000;
  call({ a: 1 });
  await state.pins.settled();
  expect(lines.map(([{ field, problem }]) => [field, problem])).toEqual(
    expect.arrayContaining([['tools.pins_file', 'cannot be read (ENOENT)']]),
  );
  writeFileSync(path, lock(add));
  clock.now += 10_000;
  call({ a: 1 });
  await state.pins.settled();
  expect(call({ a: 1 })).toBeUndefined();
});

it('a file that cannot be used at the start is an error of the configuration', () => {
  const missing = join(folder, 'missing.json');
  expect(() => gateway({ pins_file: missing })).toThrow('tools.pins_file: cannot be read (ENOENT)');
  writeFileSync(path, '{}');
  expect(() => gateway({ pins_file: path })).toThrow('tools.pins_file: must have version 1');
});
