export const alias: Readonly<Record<string, string>>;
export function copyWasm(directory: string): void;
