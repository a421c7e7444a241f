import type { EntryResult } from './metrics';
import { parseEntry, type ParsedEntry } from './parse-entry';
import type { SeenRequests } from './seen-requests';
import type { Slices } from './slices';
import { EntrySplitter, type EntryBounds } from './split-entries';

/** How a batch is processed, and its bounds. */
export interface BatchOptions extends EntryBounds {
  readonly maxBatchBytes: number;
  readonly maxBatchEntries: number;
  readonly seen: SeenRequests;
  /** Handles one entry. False if that failed. */
  readonly handle: (entry: ParsedEntry) => Promise<boolean>;
  readonly count: (result: EntryResult) => void;
  /** Those of all batches. */
  readonly slices: Slices;
}

/** The number of entries by result. */
export type EntryCounts = Partial<Record<EntryResult, number>>;

/** What became of a batch. `fault`: a sentence for the log of Kong, which logs the response. */
export type BatchOutcome =
  | { readonly result: 'accepted'; readonly counts: EntryCounts }
  | { readonly result: 'malformed' | 'too_large'; readonly fault: string };

/**
 * Reads a batch and handles its entries while it arrives. At most one entry is held.
 *
 * An entry that cannot be used is counted and skipped: Kong would send a rejected batch again and again, and would hold
 * all later entries back in the meantime.
 *
 * @throws what the reading of the chunks throws: the client left before the end
 */
export async function readBatch(chunks: AsyncIterable<Buffer>, options: BatchOptions): Promise<BatchOutcome> {
  const { maxBatchBytes, maxBatchEntries, slices } = options;
  const splitter = new EntrySplitter(options);
  const counts: EntryCounts = {};
  let bytes = 0;
  let entries = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBatchBytes) return tooManyBytes(maxBatchBytes);
    const found = splitter.push(chunk);
    if (!found) return { result: 'malformed', fault: 'expected a JSON object or an array of JSON objects' };
    for (const one of found) {
      entries += 1;
      if (entries > maxBatchEntries) return tooManyEntries(maxBatchEntries);
      const result = 'text' in one ? await handleEntry(one.text, options) : one.skipped;
      options.count(result);
      counts[result] = (counts[result] ?? 0) + 1;
      const nextSlice = slices.wait();
      if (nextSlice) await nextSlice;
    }
  }
  if (splitter.isComplete) return { result: 'accepted', counts };
  return { result: 'malformed', fault: 'the JSON text is not complete' };
}

/** The outcome of a batch whose size is above the bound. */
export const tooManyBytes = (bound: number): BatchOutcome => ({
  result: 'too_large',
  fault: `the batch has more than ${bound} bytes: lower queue.max_batch_size of http-log, or raise --max-log-batch-bytes`,
});

const tooManyEntries = (bound: number): BatchOutcome => ({
  result: 'too_large',
  fault: `the batch has more than ${bound} entries: lower queue.max_batch_size of http-log`,
});

async function handleEntry(text: string, { seen, handle }: BatchOptions): Promise<EntryResult> {
  const entry = parseEntry(text);
  if (!entry) return 'malformed';
  if (entry.requestId !== undefined && !seen.add(entry.requestId)) return 'duplicate';
  return (await handle(entry)) ? 'handled' : 'failed';
}
