/** Return what a record itself holds under a name; undefined for what every object has (`constructor`), as data may name anything. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
