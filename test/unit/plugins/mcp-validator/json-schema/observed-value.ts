/** Counts how often a value was looked at: each member read, each question for a name, each name listed. */
export interface Looks {
  count: number;
}

/** The value, with a count of the looks at its objects and lists. */
export function observed(value: unknown, looks: Looks): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const inside: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, observed(member, looks)]),
  );
  const target = Array.isArray(value) ? Object.values(inside) : inside;
  return new Proxy(target, {
    get: (object, key) => {
      looks.count++;
      return Reflect.get(object, key) as unknown;
    },
    has: (object, key) => {
      looks.count++;
      return Reflect.has(object, key);
    },
    ownKeys: (object) => {
      const keys = Reflect.ownKeys(object);
      looks.count += keys.length;
      return keys;
    },
    getOwnPropertyDescriptor: (object, key) => {
      looks.count++;
      return Reflect.getOwnPropertyDescriptor(object, key);
    },
  });
}
