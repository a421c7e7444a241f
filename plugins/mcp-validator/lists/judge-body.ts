import { dataOf, eventSpans } from '../../shared/event-stream/event-spans';
import { replaceData } from '../../shared/event-stream/replace-data';
import { applyEdits, type Edit } from '../../shared/json/edits';
import { requestFinder, type AskedRequest } from './asked-requests';
import { judgeText, type AnswerPolicy, type JudgedResponse } from './judge-text';
import { listMethodOf } from './list-methods';

/** A decoded body that was understood. */
export interface JudgedBody {
  /** The body for the client; the given bytes if nothing changes. */
  readonly bytes: Buffer;
  readonly isChanged: boolean;
  readonly responses: readonly JudgedResponse[];
}

/** True for a request whose list is cut. */
export function isHidingList({ method }: AskedRequest, { hides }: Pick<AnswerPolicy, 'hides'>): boolean {
  const list = listMethodOf(method);
  return list !== undefined && hides.has(list.kind);
}

/**
 * Judges the responses in a complete, decoded body: one JSON text, or a stream of events with a JSON text each. Undefined
 * if it cannot be understood, or lacks the response to a request whose response must be checked.
 */
export function judgeBody(
  bytes: Buffer,
  isEventStream: boolean,
  requests: readonly AskedRequest[],
  policy: AnswerPolicy,
): JudgedBody | undefined {
  const find = requestFinder(requests);
  const edits: Edit[] = [];
  const responses: JudgedResponse[] = [];
  if (isEventStream) {
    for (const event of eventSpans(bytes)) {
      const data = dataOf(bytes, event);
      // Servers send events without data so that clients can resume the stream.
      if (data.length === 0) continue;
      const judged = judgeText(data, find, policy);
      if (!judged) return undefined;
      edits.push(...replaceData(bytes, event, judged.edits));
      responses.push(...judged.responses);
    }
  } else {
    const judged = judgeText(bytes, find, policy);
    if (!judged) return undefined;
    edits.push(...judged.edits);
    responses.push(...judged.responses);
  }
  const answered = new Set(responses.map(({ request }) => request));
  if (requests.some((request) => isHidingList(request, policy) && !answered.has(request))) return undefined;
  return { bytes: applyEdits(bytes, edits), isChanged: edits.length > 0, responses };
}
