import type { Edit } from '../../shared/json/edits';
import { isJsonObject, memberOf, type JsonObject } from '../../shared/json/json-object';
import { readStrictJson } from '../../shared/json/read-strict-json';
import type { JsonBounds } from '../../shared/json/scan';
import { elementsAt, skipBlanks, valueAt, valueStartOf, type Span } from '../../shared/json/spans';
import type { AskedRequest, FindRequest } from './asked-requests';
import { cutList, type ElementCounts, type ListPolicy } from './cut-list';
import { likeNames } from './like-names';
import { listMethodOf, type ListKind, type ListMethod } from './list-methods';

/** What is required of the responses in a held body. */
export interface AnswerPolicy {
  /** The kinds whose lists are cut. */
  readonly hides: ReadonlySet<ListKind>;
  readonly lists: ListPolicy;
  /** The result that replaces one that does not match the output schema of its tool, as JSON text; else undefined. */
  readonly replaceOutput: (tool: string, result: JsonObject) => string | undefined;
}

/** A response that was found, and what became of it. */
export interface JudgedResponse {
  readonly request: AskedRequest;
  /** `error`: it is a JSON-RPC error. `output`: the result of a tool was replaced. */
  readonly outcome: 'passed' | 'error' | 'output' | 'list';
  /** Of a list that was cut. */
  readonly counts?: ElementCounts;
}

/** What one JSON text of a held body contains. */
export interface JudgedText {
  readonly edits: readonly Edit[];
  readonly responses: readonly JudgedResponse[];
}

/** Bounds of a text: real lists of 4 MiB have some 200,000 values. */
export const TEXT_BOUNDS: JsonBounds = { maxDepth: 64, maxValues: 400_000 };

const isLikeMember = likeNames(['jsonrpc', 'id', 'method', 'params', 'result', 'error']);

/**
 * Judges the messages of one JSON text: a message or a batch. Responses are recognized by the id of their request, never by
 * their content; everything else passes. Undefined if the text is not strict JSON, or contains a response that different
 * readers understand differently.
 */
export function judgeText(bytes: Buffer, find: FindRequest, policy: AnswerPolicy): JudgedText | undefined {
  const reading = readStrictJson(bytes, TEXT_BOUNDS);
  if (!reading.ok) return undefined;
  const { value } = reading;
  const start = skipBlanks(bytes, 0);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const spans = Array.isArray(value) ? (elementsAt(bytes, start) ?? []) : [{ start, end: bytes.length }];
  const edits: Edit[] = [];
  const responses: JudgedResponse[] = [];
  for (const [index, message] of values.entries()) {
    const span = spans[index];
    if (!isJsonObject(message) || !span) continue;
    if (Object.keys(message).some(isLikeMember)) return undefined;
    const request = isResponse(message) ? find(memberOf(message, 'id')) : undefined;
    if (!request) continue;
    const judged = judgeResponse(bytes, span, message, request, policy);
    if (!judged) return undefined;
    edits.push(...judged.edits);
    responses.push(judged.response);
  }
  return { edits, responses };
}

const isResponse = (message: JsonObject): boolean =>
  Object.hasOwn(message, 'result') || Object.hasOwn(message, 'error');

interface Judged {
  readonly edits: readonly Edit[];
  readonly response: JudgedResponse;
}

function judgeResponse(
  bytes: Buffer,
  span: Span,
  message: JsonObject,
  request: AskedRequest,
  policy: AnswerPolicy,
): Judged | undefined {
  if (!Object.hasOwn(message, 'result')) return { edits: [], response: { request, outcome: 'error' } };
  const list = listMethodOf(request.method);
  const result = memberOf(message, 'result');
  const resultAt = valueStartOf(bytes, span.start, 'result');
  if (resultAt === undefined) return undefined;
  if (list) return judgeList(bytes, resultAt, result, { request, list }, policy);
  if (request.method !== 'tools/call' || request.name === undefined || !isJsonObject(result)) {
    return { edits: [], response: { request, outcome: 'passed' } };
  }
  const replacement = policy.replaceOutput(request.name, result);
  return replacement === undefined
    ? { edits: [], response: { request, outcome: 'passed' } }
    : { edits: [{ ...valueAt(bytes, resultAt), text: replacement }], response: { request, outcome: 'output' } };
}

function judgeList(
  bytes: Buffer,
  resultAt: number,
  result: unknown,
  { request, list }: { readonly request: AskedRequest; readonly list: ListMethod },
  { hides, lists }: AnswerPolicy,
): Judged | undefined {
  if (!hides.has(list.kind)) return { edits: [], response: { request, outcome: 'passed' } };
  const cut = cutList(bytes, resultAt, result, list, lists);
  if (!cut) return undefined;
  const { edits, ...counts } = cut;
  return { edits, response: { request, outcome: 'list', counts } };
}
