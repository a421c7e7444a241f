import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import type { Path } from './finding';
import { kongScalar } from './kong-scalar';

/** A parsed YAML file. */
export interface YamlFile {
  readonly value: unknown;
  /** The line, from 1, of the value at a path, or of its closest parent. */
  readonly lineOf: (path: Path) => number;
}

/** A syntax error and its line. */
export interface YamlProblem {
  readonly line: number;
  readonly message: string;
}

/** A file with more aliases is an attack by nesting. */
const MAX_ALIASES = 1000;

/** Parses YAML (or JSON) as Kong does, with the lines of its values. Never throws. */
export function readYaml(text: string): YamlFile | { readonly problems: readonly YamlProblem[] } {
  const lines = new LineCounter();
  // Kong merges the keys of `<<` into their map (lyaml, `lyaml/init.lua`).
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const lineAt = (offset: number | undefined): number => (offset === undefined ? 1 : lines.linePos(offset).line);
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => ({
      line: lineAt(pos[0]),
      message: message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '',
    }));
    return { problems };
  }
  try {
    readScalarsAsKong(document);
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value, lineOf: (path) => lineAt(offsetOf(document, path)) };
  } catch (error) {
    return { problems: [{ line: 1, message: error instanceof Error ? error.message : String(error) }] };
  }
}

/** Kong reads YAML 1.1, where `off` without quotes is not a string. */
function readScalarsAsKong(document: Document): void {
  visit(document, {
    Scalar: (key, node) => {
      if (key === 'key' || node.type !== 'PLAIN' || node.tag !== undefined || node.source === undefined) return;
      node.value = kongScalar(node.source) ?? node.value;
    },
  });
}

function offsetOf(document: Document, path: Path): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    const container: unknown = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(container)
      ? container.items.find(({ key }) => isScalar(key) && key.value === step)
      : isSeq(container) && typeof step === 'number'
        ? container.items[step]
        : undefined;
    if (pair === undefined) return offset;
    const named = isPair(pair) ? (pair.key as Node) : (pair as Node);
    offset = named.range?.[0] ?? offset;
    node = isPair(pair) ? pair.value : pair;
  }
  return offset;
}
