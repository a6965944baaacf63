/** Compiles the kernel for measuring into a folder; gives the path of its ELF file. */
export function buildGuest(folder: string): string;
