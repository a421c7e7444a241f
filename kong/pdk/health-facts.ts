/** Something outside of the process that a plugin uses, such as a Redis server. */
export interface Dependency {
  /** A word such as `redis`: the member of `/health` that shows it. Several with one name are shown as one. */
  readonly name: string;
  /** Whether it can be used now. Resolves within a second and never rejects. */
  readonly isUp: () => Promise<boolean>;
}

/** What plugins report to `/health` of the plugin server. */
export interface HealthFacts {
  /** Adds a dependency. Returns how to remove it. */
  dependOn(dependency: Dependency): () => void;
  /** Adds a number to the report for operators, such as `sessions_active`; another call with the same name replaces it. */
  count(name: string, read: () => number): void;
}
