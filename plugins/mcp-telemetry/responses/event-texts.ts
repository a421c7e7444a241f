/** The data of one server-sent event. */
export interface EventText {
  /** Its `data` lines, joined by LF. */
  readonly data: string;
  /** False: the text ends before the event does, which is then the last one. */
  readonly ended: boolean;
}

/** The events in a text. */
export interface EventTexts {
  readonly events: readonly EventText[];
  /** Where the text begins in the middle of an event: the rest of its data. */
  readonly partialStart: string | undefined;
  /** True when an event had an id: a client may ask for what follows it. */
  readonly hasIds: boolean;
}

const FIELD = /^(data|event|id|retry|)(?::|$)/;

/**
 * Reads the server-sent events of a text that holds all of a stream, or its first or last part (WHATWG HTML, 9.2 "Server-sent
 * events"): lines end in LF, CR or CRLF. Linear in the text. Never throws.
 *
 * @param torn true when the start of the stream is missing
 */
export function eventsIn(text: string, torn: boolean): EventTexts {
  const lines = text.split(/\r\n|\n|\r/);
  const events: EventText[] = [];
  const partialStart: string[] | undefined = torn && !FIELD.test(lines[0] ?? '') ? [lines.shift() ?? ''] : undefined;
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
