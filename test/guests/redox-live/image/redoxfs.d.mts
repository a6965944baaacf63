export declare function seahash(data: Buffer): bigint;
