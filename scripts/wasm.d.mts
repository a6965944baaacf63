export const alias: Readonly<Record<string, string>>;
export const forBrowsers: { readonly format: 'cjs'; readonly platform: 'browser'; readonly target: string; readonly external: string[] };
export function copyWasm(directory: string): void;
