import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** `docs/troubleshooting.md` explains every reason that the sources of the guards and of the plugin server contain. */

const root = join(__dirname, '../../..');
const text = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const explained = new Set([...text.matchAll(/`([a-z_]+)`/g)].map(([, word]) => word!));

const read = (...folders: string[]): string =>
  folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && basename(name) !== 'schema.ts')
        .map((name) => readFileSync(join(root, folder, name), 'utf8')),
    )
    .join('\n');

const guards = read('plugins/mcp-validator', 'plugins/mcp-tool-rate-limit');
const everything = read('plugins', 'kong/plugin-server');

/** Words with an underscore that guards pass to functions and that are not reasons. */
const NOT_REASONS = [
  'authenticated_groups',
  'http_error',
  'input_required',
  'kong_service',
  'resource_link',
  'too_long',
  'tool_result',
  'tool_use',
];

/** `httpFault(400, 'duplicate_header', ...)`, `notFound('method_denied')`. */
const passedByGuards = [...guards.matchAll(/[(,]\s*'([a-z]+(?:_[a-z]+)+)'\s*[,)]/g)].map(([, word]) => word!);

/** `reason: 'busy'`. */
const assigned = [...everything.matchAll(/\breason: '([a-z_]+)'/g)].map(([, word]) => word!);

/** `type JsonFault = 'empty_body' | ...`. */
const declared = [...everything.matchAll(/\btype \w*(?:Reason|Fault|Denial) =([^;{]*);/g)].flatMap(([, union]) =>
  [...union!.matchAll(/'([a-z_]+)'/g)].map(([, word]) => word!),
);

/** Words of these types that are answers, not reasons: of a message's fault, and a member's name. */
const NOT_DECLARED_REASONS = ['none', 'client', 'server', 'unread'];

const reasons = [
  ...new Set([
    ...passedByGuards.filter((word) => !NOT_REASONS.includes(word)),
    ...assigned,
    ...declared.filter((word) => !NOT_DECLARED_REASONS.includes(word)),
  ]),
].sort();

it('finds the reasons in the sources', () => {
  expect(reasons.length).toBeGreaterThan(80);
  expect(reasons).toEqual(
    expect.arrayContaining([
      'duplicate_key',
      'tool_denied',
      'busy',
      'rate_limited',
      'circuit_open',
      'pending',
      'stalled',
    ]),
  );
});

it.each(reasons)('explains %s', (reason) => {
  expect(explained).toContain(reason);
});

/** Messages of a table, without those of Kong and system errors, in the parts that the sources contain. */
const messagesUnder = (title: string): string[] =>
  text
    .split(`${title}\n`)[1]!
    .split(/\n##/)[0]!
    .split('\n')
    .flatMap((line) => /^\| `([^`]+)`/.exec(line)?.[1] ?? [])
    .filter((message) => message.includes(' '));

const programs = `${read('kong')}\n${readFileSync(join(root, 'test/prerequisites.mjs'), 'utf8')}`;

it.each([...messagesUnder('### At start'), ...messagesUnder('## `npm start`')])(
  'quotes a message of the sources: %s',
  (message) => {
    const parts = message.split('...').map((part) => part.trim());
    for (const part of parts) expect(programs).toContain(part);
  },
);
