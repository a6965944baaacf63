/** Something in a line of the console that leads to code. Columns count from 0. */
export interface ConsoleLink {
  readonly start: number;
  readonly length: number;
  readonly target: { readonly kind: 'file'; readonly path: string; readonly line: number } | { readonly kind: 'address'; readonly address: string } | { readonly kind: 'panic' };
}

/** `src/main.rs:62`, `/usr/src/sys/kern/vfs_mountroot.c:1051:3`, `kern_environment.c(210)`. */
const file = /(?<![\w./-])((?:[A-Za-z]:)?[\w./+@~-]*[\w+-]\.(?:c|h|cc|cpp|hpp|rs|s|asm|inc|lua|4th|sh|conf|toml|zig|go|py))(?::(\d+)|\((\d+)\))/gi;
/** An address as kernels print them. Short numbers are sizes and flags more often than places. */
const address = /(?<![\w])(?:0x[0-9a-f]{6,16}|ffffffff[0-9a-f]{8})(?!\w)/gi;
/**
 * How the systems we know begin their last words: FreeBSD sys/kern/kern_shutdown.c (`panic: %s`) and sys/amd64/amd64/trap.c
 * (`Fatal trap`), Linux kernel/panic.c, and Rust's library/std/src/panicking.rs.
 */
const panic = /\b(?:panic: \S.*|Kernel panic - not syncing.*|Fatal (?:double fault|trap \d+).*|panicked at .*|KERNEL PANIC.*)/;

const longest = 2000;

/** What in a line leads to code. Files come first: a panic message that names its file leads there. */
export function consoleLinks(line: string): ConsoleLink[] {
  const text = line.slice(0, longest);
  const links: ConsoleLink[] = [];
  for (const match of text.matchAll(file)) {
    const number = Number(match[2] ?? match[3]);
    if (Number.isSafeInteger(number) && number > 0) links.push({ start: match.index, length: match[0].length, target: { kind: 'file', path: match[1] ?? '', line: number } });
  }
  for (const match of text.matchAll(address)) links.push({ start: match.index, length: match[0].length, target: { kind: 'address', address: match[0].startsWith('0x') ? match[0] : `0x${match[0]}` } });
  const words = panic.exec(text);
  if (words && !links.some(({ start }) => start < words.index + words[0].length && start >= words.index)) links.push({ start: words.index, length: words[0].trimEnd().length, target: { kind: 'panic' } });
  return links.sort((a, b) => a.start - b.start);
}
