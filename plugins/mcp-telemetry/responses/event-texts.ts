/** The data of one server-sent event. */
export interface EventText {
  /** Its `data` lines, joined with LF. */
  readonly data: string;
  /** False if the text ends before the event; it is then the last one. */
  readonly ended: boolean;
}

/** The events in a text. */
export interface EventTexts {
  readonly events: readonly EventText[];
  /** The rest of an event's data, if the text starts within the event. */
  readonly partialStart: string | undefined;
  /** True if an event has an id: a client can request the events after it. */
  readonly hasIds: boolean;
}

const FIELD = /^(data|event|id|retry|)(?::|$)/;

/**
 * Parses the server-sent events of a whole stream, or of its first or last part (WHATWG HTML, 9.2 "Server-sent events"):
 * lines end in LF, CR or CRLF. Linear in the text. Never throws.
 *
 * @param isPartial true if the start of the stream is missing
 */
export function eventsIn(text: string, isPartial: boolean): EventTexts {
  const lines = text.split(/\r\n|\n|\r/);
  const events: EventText[] = [];
  const partialStart: string[] | undefined =
    isPartial && !FIELD.test(lines[0] ?? '') ? [lines.shift() ?? ''] : undefined;
  let startIsPartial = partialStart !== undefined;
  let data: string[] = [];
  let hasIds = false;
  const dispatch = (ended: boolean): void => {
    if (startIsPartial) partialStart?.push(...data);
    else if (data.length > 0) events.push({ data: data.join('\n'), ended });
    startIsPartial = false;
    data = [];
  };
  for (const line of lines) {
    if (line === '') dispatch(true);
    else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    else if (/^id:(?: .|[^ ])/.test(line)) hasIds = true;
  }
  dispatch(false);
  return { events, partialStart: partialStart?.join('\n'), hasIds };
}
