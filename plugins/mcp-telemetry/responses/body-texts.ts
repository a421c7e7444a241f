import { isJsonObject } from '../../shared/json/json-object';
import { parseJson, recordOf } from '../../shared/json/lenient-json';
import type { LogEntry } from '../../shared/telemetry/log-entry';
import { mediaTypeOf } from '../../shared/telemetry/log-entry';
import { eventsIn } from './event-texts';

/** A JSON text, or a part of one. */
export interface Fragment {
  readonly text: string;
  readonly part: 'whole' | 'start' | 'end';
}

/** The JSON texts in a response. */
export interface BodyTexts {
  /** `other`: a form that is not valid in MCP, such as an HTML page. */
  readonly form: 'events' | 'document' | 'other' | 'empty';
  readonly fragments: readonly Fragment[];
  /** True if a client can request the rest by the id of an event. */
  readonly resumable: boolean;
}

const BYTE_ORDER_MARK = '\ufeff';
const FIRST_FIELD = /^(?:data|event|id|retry)?:/;

/**
 * Finds the JSON texts in a response by its content, since servers and proxies send wrong media types. Never throws.
 *
 * @param head the first part, or the whole response
 * @param tail the last part, if bytes between are missing
 */
export function textsIn(head: string, tail: string | undefined, headers: LogEntry['responseHeaders']): BodyTexts {
  const start = head.startsWith(BYTE_ORDER_MARK) ? head.slice(1) : head;
  const first = /\S/.exec(start)?.[0];
  if (first === undefined && tail === undefined) return { form: 'empty', fragments: [], resumable: false };
  if (first === '{' || first === '[') return documentsIn(start, tail);
  // An HTML page is not a stream of events, whatever its media type is and its lines start with.
  const isPage = first === '<';
  const isEvents = !isPage && (FIRST_FIELD.test(start.trimStart()) || mediaTypeOf(headers) === 'text/event-stream');
  return isEvents ? eventTexts(start, tail) : { form: 'other', fragments: [], resumable: false };
}

function eventTexts(head: string, tail: string | undefined): BodyTexts {
  const first = eventsIn(head, false);
  const last = tail === undefined ? undefined : eventsIn(tail, true);
  const isCut = (index: number, ended: boolean): boolean =>
    tail !== undefined && !ended && index === first.events.length - 1;
  const fragments: Fragment[] = first.events.map(({ data, ended }, index) => ({
    text: data,
    part: isCut(index, ended) ? 'start' : 'whole',
  }));
  if (last?.partialStart !== undefined) fragments.push({ text: last.partialStart, part: 'end' });
  // The first line of the tail's first event may be missing: if the event does not parse, it is.
  for (const [index, { data }] of (last?.events ?? []).entries()) {
    const isWhole = index > 0 || last?.partialStart !== undefined || parseJson(data) !== undefined;
    fragments.push({ text: data, part: isWhole ? 'whole' : 'end' });
  }
  return { form: 'events', fragments, resumable: first.hasIds || (last?.hasIds ?? false) };
}

/** True if a line after the first one is a message: then the only line of the head is incomplete. */
const hasMessageOnLine = (tail: string | undefined): boolean =>
  tail?.split('\n').some((line, index) => index > 0 && recordOf(parseJson(line))['jsonrpc'] !== undefined) ?? false;

/** One JSON document, or one per line. */
function documentsIn(head: string, tail: string | undefined): BodyTexts {
  const lines = head.split('\n');
  const isLines = (lines.length > 1 && isJsonObject(parseJson(lines[0] ?? ''))) || hasMessageOnLine(tail);
  const resumable = false;
  if (!isLines) {
    const fragments: Fragment[] =
      tail === undefined
        ? [{ text: head, part: 'whole' }]
        : [
            { text: head, part: 'start' },
            { text: tail, part: 'end' },
          ];
    return { form: 'document', fragments, resumable };
  }
  const [firstOfTail, ...restOfTail] = tail?.split('\n') ?? [];
  const fragments: Fragment[] = lines.map((text, index) => ({
    text,
    part: tail !== undefined && index === lines.length - 1 ? 'start' : 'whole',
  }));
  if (firstOfTail !== undefined) fragments.push({ text: firstOfTail, part: 'end' });
  for (const text of restOfTail) fragments.push({ text, part: 'whole' });
  return { form: 'document', fragments: fragments.filter(({ text }) => text.trim() !== ''), resumable };
}
