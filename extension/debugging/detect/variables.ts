/** What `${…}` stands for; undefined leaves it as it is written. */
export type Variables = (name: string) => string | undefined;

/** A configuration with its variables replaced, as VS Code does before a start. Those that only a start can answer (`${input:…}`, `${command:…}`) stay. */
export function substituted(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return value.replace(/\$\{([^}]+)\}/g, (whole, name: string) => variables(name) ?? whole);
  if (Array.isArray(value)) return value.map((one) => substituted(one, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substituted(one, variables)]));
}

const systems: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: 'windows', darwin: 'osx', linux: 'linux' };

/** A configuration of launch.json with the block of this system (`windows`, `osx`, `linux`) merged in, and without what is VS Code's own (`__…`). */
export function forThisSystem(configuration: Readonly<Record<string, unknown>>, platform: NodeJS.Platform = process.platform): Record<string, unknown> {
  const own: unknown = configuration[systems[platform] ?? ''];
  const merged: Record<string, unknown> = { ...configuration, ...(typeof own === 'object' && own !== null ? own : {}) };
  return Object.fromEntries(Object.entries(merged).filter(([key]) => !key.startsWith('__') && !Object.values(systems).includes(key)));
}
