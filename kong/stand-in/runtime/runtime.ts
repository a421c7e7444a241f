import type { Entities } from '../config/model';
import type { Environment } from '../request/environment';
import type { PluginsIterator } from '../request/plugins-iterator';

/** Everything that is built from one declarative file. A reload builds another one; current requests keep theirs. */
export interface Runtime extends Environment {
  readonly entities: Entities;
  /** One per emulated nginx worker: each numbers its configurations (`__seq__`) itself. */
  readonly iterators: readonly PluginsIterator[];
  readonly nodeId: string;
}
