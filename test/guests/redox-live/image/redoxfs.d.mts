export declare function seahash(data: Buffer): bigint;
export type Directory = { [name: string]: Directory | Buffer };
export declare function makeRedoxFs(options: { sizeMib: number; uuid: Buffer; middle: number; root: Directory; fillUp?: boolean; takeTwice?: boolean }): { data: Buffer; blocks: { oldest: number; middle: number; newest: number } };
