/** Steps that undo what a benchmark started; they run in the reverse order. */
export type CleanUp = (() => unknown)[];

/** Runs a benchmark, and undoes afterwards what it started, also when it throws or the user stops it. */
export async function withCleanUp<T>(work: (cleanUp: CleanUp) => Promise<T>): Promise<T> {
  const cleanUp: CleanUp = [];
  const end = async (): Promise<void> => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end().finally(() => process.exit(1)));
  }
  try {
    return await work(cleanUp);
  } finally {
    await end();
  }
}
