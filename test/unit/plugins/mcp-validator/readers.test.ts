import fc from 'fast-check';
import { decide } from '../../../../plugins/mcp-validator/decision/decide';
import { post, rulesOf } from './request';

/** How a JSON reader takes the members of an object: which of several wins, and whether case counts. */
interface Reader {
  readonly keeps: 'first' | 'last';
  readonly foldsCase: boolean;
}

const READERS: readonly Reader[] = [
  { keeps: 'first', foldsCase: false },
  { keeps: 'last', foldsCase: false },
  { keeps: 'first', foldsCase: true },
  { keeps: 'last', foldsCase: true },
];

/** A document as members in order, so that every reader's choice is still open. */
type Document = string | number | null | readonly Document[] | Members;
interface Members {
  readonly members: readonly (readonly [key: string, value: Document])[];
}

const isMembers = (value: Document | undefined): value is Members =>
  typeof value === 'object' && value !== null && 'members' in value;

const write = (value: Document): string =>
  isMembers(value)
    ? `{${value.members.map(([key, member]) => `"${key}":${write(member)}`).join()}}`
    : JSON.stringify(value);

const fold = (key: string): string => key.toUpperCase().toLowerCase();

/** The member that a reader takes for `name`. */
function memberFor(value: Document | undefined, name: string, { keeps, foldsCase }: Reader): Document | undefined {
  if (!isMembers(value)) return undefined;
  const found = value.members.filter(([spelt]) => {
    const key = JSON.parse(`"${spelt}"`) as string;
    return key === name || (foldsCase && fold(key) === fold(name));
  });
  return (keeps === 'first' ? found[0] : found[found.length - 1])?.[1];
}

/** What a server acts on, as a reader sees it. */
function meaningFor(message: Document, reader: Reader): unknown {
  const at = (...path: string[]) =>
    path.reduce<Document | undefined>((value, name) => memberFor(value, name, reader), message);
  const method = at('method');
  return [
    [at('jsonrpc'), at('id'), method],
    // A method of an extension may give any member a meaning of its own; `_meta` is the protocol's.
    [at('params', '_meta', 'progressToken'), at('params', '_meta', 'io.modelcontextprotocol/protocolVersion')],
    method === 'tools/call' && [at('params', 'name'), at('params', 'arguments', 'a')],
    method === 'resources/read' && at('params', 'uri'),
  ];
}

const spellings = (...names: string[]) => fc.constantFrom(...names);
const members = (entry: fc.Arbitrary<readonly [string, Document]>, maxLength: number): fc.Arbitrary<Document> =>
  fc.array(entry, { maxLength }).map((list) => ({ members: list }));

const scalar = fc.constantFrom<Document>('x', 'add', 1, 2, null);
const args = members(fc.tuple(spellings('a', 'a', '\\u0061', 'b'), scalar), 3);
const meta = members(
  fc.tuple(
    spellings(
      'progressToken',
      'ProgressToken',
      'progre\\u017f\\u017fToken',
      'io.modelcontextprotocol/ProtocolVersion',
      'x',
    ),
    scalar,
  ),
  3,
);
const params = members(
  fc.oneof(
    fc.tuple(spellings('name', 'name', 'Name', 'n\\u0061me', 'uri', 'URI', 'x'), scalar),
    fc.tuple(spellings('arguments', 'argument\u017f'), args),
    fc.tuple(spellings('_meta', '_Meta'), meta),
  ),
  4,
);
const message = fc
  .tuple(
    members(
      fc.oneof(
        fc.tuple(spellings('id', 'id', 'ID', '\\u0069d'), scalar),
        fc.tuple(
          spellings('method', 'method', 'Method', 'method\\u0000'),
          fc.constantFrom<Document>('tools/call', 'resources/read', 'ping', 'x/y'),
        ),
        fc.tuple(spellings('params', 'params', 'Params', 'param\u017f'), params),
      ),
      4,
    ),
    fc.constantFrom('jsonrpc', 'jsonrpc', 'JSONRPC'),
  )
  .map(([body, version]) => ({ members: [[version, '2.0'] as const, ...(body as Members).members] }));

it('what passes has the same meaning to every reader', () => {
  const rules = rulesOf();
  let passed = 0;
  fc.assert(
    fc.property(message, (document) => {
      if (decide(post(write(document)), rules).kind === 'reject') return;
      passed++;
      const [meaning, ...others] = READERS.map((reader) => meaningFor(document, reader));
      for (const other of others) expect(other).toEqual(meaning);
    }),
    { numRuns: 3000, seed: 20_260_728 },
  );
  // The documents are not all rejected: the property says something.
  expect(passed).toBeGreaterThan(20);
});
