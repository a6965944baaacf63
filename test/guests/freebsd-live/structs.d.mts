export declare const structs: readonly { name: string; members: readonly (readonly [declaration: string, shapes?: readonly string[]])[]; last?: string }[];
export declare function structHeader(shape: string, shuffle: number | undefined): string;
