import { UNKNOWN, type Labels } from './labels';
import { consumerNameOf, type LogEntry } from './log-entry';

/** The consumer as a label: only a consumer that Kong authenticated has a name, any other is `_unknown`. */
export function consumerLabel(labels: Labels, entry: LogEntry, maxConsumers: number): string {
  const name = consumerNameOf(entry);
  return name === undefined ? UNKNOWN : labels.bounded('consumer', name, maxConsumers);
}
