export declare const guestCache: string;
export declare function filesBelow(path: string): string[];
export declare function contentHash(paths: string[], values: unknown): string;
export declare function cachedDirectory(name: string, key: string, build: (directory: string) => Promise<void>): Promise<string>;
