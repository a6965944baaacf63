/** An initfs with these files, by path. */
export declare function makeInitfs(files: [string, Buffer][]): Buffer;
