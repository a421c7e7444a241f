import { removeItems, type Edit } from '../../shared/json/edits';
import { isJsonObject, memberOf } from '../../shared/json/json-object';
import { elementsAt, skipBlanks, valueStartOf, type Span } from '../../shared/json/spans';
import { cacheEdits } from './cache-edits';
import { likeNames } from './like-names';
import type { ListMethod } from './list-methods';
import { uiResourceEdits } from './ui-resource';

/** What the lists of one response may show. */
export interface ListPolicy {
  /** True for an element that the caller may use, by its name, URI or URI template. */
  readonly shows: (list: ListMethod, name: string) => boolean;
  /** True for a resource that the caller must not read. */
  readonly hidesResource: (uri: string) => boolean;
  /** The caps of a revision that lets clients cache lists; undefined for an older one. */
  readonly caching: { readonly maxTtlMs: number } | undefined;
}

/** How many elements of a list are shown, hidden by a rule, or removed because they have no usable name. */
export interface ElementCounts {
  readonly shown: number;
  readonly hidden: number;
  readonly nameless: number;
}

/** The edits that remove from a list what its caller may not use. */
export interface ListCut extends ElementCounts {
  readonly edits: readonly Edit[];
}

/**
 * Cuts the result of a list request; undefined if it is not a list that every reader understands in the same way.
 *
 * @param at where the result begins in `bytes`, which hold strict JSON
 * @param result the value of the result
 */
export function cutList(
  bytes: Buffer,
  at: number,
  result: unknown,
  list: ListMethod,
  policy: ListPolicy,
): ListCut | undefined {
  if (!isJsonObject(result)) return undefined;
  const isLikeList = likeNames([list.array, 'cacheScope', 'ttlMs']);
  if (Object.keys(result).some(isLikeList)) return undefined;
  const values = memberOf(result, list.array);
  if (!Array.isArray(values)) return undefined;
  const start = valueStartOf(bytes, at, list.array);
  if (start === undefined) return undefined;
  const isLikeName = likeNames([list.name]);
  const states = values.map((value) => stateOf(value, list, policy, isLikeName));
  const isShown = (index: number): boolean => states[index] === 'shown';
  const shown = states.filter((state) => state === 'shown').length;
  const nameless = states.filter((state) => state === 'nameless').length;
  const needsElements = shown < values.length || (list.kind === 'tools' && values.some(hasMeta));
  const elements = needsElements ? (elementsAt(bytes, start) ?? []) : [];
  const edits = [
    ...removeItems(arrayOf(bytes, start, elements), elements, isShown),
    ...(list.kind === 'tools'
      ? elements.flatMap((element, index) =>
          isShown(index) ? uiResourceEdits(bytes, element, values[index], policy.hidesResource) : [],
        )
      : []),
    ...(policy.caching ? cacheEdits(bytes, at, result, policy.caching.maxTtlMs) : []),
  ];
  return { edits, shown, hidden: states.length - shown - nameless, nameless };
}

/** From the opening to after the closing bracket, if there are elements. */
function arrayOf(bytes: Buffer, start: number, elements: readonly Span[]): Span {
  const last = elements.at(-1);
  return { start, end: last ? skipBlanks(bytes, last.end) + 1 : start };
}

type State = 'shown' | 'hidden' | 'nameless';

function stateOf(
  element: unknown,
  list: ListMethod,
  { shows }: ListPolicy,
  isLikeName: (key: string) => boolean,
): State {
  if (!isJsonObject(element) || Object.keys(element).some(isLikeName)) return 'nameless';
  const name = memberOf(element, list.name);
  if (typeof name !== 'string') return 'nameless';
  return shows(list, name) ? 'shown' : 'hidden';
}

const hasMeta = (element: unknown): boolean => isJsonObject(element) && isJsonObject(memberOf(element, '_meta'));
